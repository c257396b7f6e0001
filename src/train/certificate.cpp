#include <holdout/train/certificate.hpp>

#include <algorithm>

#include <holdout/base/number.hpp>

#include "certificate/convex_bound.hpp"
#include "certificate/ridge_bound.hpp"
#include "certificate/row_space.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kMaxFeatures = 5000;  // of ridge regression: an eigendecomposition of a minute
constexpr double kMaxParameters = 3000;     // of logistic and softmax regression
constexpr double kMaxWork = 1e11;           // multiplications: half a minute to two
constexpr double kMaxNumbers = 67108864;    // 512 MB

bool is_ridge(const ModelSettings& model) { return model.type() == "linear" && model.loss.info().quadratic; }
bool is_of_classes(const ModelSettings& model) { return model.type() == "logistic" || model.type() == "softmax"; }

double directions_of(const Design<double>& design, const ModelSettings& model) {
  return model.type() == "softmax" ? static_cast<double>(design.classes) - 1 : 1;
}

// Whether a bound is made in the coordinates of what the rows span, which are fewer than the features.
bool in_row_space(const Design<double>& design, const ModelSettings& model) {
  if (design.leave_one_out || design.train.n >= design.features) return false;
  if (is_ridge(model)) return !design.train.start.empty() || design.features > kMaxFeatures;
  return static_cast<double>(design.features + 1) * directions_of(design, model) > kMaxParameters;
}

std::string too_large(double work, double numbers, const std::string& what) {
  if (work > kMaxWork)
    return what + " would take " + to_text(work, 1) + " multiplications, more than " + to_text(kMaxWork, 1);
  if (numbers > kMaxNumbers) return what + " would take more than 512 MB";
  return {};
}

std::string not_bounded_ridge(const Design<double>& design, std::size_t columns, bool reduced) {
  if (columns > kMaxFeatures)
    return std::to_string(columns) + (reduced ? " rows" : " features") + " are more than " +
           std::to_string(kMaxFeatures) + ", for which a decomposition takes a minute";
  if (design.train.start.empty() || reduced) return {};
  if (design.leave_one_out) return "rows are sparse, and leave-one-out needs the eigenvectors of all of them";
  const double d = static_cast<double>(design.features), n = static_cast<double>(design.train.n);
  return too_large(n * d * d, d * (n + static_cast<double>(design.holdout.n)),
                   "rows are sparse, and the covariance of so many with their zeros");
}

// Bounds of a design that is made for them.
class OwnDesignBound final : public HoldoutBound {
 public:
  OwnDesignBound(Design<double> design, const Metric& metric, const ModelSettings& model, double low, double high,
                 std::span<const CertificateAnchor> anchors)
      : design_(std::move(design)), bound_(make_holdout_bound(design_, metric, model, low, high, anchors)) {}
  std::vector<double> lower(double low, double high) const override { return bound_->lower(low, high); }
  double evaluate(double at) override { return bound_->evaluate(at); }
  std::vector<double> anchors() const override { return bound_->anchors(); }
  bool grows() const override { return bound_->grows(); }

 private:
  Design<double> design_;
  std::unique_ptr<HoldoutBound> bound_;
};

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
  const bool reduced = in_row_space(design, model);
  const std::size_t features = reduced ? std::min(design.features, design.train.n) : design.features;
  if (std::string why =
          reduced ? too_large(row_space_work(design), row_space_numbers(design), "a basis of what the rows span")
                  : std::string();
      !why.empty())
    return why;
  if (is_ridge(model)) return not_bounded_ridge(design, features, reduced);
  const double columns = static_cast<double>(features + 1), rows = static_cast<double>(design.train.n),
               directions = directions_of(design, model), parameters = columns * directions;
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
  if (in_row_space(design, model)) {
    RowSpace space = row_space_of(design);
    std::vector<CertificateAnchor> known;
    for (const CertificateAnchor& anchor : anchors) known.push_back(space.coordinates(anchor));
    return std::make_unique<OwnDesignBound>(std::move(space.design), metric, model, low, high, known);
  }
  if (is_ridge(model) && !design.train.start.empty())
    return std::make_unique<OwnDesignBound>(dense_design(design), metric, model, low, high, anchors);
  const double first = holdout::log(low), last = holdout::log(high);
  if (is_ridge(model)) return std::make_unique<RidgeBound>(design, metric.info.name == "rmse", first, last);
  return std::make_unique<ConvexBound>(design, model, metric.info.name == "error", first, last, anchors);
}

}  // namespace holdout::train
