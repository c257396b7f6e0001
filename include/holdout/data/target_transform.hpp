// What a regression is trained on in place of its target: a monotone function of it, and the way back. Metrics and
// predictions are in the target's own units.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <holdout/base/settings.hpp>
#include <holdout/data/dataset.hpp>

namespace holdout::data {

/// A fitted transform: f = (h(y) − mean) / scale, and back by the inverse ŷ = h⁻¹(mean + scale f). h is
///   log      ln y, for y > 0
///   log1p    ln(1 + y), for y > −1
///   sqrt     √y, for y >= 0
///   box_cox  (y^λ − 1) / λ, ln y for λ = 0, for y > 0 (Box and Cox, JRSS B 26, 1964, eq. 1)
/// and y itself otherwise. mean and scale are 0 and 1 but for standardize and box_cox: there they are the weighted mean
/// and population standard deviation of h(y) over the training rows, λ the maximum of their likelihood
/// (eq. 8 there) in [−5, 5]; as scikit-learn's PowerTransformer has it. Where f lies beyond the range of h, ŷ is the
/// end of the range of y. The mean of ŷ is not that of y: of a model that predicts the mean of ln y, e^f is below the
/// mean of y. As in scikit-learn's TransformedTargetRegressor nothing is done about it.
struct TargetTransform {
  TargetKind kind = TargetKind::none;
  double exponent = 1;  // λ
  double mean = 0, scale = 1;

  double apply(double y) const;
  double invert(double f) const;
  void invert(std::span<double> scores) const;
  friend bool operator==(const TargetTransform&, const TargetTransform&) = default;
};

/// `data.target_transform:` in the order of TargetKind.
inline constexpr std::string_view kTargetTransforms[] = {"none", "log", "log1p", "sqrt", "standardize", "box_cox"};
/// @param word  of kTargetTransforms
TargetKind target_kind_of(const std::string& word);
/// The key of `data:` that it is, which configurations have as well.
void target_transform_field(FieldVisitor& f, std::string& word);

/// Why a target cannot be transformed; empty: it can.
std::string target_problem(TargetKind kind, double y);

/// From the targets of some rows, which must be in the domain of the transform.
/// @throws Error if the transformed targets are beyond the numbers
TargetTransform fit_target(const Dataset& dataset, const RowList& rows, TargetKind kind);

}  // namespace holdout::data
