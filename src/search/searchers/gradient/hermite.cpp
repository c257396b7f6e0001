#include "hermite.hpp"

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

}  // namespace holdout::search
