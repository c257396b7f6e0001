// A trace on paper: trace.csv, and pictures as SVG.
//
// trace.csv (RFC 4180): path (its label), step, theta0, theta1, value, gradient_norm; with data also examples (rows
// that gradients were taken of so far) behind step. Numbers read back exactly. The same study gives the same file.
// seconds.csv, with data: path, step, seconds. It differs from run to run.
// trajectories.svg: paths over contours in equal ratios of the height above the minimum.
// loss.svg: height above the minimum (the value where that is not known) against steps; with data also
// loss_examples.svg and loss_seconds.svg.
#pragma once

#include <string>
#include <vector>

#include <holdout/study/trace.hpp>

namespace holdout::report {

/// Writes them, each whole or not at all. @return the paths written
/// @throws Error(Fault::failure) if a file cannot be written
std::vector<std::string> write_trace(const study::Trace& trace, const std::string& folder);

std::string trace_csv(const study::Trace& trace);

/// For standard output: a line for each path, and where the files are.
std::string trace_summary(const study::Trace& trace, const std::string& folder);

}  // namespace holdout::report
