// What nested cross-validation says: how good the configurations are that such a search chooses.
#pragma once

#include <string>

#include <holdout/report/findings.hpp>

namespace holdout::report {

std::optional<NestedError> nested_error(const Findings& findings);

/// "0.101 ± 0.004, mean of 5 outer folds": one line without its end. findings.nested has a fold with a value.
std::string nested_text(const Findings& findings);

/// Different configurations that the outer folds chose.
std::size_t chosen_configurations(const study::Nested& nested);

}  // namespace holdout::report
