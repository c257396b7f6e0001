// All trials as JSON for the page's script.
#pragma once

#include <string>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// Numbers with six digits; nothing in it can end the element that it stands in.
std::string trial_data(const Findings& findings);

/// Training times in the order of its rows: a list for the section on the run; empty where none is known.
std::string trial_seconds(const Findings& findings);

}  // namespace holdout::report
