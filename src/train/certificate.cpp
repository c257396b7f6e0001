#include <holdout/train/certificate.hpp>

#include <holdout/base/number.hpp>

#include "certificate/convex_bound.hpp"
#include "certificate/ridge_bound.hpp"

namespace holdout::train {
namespace {

bool is_ridge(const ModelSettings& model) { return model.type() == "linear" && model.loss.info().quadratic; }
bool is_of_classes(const ModelSettings& model) { return model.type() == "logistic" || model.type() == "softmax"; }

std::string too_many(std::size_t features) {
  constexpr std::size_t kMaxFeatures = 5000;  // an eigendecomposition of a minute
  if (features <= kMaxFeatures) return {};
  return std::to_string(features) + " features are more than " + std::to_string(kMaxFeatures) +
         ", for which a decomposition takes a minute";
}

}  // namespace

std::string not_bounded(const ModelSettings& model, const Metric& metric) {
  if (!is_ridge(model) && !is_of_classes(model))
    return "model " + std::string(model.type()) +
           (model.type() == "linear" ? " with loss " + std::string(model.loss.info().info.name) : std::string());
  if (model.lasso() > 0) return "l1";
  if (!model.l2_groups.empty() || model.l2_each != "model") return "several λ";
  const std::string_view name = metric.info.name;
  const bool known = is_ridge(model) ? name == "mse" || name == "rmse" : name == "log_loss" || name == "error";
  return known ? std::string() : "metric " + std::string(name);
}

std::string not_bounded(const Design<double>& design, const ModelSettings& model) {
  constexpr double kMaxParameters = 3000, kMaxWork = 1e11;  // multiplications in one of a few dozen factorizations
  if (is_ridge(model))
    return design.train.start.empty() ? too_many(design.features)
                                      : "rows are sparse, and the eigenvectors of their covariance are not";
  const double columns = static_cast<double>(design.features + 1), rows = static_cast<double>(design.train.n),
               directions = model.type() == "softmax" ? static_cast<double>(design.classes) - 1 : 1,
               parameters = columns * directions;
  if (parameters > kMaxParameters)
    return to_text(parameters) + " parameters are more than " + to_text(kMaxParameters) +
           ", for which a Hessian is factored often";
  const double work = rows * columns * parameters * directions + parameters * parameters * parameters / 3 +
                      (rows + static_cast<double>(design.holdout.n)) * parameters * parameters * directions / 3;
  if (work > kMaxWork)
    return "each of a few dozen factorizations would take " + to_text(work, 1) + " multiplications, more than " +
           to_text(kMaxWork, 1);
  return {};
}

std::unique_ptr<HoldoutBound> make_holdout_bound(const Design<double>& design, const Metric& metric,
                                                 const ModelSettings& model, double low, double high,
                                                 std::span<const CertificateAnchor> anchors) {
  const double first = holdout::log(low), last = holdout::log(high);
  if (is_ridge(model)) return std::make_unique<RidgeBound>(design, metric.info.name == "rmse", first, last);
  return std::make_unique<ConvexBound>(design, model, metric.info.name == "error", first, last, anchors);
}

}  // namespace holdout::train
