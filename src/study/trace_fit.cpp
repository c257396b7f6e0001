#include <algorithm>
#include <chrono>
#include <cmath>

#include <holdout/study/trace.hpp>
#include <holdout/train/objective_at.hpp>

#include "designs.hpp"
#include "trace_space.hpp"
#include "trace_surface.hpp"

namespace holdout::study {
namespace {

constexpr std::size_t kFold = 0;

class Fit {
 public:
  Fit(const StudyFile& file, const data::Prepared& data)
      : file_(file), data_(data), designs_(data), seed_(file.study.root()) {
    designs_.make<double>(Workers(1), key());
    check_surface();
  }

  Trace trace() {
    const Study& study = file_.study;
    Trace trace;
    trace.study = study.name;
    trace.what = "J of the " + std::string(study.config.model.type()) + " model";
    trace.parameters = {"weight of " + data_.dataset.feature_names[0], "intercept"};
    trace.of_data = true;
    for (const search::Configuration& configuration : configurations()) {
      const train::LaneConfig config = apply(study, configuration);
      const auto& optimizer = config.training.optimizer;
      trace.paths.push_back(walk(config));
      trace.paths.back().label =
          label_of(study.space, configuration, std::string(optimizer.alternatives()[optimizer.selected()].name));
    }
    if (const auto best = minimum()) trace.minima = {best->theta}, trace.minimum = best->value;
    trace.surface = surface_around(trace, [this](const std::vector<Point2>& points) {
      std::vector<double> values;
      for (const train::ObjectiveValue& at : objective(points)) values.push_back(at.value);
      return values;
    });
    return trace;
  }

 private:
  const train::Design<double>& design() const { return designs_.get<double>(kFold, key()); }
  DesignKey key() const {
    return DesignKey(file_.study.data.features.polynomial, data::standardize_of(file_.study.data.standardize, false),
                     data::target_kind_of(file_.study.data.target_transform));
  }

  [[noreturn]] void refuse(const std::string& path, const std::string& text, const std::string& hint) const {
    throw Error(file_.located({{}, text, hint, {}, path}));
  }

  // All paths go over one surface, of two parameters.
  void check_surface() const {
    const Study& study = file_.study;
    for (const search::Parameter& p : study.space.parameters())
      if (p.path.starts_with("model.") || p.path.starts_with("data."))
        refuse(p.path, p.path + " is searched, but the paths of a trace share one surface",
               "trace one value at a time: --set " + p.path + "=...");
    const auto& optimizer = study.config.training.optimizer;
    if (const auto searched = study.space.find("training.optimizer")) {
      for (const Value& value : study.space.parameters()[*searched].values) refuse_solver(to_text(value));
    } else {
      refuse_solver(std::string(optimizer.alternatives()[optimizer.selected()].name));
    }
    const auto trainer = train::make_trainer(design(), metric_of(study), {{some_config()}}, seed_, kFold);
    const std::size_t parameters = trainer->results().front().theta.size();
    if (parameters != 2)
      refuse(
          "model",
          "the model has " + std::to_string(parameters) + " parameters; a trace draws two, a weight and an intercept",
          "keep one column of the data, with a linear, logistic or svm model: data: {features: {include: [" +
              (data_.dataset.feature_names.empty() ? "COLUMN" : data_.dataset.feature_names[0]) + "]}}");
  }

  void refuse_solver(const std::string& name) const {
    for (const Info& solver : train::solvers())
      if (solver.name == name)
        refuse("training.optimizer", "optimizer '" + name + "' goes to the minimum at once: there is no path to draw",
               "choose update rules: holdout list optimizers");
  }

  std::vector<search::Configuration> configurations() const {
    try {
      return trace_configurations(file_.study.space);
    } catch (const Error& error) {
      Errors located;
      for (const Message& message : error.messages()) located.add(file_.located(message));
      located.throw_if_any();
      throw;
    }
  }

  // The model as all paths have it, with any training.
  train::LaneConfig some_config() const {
    train::LaneConfig config;
    config.model = file_.study.config.model;
    config.training.learning_rate.start = 1;
    return config;
  }

  std::vector<train::ObjectiveValue> objective(const std::vector<Point2>& points) const {
    std::vector<std::vector<double>> thetas;
    for (const Point2& at : points) thetas.emplace_back(at.begin(), at.end());
    return train::objective_at(design(), file_.study.config.model, thetas);
  }

