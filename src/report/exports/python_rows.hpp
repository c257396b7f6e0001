// The part of an exported script that reads rows. It refuses what the training would refuse, by the same rules, so that
// a file of another kind is never answered with predictions.
#pragma once

#include <string>

#include <holdout/study/tuned_model.hpp>

namespace holdout::report {

/// Constants and functions of the script: features(row), from one row as text to its raw features, and rows(file), the
/// rows of an open file. They raise ValueError with what is wrong.
std::string python_rows(const study::TunedModel& model);

/// The main program: reads a file or standard input, and prints what holdout predict prints.
std::string python_main(const study::TunedModel& model);

}  // namespace holdout::report
