#include "damping.hpp"

#include <algorithm>

namespace holdout::train {

void Damping::measure(double fall, double squared_length) {
  curvature = squared_length > 0 ? std::max(-fall / squared_length - mu, 0.0) : 0;
}

void Damping::learn(double t) {
  constexpr double kCut = 0.25, kMore = 4, kLess = 1.0 / 8, kNone = 1e-6, kFirst = 1e-3;
  if (t == 0)
    mu = std::max(kMore * kMore * mu, kFirst);
  else if (t < kCut)
    mu = std::max(kMore * mu, (curvature + mu) / t - curvature);
  else if (t >= 1)
    mu *= kLess / t;
  if (mu < kNone * curvature) mu = 0;
}

}  // namespace holdout::train
