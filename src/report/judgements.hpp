// Findings that compare the trials with each other; each is described at its member of Findings.
#pragma once

#include <optional>
#include <string>

#include <holdout/report/findings.hpp>

namespace holdout::report {

// They read what findings.cpp has found before: trials, ranking, standard error.
std::optional<SearchEnd> search_end(const Findings& findings);
/// What a search says of its own end. facts->conclusion is there.
std::string conclusion_text(const Findings& findings);
std::optional<Refinement> refinement(const Findings& findings);
std::optional<Simpler> simpler(const Findings& findings);
std::optional<Importance> importance(const Findings& findings);

/// What is too small a difference of values to mean anything: one standard error of the best value, or 1 % of it.
double noise(const Findings& findings);

}  // namespace holdout::report
