// The certificate of a search in words, of which facts->certificate is there.
#pragma once

#include <string>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// One sentence without its end: "no λ in [1e-6, 10] has a hold-out log loss below 0.0981; found 0.0982", or on which
/// share of the range that is not proved, and why.
std::string certificate_text(const Findings& findings);
/// How it was shown: what the bounds were made from, and how rounding is covered.
std::string certificate_method(const Findings& findings);

}  // namespace holdout::report
