// Training of a cohort: configurations in lockstep through the same mini-batches, each in a lane of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/train/design.hpp>
#include <holdout/train/metric.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

/// All that one lane is trained with. Within a cohort the cohort fields of both are equal.
struct LaneConfig {
  ModelSettings model;
  TrainingSettings training;
  // Of the design that it is trained on: the degree of its features (data.features), their scales, and what its
  // targets are.
  std::int64_t polynomial = 1;
  data::Standardize standardize = data::Standardize::deviation;
  data::TargetKind target = data::TargetKind::none;
};

/// How a lane's training ended, or that it has not.
/// converged: of solvers, the gradient and the Newton decrement are small enough; of update rules, the gradient is.
/// stalled: a solver found no way farther down, and could not show that it is at the minimum. no_minimum: J falls on
/// for ever, since the classes of the training rows can be separated and nothing penalizes the weights.
enum class LaneEnd { running, epochs, converged, stalled, no_minimum, patience, diverged, dropped, interrupted };
std::string_view to_text(LaneEnd end);

/// A point of a learning curve.
struct LanePoint {
  std::int64_t epoch = 0;
  double train_loss = 0;  // mean of the epoch's batch losses, each before its update, without penalty
  double holdout = 0;     // the objective's metric at the end of the epoch
};

/// What is known of one lane.
struct LaneResult {
  LaneEnd end = LaneEnd::running;
  std::int64_t epochs = 0, steps = 0;  // completed
  std::int64_t best_epoch = 0;         // with patience: the epoch whose parameters are kept; else `epochs`
  double train_loss = 0;               // of the last epoch that measured it; NaN before the first
  double gradient_norm = 0;  // ‖∇J‖ relative to ‖∇J(0)‖, of the last full-batch gradient; NaN if there was none
  std::int64_t rises = -1;       // full-batch steps after which J was higher than before; −1: not watched
  std::vector<LanePoint> curve;  // at most kCurvePoints
  std::vector<double> theta;     // [parameter]: weights [output][feature], layer by layer, then the intercepts
  std::vector<std::pair<std::string, double>> metrics;  // every metric that fits, on the hold-out rows
  double value = 0;                                     // the objective's metric among them
  std::vector<double> start_values;  // with training.starts: the value of each; `value` is that of the one kept
};

inline constexpr std::size_t kCurvePoints = 200;

/// How far to train: up to an epoch, and, if given, only until the relative gradient norm is below a tolerance of its
/// own: lanes that get there end as converged (the study's `stop` stays in force).
struct Goal {
  std::int64_t epochs = 0;
  std::optional<double> tolerance = {};
};

/// Is told where a lane stands after a step; the parameters are only lent.
using StepWatcher = std::function<void(std::int64_t step, std::size_t lane, std::span<const double> theta)>;

/// A cohort in training. It can pause, go on, start from given parameters and drop lanes: a lane's numbers do not
/// depend on any of that, to the last bit. Not thread-safe; different trainers may run at the same time.
class Trainer {
 public:
  virtual ~Trainer() = default;
  /// Trains the running lanes on, to goal.epochs epochs in all or to their own end. Lanes that reach the epochs of
  /// their settings end; those that only reach the goal stay running.
  /// @param interrupt  read at every epoch and mini-batch; when true, running lanes end as interrupted
  virtual void run_to(const Goal& goal, const std::atomic<bool>* interrupt = nullptr) = 0;
  /// Has the watcher called after each of these steps, for every lane in training. Solvers take no steps: they never
  /// call.
  /// @param steps  ascending; the first step of a training is step 1
  virtual void watch(std::vector<std::int64_t> steps, StepWatcher watcher) = 0;
  /// Ends a running lane as it stands.
  virtual void drop(std::size_t lane) = 0;
  virtual std::size_t lanes() const = 0;
  virtual std::size_t running() const = 0;
  /// Every lane's result so far; metrics and parameters of a running lane are those of its last completed epoch.
  virtual std::vector<LaneResult> results() const = 0;
};

/// Makes the trainer of a cohort.
/// @param design  must outlive the trainer
/// @param fold    part of the address of the shuffling streams
/// @param start   [lane][parameter] to start from; none: zeros, or an mlp's weights by `seed`, the same in every lane.
///                Given ones count as the only ones, whatever training.starts says
/// @throws Error if settings do not go together (learning_rate auto with an adaptive rule; exact or auto with mlp;
/// several starts without; leave-one-out and no ridge regression)
std::unique_ptr<Trainer> make_trainer(const Design<double>& design, const Metric& objective,
                                      std::span<const LaneConfig> lanes, Seed seed, std::size_t fold,
                                      std::span<const std::vector<double>> start = {});
std::unique_ptr<Trainer> make_trainer(const Design<float>& design, const Metric& objective,
                                      std::span<const LaneConfig> lanes, Seed seed, std::size_t fold,
                                      std::span<const std::vector<double>> start = {});

/// Bytes of parameters, gradients, state and activations that one configuration of such a training moves in every step,
/// all its starts together.
std::size_t working_set(const LaneConfig& config, std::size_t features, std::size_t classes);

/// A cohort keeps scores of its hold-out rows for as many lanes at once as fit into so many bytes, of one lane at
/// least.
inline constexpr std::size_t kScoreBytes = std::size_t{32} << 20;

/// The task a type of model is for, and the classes it needs: two for logistic, none for linear.
Classes classes_of(std::string_view model);

/// Whether J of such a model is convex: what solvers and `learning_rate: auto` need.
bool is_convex(std::string_view model);

/// A model with the data it is for.
struct Shape {
  const ModelSettings& model;
  std::size_t features = 0, classes = 0;
};

/// What a trained model says of the rows of a part: Predictions::scores.
std::vector<double> predict(const Part<double>& part, const Shape& shape, std::span<const double> theta);
std::vector<double> predict(const Part<float>& part, const Shape& shape, std::span<const double> theta);

/// What a configuration with these parameters says of the hold-out rows of its design; leave-one-out: what its models
/// without a row say of that row.
template <class T>
std::vector<double> holdout_scores(const Design<T>& design, const ModelSettings& model, std::span<const double> theta);

/// γ of `learning_rate: auto`: 1/L̂, L̂ a bound of the largest Hessian eigenvalue of J over all θ.
/// Full batch: L̂ = κ · 1.02 · λmax([X 1]ᵀW[X 1]/N) + λ, W the weights of the rows; smaller batches, whose own Hessians
/// may be larger: L̂ = κ · max_i w_i ‖(x_i, 1)‖² + λ, λ the largest of all groups. κ bounds L″: LossInfo::curvature,
/// which must be finite.
/// @param curvature  with the weights that the model gives to classes
double automatic_rate(const Curvature& curvature, const ModelSettings& model, bool full_batch);

/// The epochs (or steps) at which curves are recorded: all if they are at most `most`, else log-spaced with the first
/// and the last.
std::vector<std::int64_t> recorded_epochs(std::int64_t epochs, std::size_t most = kCurvePoints);

}  // namespace holdout::train
