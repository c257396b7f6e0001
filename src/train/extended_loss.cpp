#include "extended_loss.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {

ExtendedLoss::ExtendedLoss(std::string_view name, double coefficient)
    : kind_(name == "squared"         ? Kind::squared
            : name == "huber"         ? Kind::huber
            : name == "logistic"      ? Kind::logistic
            : name == "softmax"       ? Kind::softmax
            : name == "poisson"       ? Kind::poisson
            : name == "squared_hinge" ? Kind::squared_hinge
                                      : Kind::other),
      delta_(coefficient) {}

long double ExtendedLoss::slopes(std::span<long double> scores, double target) const {
  long double& f = scores[0];
  const long double y = target, r = f - y, gap = std::max(1 - y * f, 0.0L);
  switch (kind_) {
    case Kind::squared:
      f = r;
      return r * r / 2;
    case Kind::huber: {
      const long double inside = std::min(std::abs(r), delta_);
      f = std::copysign(inside, r);
      return inside * inside / 2 + delta_ * (std::abs(r) - inside);
    }
    case Kind::logistic: {
      const long double m = y * f, t = std::exp(-std::abs(m));
      f = -y * (m > 0 ? t : 1) / (1 + t);
      return std::log1p(t) + std::max(-m, 0.0L);
    }
    case Kind::poisson: {
      const long double e = std::exp(f), loss = e - y * f;
      f = e - y;
      return loss;
    }
    case Kind::squared_hinge:
      f = -2 * y * gap;
      return gap * gap;
    case Kind::softmax: {
      const long double most = *std::max_element(scores.begin(), scores.end());
      const auto label = static_cast<std::size_t>(target);
      const long double own = scores[label];
      long double sum = 0;
      for (long double& s : scores) s = std::exp(s - most), sum += s;
      for (long double& s : scores) s /= sum;
      // 1 − p of a class that is nearly certain would lose its digits.
      long double others = 0;
      for (std::size_t k = 0; k < scores.size(); ++k)
        if (k != label) others += scores[k];
      scores[label] = -others;
      return std::log(sum) + (most - own);
    }
    case Kind::other:
      break;
  }
  return 0;
}

long double ExtendedLoss::largest_curvature(long double from, long double to) const {
  switch (kind_) {
    case Kind::logistic:
      return 0.25L;
    case Kind::poisson:
      return std::exp(std::max(from, to));
    case Kind::squared_hinge:
      return 2;
    default:
      return 1;
  }
}

long double ExtendedLoss::curvature(long double f, double y) const {
  switch (kind_) {
    case Kind::huber:
      return std::abs(f - y) <= delta_ ? 1 : 0;
    case Kind::logistic: {
      const long double t = std::exp(-std::abs(f));
      return t / ((1 + t) * (1 + t));
    }
    case Kind::poisson:
      return std::exp(f);
    case Kind::squared_hinge:
      return y * f < 1 ? 2 : 0;
    default:
      return 1;
  }
}

long double ExtendedLoss::margin(std::span<const long double> scores, double y) {
  if (scores.size() == 1) return y * scores[0];
  const auto label = static_cast<std::size_t>(y);
  long double other = -INFINITY;
  for (std::size_t k = 0; k < scores.size(); ++k)
    if (k != label) other = std::max(other, scores[k]);
  return scores[label] - other;
}

}  // namespace holdout::train
