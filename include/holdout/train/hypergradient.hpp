// Derivatives of the hold-out error E with respect to hyperparameters, each named by its path in the study.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// How a derivative is had.
enum class Hypergradient {
  implicit,  // of the minimum of J, by the implicit function theorem: penalties of smooth convex models
  forward,   // of a training as it is, however short, by tangents beside its lanes
};

/// What a training with an update rule uses that forward derivatives do not follow, by path: model.dropout,
/// training.clip_norm, training.average, training.starts.
std::vector<std::string_view> not_followed(const LaneConfig& lane);

/// Whether E has a derivative in the hyperparameter at `path` (model.l2, training.learning_rate.start, …) there.
bool differentiable(const LaneConfig& lane, std::string_view path, Hypergradient method);

/// Whether the metric has a gradient in the scores of a model with that link: log_loss in log odds; mse, rmse and r2 in
/// predictions; poisson_deviance in logarithms of means.
bool has_gradient(const Metric& metric, Link link);
/// One that has, for models of numbers or of classes: the first of metrics(), or else the mean loss of such models. It
/// stands in where another metric has none. Null if the link does not go with such models.
const Metric* smooth_metric(Link link, bool of_classes);

enum class HyperWant { value, gradient, curvature };

/// What a solve cost, of one lane.
struct HyperWork {
  std::int64_t passes = 0;          // values with gradients of J: passes over the training rows
  std::int64_t products = 0;        // Hessian-vector products: passes as well
  std::int64_t factorizations = 0;  // Hessians formed and factored
};

/// E of one lane and its derivatives, plain d/dh (not d/d log h).
struct HyperDerivatives {
  double value = 0;        // E at the minimum of J, as far as the residual tells (below); forward: after the last step
  double error_bound = 0;  // estimate of |value − E|
  std::vector<double> gradient;   // [wrt] dE/dh
  std::vector<double> curvature;  // [wrt][wrt] d²E/dh²; empty where it is not wanted or not known
  std::vector<double> state;      // what a later solve may start from: theta, then dθ/dh of a few hyperparameters
  LaneResult result;              // its value and metrics are measured at its theta
  HyperWork work;
};

/// Where a solve starts: near the solution of other hyperparameters.
struct HyperStart {
  std::vector<double> state;  // HyperDerivatives::state of that solution; empty: cold
  std::vector<double> at;     // [wrt] its hyperparameters; empty: no tangent is followed
};

struct HyperRequest {
  std::span<const LaneConfig> lanes;  // cohort fields equal
  std::span<const std::string> wrt;   // paths, each differentiable in every lane
  double tolerance = 0;               // relative, of E; 0: as near to the minimum as `exact` goes
  HyperWant want = HyperWant::gradient;
  std::span<const HyperStart> starts = {};  // [lane]; none: all cold
  const std::atomic<bool>* interrupt = nullptr;
};

/// E at the minimum of J, by the implicit function theorem. With H = ∇²J, q = H⁻¹∇E and the residual r = ∇J(θ) of a
/// θ that need not be the minimum: E* = E − q·r + …, dE/dh = −q·∂r/∂h, and for d²E/dh² the third derivatives of the
/// loss (Pedregosa, Hyperparameter optimization with approximate gradient, ICML 2016; Giles and Süli, Adjoint methods
/// for PDEs, Acta Numerica 11, 2002, § 2). Values are corrected to second order in r, gradients to first.
///
/// Lanes do not influence each other, nor do earlier calls. One object is for one thread.
class HyperSolver {
 public:
  virtual ~HyperSolver() = default;
  /// [lane]. The end of a result is converged, stalled, interrupted or diverged. All else of an interrupted lane means
  /// nothing, whichever of its passes was interrupted.
  virtual std::vector<HyperDerivatives> solve(const HyperRequest& request) = 0;
  /// Of a model: so many numbers of a state are θ.
  virtual std::size_t parameters() const = 0;
};

/// @param design, metric  must outlive the solver; has_gradient(metric, …)
/// @param model           as in every lane, but for its lane fields: convex, its loss smooth
/// @throws Error if they do not go together
std::unique_ptr<HyperSolver> make_hyper_solver(const Design<double>& design, const Metric& metric,
                                               const ModelSettings& model);

/// E of trainings as they are: the trainer's own results, and dE/dh at the parameters that it keeps, by tangents beside
/// the lanes (Franceschi et al., Forward and reverse gradient-based hyperparameter optimization, ICML 2017, § 3.2). Any
/// update rule, batch size and number of steps; early stopping is taken as given. At kinks (|x|, max, the sign in lion)
/// a tangent is that of one side, as update/numbers-inl.hpp says. NaN where a lane has no value. A lane that is
/// interrupted in any of its passes ends as interrupted: a value without its derivatives is no answer.
///
/// Lanes do not influence each other, to the last bit.
/// @param lanes  differentiable(lane, path, Hypergradient::forward) for every path
/// @param seed, fold, start  as for make_trainer
std::vector<HyperDerivatives> forward_derivatives(const Design<double>& design, const Metric& metric,
                                                  std::span<const LaneConfig> lanes, std::span<const std::string> wrt,
                                                  Seed seed, std::size_t fold,
                                                  std::span<const std::vector<double>> start = {},
                                                  const std::atomic<bool>* interrupt = nullptr);

}  // namespace holdout::train
