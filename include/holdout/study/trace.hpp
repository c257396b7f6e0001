// The path of each update rule over a surface of two parameters: of a function, or of J of a model with two of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <holdout/data/load.hpp>
#include <holdout/study/function_study.hpp>

namespace holdout::study {

using update::Point2;

/// Where a path stands after a step.
struct TracePoint {
  std::int64_t step = 0;      // 0: the start
  std::int64_t examples = 0;  // rows that gradients were taken of so far; 0 throughout without data
  double seconds = 0;         // since the start, of training alone, the least of several times; 0 without data
  Point2 theta{};
  double value = 0;  // of the function, or J over all training rows: without noise
  double gradient_norm = 0;
};

struct TracePath {
  std::string label;               // what tells its configuration from the others
  std::vector<TracePoint> points;  // the start, then every step, or log-spaced ones where there are many; all finite
  std::int64_t steps = 0;          // taken
  std::string end;                 // epochs, converged, patience, diverged
};

/// Values on a regular grid over a part of the plane that shows the paths.
struct Surface {
  Point2 low{}, high{};
  std::size_t columns = 0, rows = 0;
  std::vector<double> values;  // [row][column], rows upwards; may be infinite
};

struct Trace {
  std::string study;                      // its name
  std::string what;                       // "rosenbrock", or "J of the logistic model"
  std::array<std::string, 2> parameters;  // their names
  bool of_data = false;
  std::vector<Point2> minima;     // where they are known
  std::optional<double> minimum;  // the value there
  std::vector<TracePath> paths;   // in the order of the grid of the study's ranges
  Surface surface;
};

/// Every path of a function study. The same noise for all of them; a path ends early where it diverges.
Trace trace(const FunctionStudy& study);

/// Every path of a study whose model has two parameters: real trainings in lanes, one at a time so that seconds can be
/// told, on the first fold's training rows, from their usual start.
/// @throws Error if the model has more parameters, its settings are searched (there would be several surfaces), or the
///         optimizer is a solver, which walks no path
Trace trace(const StudyFile& file, const data::Prepared& data);

}  // namespace holdout::study
