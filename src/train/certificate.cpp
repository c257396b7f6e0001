#include <holdout/train/certificate.hpp>

#include <holdout/base/number.hpp>

#include "certificate/ridge_bound.hpp"

namespace holdout::train {
namespace {

bool is_ridge(const ModelSettings& model) { return model.type() == "linear" && model.loss.info().quadratic; }

}  // namespace

std::string not_bounded(const ModelSettings& model, const Metric& metric) {
  if (!is_ridge(model))
    return "model " + std::string(model.type()) +
           (model.type() == "linear" ? " with loss " + std::string(model.loss.info().info.name) : std::string());
  if (model.lasso() > 0) return "l1";
  if (!model.l2_groups.empty() || model.l2_each != "model") return "several λ";
  const std::string_view name = metric.info.name;
  if (name != "mse" && name != "rmse") return "metric " + std::string(name);
  return {};
}

std::string not_bounded(const Design<double>& design, const ModelSettings&) {
  constexpr std::size_t kMaxFeatures = 5000;  // an eigendecomposition of a minute
  if (!design.train.start.empty()) return "rows are sparse, and their covariance is not";
  if (design.features > kMaxFeatures)
    return std::to_string(design.features) + " features are more than " + std::to_string(kMaxFeatures) +
           ", for which a decomposition takes a minute";
  return {};
}

std::unique_ptr<HoldoutBound> make_holdout_bound(const Design<double>& design, const Metric& metric,
                                                 const ModelSettings&, double low, double high,
                                                 std::span<const CertificateAnchor>) {
  return std::make_unique<RidgeBound>(design, metric.info.name == "rmse", holdout::log(low), holdout::log(high));
}

}  // namespace holdout::train
