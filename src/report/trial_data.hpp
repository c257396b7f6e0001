// All trials as JSON for the page's script.
#pragma once

#include <string>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// Numbers with six digits; nothing in it can end the element that it stands in.
std::string trial_data(const Findings& findings);

}  // namespace holdout::report
