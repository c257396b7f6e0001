// What a gradient search saw on its way: the basins of the hold-out error, and where it is flat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// The search along the one continuous parameter, all others as in the best trial.
/// @param f  trials and ranking are filled in
/// @return nothing if the trials have no derivatives, or more than one parameter was descended on
std::optional<Descent> descent_of(const Findings& f);

/// A sentence for each thing that it shows.
std::vector<std::string> descent_sentences(const Findings& f);

}  // namespace holdout::report
