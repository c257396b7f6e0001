#include <algorithm>
#include <cmath>

#include <holdout/study/trace.hpp>
#include <holdout/update/stepper.hpp>

#include "trace_space.hpp"
#include "trace_surface.hpp"

namespace holdout::study {
namespace {

TracePoint point_at(const update::Landscape& landscape, std::int64_t step, const Point2& theta) {
  const Point2 gradient = landscape.gradient(theta);
  return {step, 0, 0, theta, landscape.value(theta), std::hypot(gradient[0], gradient[1])};
}

TracePath walk(const FunctionStudy& study) {
  constexpr double kExploding = 1e8;  // times its first value, as in trainings: it never comes back
  const update::Landscape& landscape = study.model.landscape();
  const FunctionTraining& training = study.training;
  const auto steps = static_cast<double>(training.epochs);
  const std::vector<std::int64_t> kept = train::recorded_epochs(training.epochs, kMaxTracePoints);
  auto next = kept.begin();
  update::Stepper rule(training.optimizer, 2);
  Point2 theta = study.model.start;
  TracePath path;
  path.points.push_back(point_at(landscape, 0, theta));
  path.end = "epochs";
  const double most = kExploding * std::max(path.points.front().value, 1.0);
  while (path.steps < training.epochs) {
    const double rate =
        training.learning_rate.start * training.learning_rate.share(static_cast<double>(path.steps), steps, 1);
    const std::vector<double> at = rule.look_ahead(theta, rate);
    Point2 gradient = landscape.gradient({at[0], at[1]});
    // The address is the step, not the path: all paths get the same noise.
    Stream draw =
        stream(Seed{static_cast<std::uint64_t>(study.seed)}, "gradient noise", static_cast<std::uint64_t>(path.steps));
    if (training.noise > 0)
      for (double& g : gradient) g += training.noise * draw.normal();
    rule.step(theta, gradient, rate);
    ++path.steps;
    const double value = landscape.value(theta);
    if (!std::isfinite(theta[0] + theta[1]) || !(value <= most)) {
      path.end = "diverged";
      break;
    }
    if (path.steps != *next) continue;
    path.points.push_back(point_at(landscape, path.steps, theta));
    ++next;
  }
  return path;
}

}  // namespace

Trace trace(const FunctionStudy& study) {
  const update::Landscape& landscape = study.model.landscape();
  Trace trace;
  trace.study = study.name;
  trace.what = landscape.info.name;
  trace.parameters = {"theta0", "theta1"};
  trace.minima.assign(landscape.minima.begin(), landscape.minima.end());
  trace.minimum = 0;
  for (const search::Configuration& configuration : trace_configurations(study.space)) {
    const FunctionStudy applied = apply(study, configuration);
    trace.paths.push_back(walk(applied));
    trace.paths.back().label =
        label_of(study.space, configuration, std::string(applied.training.optimizer.rule().info.name));
  }
  trace.surface = surface_around(trace, [&](const std::vector<Point2>& points) {
    std::vector<double> values;
    for (const Point2& at : points) values.push_back(landscape.value(at));
    return values;
  });
  return trace;
}

}  // namespace holdout::study
