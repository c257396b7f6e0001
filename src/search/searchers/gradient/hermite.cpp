#include "hermite.hpp"

#include <cassert>
#include <cmath>

namespace holdout::search {

std::optional<Knot> cubic_minimum(const Knot& a, const Knot& b) {
  const double width = b.x - a.x;
  if (!(width > 0)) return {};
  // p(t) = value + slope·w t + c t² + d t³, t in [0, 1].
  const double rise = b.value - a.value, p = a.slope * width, q = b.slope * width;
  const double c = 3 * rise - 2 * p - q, d = p + q - 2 * rise;
  const double discriminant = c * c - 3 * d * p;
  if (!(discriminant >= 0)) return {};
  // p' = p + 2c t + 3d t²; its root with p'' ≥ 0, written so that nothing cancels.
  const double root = std::sqrt(discriminant);
  const double t = c > 0 ? -p / (c + root) : (d == 0 ? -1 : (root - c) / (3 * d));
  if (!(t > 0 && t < 1)) return {};
  return Knot{a.x + t * width, a.value + t * (p + t * (c + t * d)), 0};
}

Hermite::Hermite(std::span<const Knot> knots) : terms_(2 * knots.size()) {
  assert(!knots.empty() && knots.size() <= kMaxKnots);
  std::array<double, 2 * kMaxKnots> column{};  // of the table of divided differences
  for (std::size_t k = 0; k < terms_; ++k) at_[k] = knots[k / 2].x, column[k] = knots[k / 2].value;
  factor_[0] = column[0];
  for (std::size_t order = 1; order < terms_; ++order) {
    for (std::size_t j = 0; j + order < terms_; ++j)
      column[j] =
          order == 1 && j % 2 == 0 ? knots[j / 2].slope : (column[j + 1] - column[j]) / (at_[j + order] - at_[j]);
    factor_[order] = column[0];
  }
}

double Hermite::operator()(double x) const {
  double value = factor_[terms_ - 1];
  for (std::size_t k = terms_ - 1; k-- > 0;) value = value * (x - at_[k]) + factor_[k];
  return value;
}

HermiteWeights hermite_weights(std::span<const Knot> knots, double x) {
  HermiteWeights weights;
  std::array<Knot, Hermite::kMaxKnots> units;
  for (std::size_t i = 0; i < knots.size(); ++i) units[i].x = knots[i].x;
  const std::span<const Knot> used(units.data(), knots.size());
  for (std::size_t i = 0; i < knots.size(); ++i) {
    units[i].value = 1;
    weights.value[i] = Hermite(used)(x);
    units[i].value = 0, units[i].slope = 1;
    weights.slope[i] = Hermite(used)(x);
    units[i].slope = 0;
  }
  return weights;
}

}  // namespace holdout::search
