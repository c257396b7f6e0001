#include <holdout/train/hypergradient.hpp>

#include <holdout/base/error.hpp>

#include "implicit/dense.hpp"
#include "implicit/iterative.hpp"
#include "implicit/leave_one_out.hpp"

namespace holdout::train {
namespace {

// A Hessian of 32 MB, whose factor costs as much as some hundred products with a few thousand rows.
constexpr std::size_t kDenseParameters = 2000;

}  // namespace

std::unique_ptr<HyperSolver> make_hyper_solver(const Design<double>& design, const Metric& metric,
                                               const ModelSettings& model) {
  const LossInfo& loss = losses()[model.loss_for(design.classes)];
  const std::string type(model.type());
  if (!is_convex(type) || !loss.smooth)
    throw Error("no implicit gradient: J of model " + type + " with loss " + std::string(loss.info.name) +
                    " is not smooth and convex",
                "choose another loss, or hypergradient: forward");
  if (!has_gradient(metric, loss.link)) {
    const Metric* other = smooth_metric(loss.link, design.classes > 0);
    throw Error("metric " + std::string(metric.info.name) + " has no gradient for model " + type + " with loss " +
                    std::string(loss.info.name),
                other && find_metric(other->info.name) ? "choose " + std::string(other->info.name)
                                                       : "no metric has one: choose another model");
  }
  if (design.leave_one_out) return std::make_unique<LeaveOneOutHyperSolver>(design, metric);
  if (make_model<double>(model, design.features, design.classes)->parameters() > kDenseParameters)
    return std::make_unique<IterativeHyperSolver>(design, metric, model);
  return std::make_unique<DenseHyperSolver>(design, metric, model);
}

}  // namespace holdout::train
