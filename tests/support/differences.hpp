// Derivatives by differences.
#pragma once

#include <functional>

namespace holdout::testing {

/// df/dx at x by Richardson's extrapolation of central differences with steps 2h and h: h⁴ of the fifth derivative is
/// left.
inline double richardson(const std::function<double(double)>& f, double x, double h) {
  const auto central = [&](double step) { return (f(x + step) - f(x - step)) / (2 * step); };
  return (4 * central(h) - central(2 * h)) / 3;
}

}  // namespace holdout::testing