  TracePath walk(const train::LaneConfig& config) {
    if (config.training.in_float32()) {
      designs_.make<float>(Workers(1), key());
      return walk(designs_.get<float>(kFold, key()), config);
    }
    return walk(design(), config);
  }

  // Trained several times where that is short: bits are the same, and of each step's times the least is the one that
  // nothing else on the machine got into.
  template <class T>
  TracePath walk(const train::Design<T>& rows, const train::LaneConfig& config) const {
    constexpr int kRepeats = 7;
    constexpr double kEnough = 0.5;  // seconds
    TracePath path = walk_once(rows, config);
    double spent = path.points.back().seconds;
    for (int repeat = 1; repeat < kRepeats && spent < kEnough; ++repeat) {
      const TracePath again = walk_once(rows, config);
      spent += again.points.back().seconds;
      for (std::size_t i = 0; i < path.points.size(); ++i)
        path.points[i].seconds = std::min(path.points[i].seconds, again.points[i].seconds);
    }
    measure(path);
    return path;
  }

  template <class T>
  TracePath walk_once(const train::Design<T>& rows, const train::LaneConfig& config) const {
    using Clock = std::chrono::steady_clock;
    const auto n = static_cast<std::int64_t>(rows.train.n);
    const std::int64_t asked = config.training.batch_size;
    const std::int64_t batch = asked == train::TrainingSettings::kFullBatch ? n : std::min(asked, n);
    const std::int64_t steps = (n + batch - 1) / batch;  // an epoch
    const auto trainer = train::make_trainer(rows, metric_of(file_.study), {{config}}, seed_, kFold);
    TracePath path;
    const auto add = [&](std::int64_t step, std::span<const double> theta, double seconds) {
      const std::int64_t examples = step / steps * n + step % steps * batch;
      path.points.push_back({step, examples, seconds, {theta[0], theta[1]}, 0, 0});
    };
    add(0, trainer->results().front().theta, 0);
    // Epochs are at most 10⁸ and rows at most 2³², so the product of steps stays below 2⁶³.
    const auto kept = train::recorded_epochs(steps * config.training.epochs, kMaxTracePoints);
    path.points.reserve(kept.size() + 1);  // or memory would be fetched while seconds are counted
    trainer->watch(kept, [&, start = Clock::now()](std::int64_t step, std::size_t, std::span<const double> theta) {
      add(step, theta, std::chrono::duration<double>(Clock::now() - start).count());
    });
    trainer->run_to({config.training.epochs, {}});
    const train::LaneResult result = trainer->results().front();
    path.steps = result.steps;
    path.end = to_text(result.end);
    return path;
  }

  // J along a path; what comes after the first value that is no number is left out.
  void measure(TracePath& path) const {
    std::vector<Point2> thetas;
    for (const TracePoint& point : path.points) thetas.push_back(point.theta);
    const auto values = objective(thetas);
    for (std::size_t i = 0; i < path.points.size(); ++i) {
      TracePoint& point = path.points[i];
      point.value = values[i].value, point.gradient_norm = values[i].gradient_norm;
      if (std::isfinite(point.theta[0] + point.theta[1] + point.value + point.gradient_norm)) continue;
      path.points.resize(i);
      break;
    }
    if (path.points.empty())
      refuse("data", "J is not finite at the start: the data have numbers too large for it",
             "data: {standardize: true}");
  }

  // Where the solver finds one.
  std::optional<TracePoint> minimum() const {
    train::LaneConfig config = some_config();
    if (!config.model.loss.info().smooth) return {};
    const std::vector<std::string> names = [&] {
      std::vector<std::string> all;
      for (const Info& info : config.training.optimizer.alternatives()) all.emplace_back(info.name);
      return all;
    }();
    config.training.optimizer.select(static_cast<std::size_t>(std::ranges::find(names, "exact") - names.begin()));
    const auto trainer = train::make_trainer(design(), metric_of(file_.study), {{config}}, seed_, kFold);
    trainer->run_to({config.training.epochs, {}});
    const train::LaneResult result = trainer->results().front();
    if (result.end != train::LaneEnd::converged) return {};
    const Point2 at{result.theta[0], result.theta[1]};
    return TracePoint{0, 0, 0, at, objective({at}).front().value, 0};
  }

  const StudyFile& file_;
  const data::Prepared& data_;
  Designs designs_;
  Seed seed_;
};

}  // namespace

Trace trace(const StudyFile& file, const data::Prepared& data) { return Fit(file, data).trace(); }

}  // namespace holdout::study
