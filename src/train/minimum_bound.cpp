#include "minimum_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "extended_loss.hpp"
#include "models.hpp"
#include "symmetric.hpp"
#include "weights.hpp"

namespace holdout::train {
namespace {

using Extended = long double;
using Numbers = std::vector<Extended>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Extended kUlp = std::numeric_limits<long double>::epsilon();

Extended norm(const Numbers& x) {
  Extended sum = 0;
  for (const Extended v : x) sum += v * v;
  return std::sqrt(sum);
}

// J at fixed weights, as a function of the intercepts, and its gradient in the weights. Symbols: n rows, d features, K
// outputs; s = W x without intercepts; v the rows' weights.
template <class T>
class Enclosure {
 public:
  Enclosure(const Design<T>& design, const ModelSettings& model, std::span<const double> theta)
      : part_(design.train),
        d_(design.features),
        outputs_(theta.size() / (d_ + 1)),
        loss_(losses()[model.loss_for(design.classes)].info.name, model.loss.coefficient()),
        weights_(row_weights(part_, design.classes, model)),
        theta_(theta),
        mean_(d_),
        scores_(part_.n * outputs_),
        sizes_(part_.n) {
    for (std::size_t i = 0; i < part_.n; ++i)
      each(i, [&](std::size_t j, Extended x) {
        mean_[j] += x / n();
        Extended size = 0;
        for (std::size_t k = 0; k < outputs_; ++k) {
          const Extended term = theta_[k * d_ + j] * x;
          scores_[i * outputs_ + k] += term, size = std::max(size, std::abs(term));
        }
        sizes_[i] += size;
      });
    for (std::size_t k = 0; k < outputs_; ++k) own_.push_back(theta_[outputs_ * d_ + k]);
  }

  bool possible() const { return loss_.known(); }
  const Numbers& own_intercepts() const { return own_; }

  // (1/n) Σ v ∂L/∂f_k at some intercepts; noise: how wrong rounding can make it.
  Numbers derivative(const Numbers& b, Extended& noise) const {
    Numbers out(outputs_);
    Extended slopes = 0, moved = 0;
    for_each_row(b, [&](std::size_t i, std::span<const Extended> f, Extended v) {
      for (std::size_t k = 0; k < outputs_; ++k) out[k] += v * f[k] / n(), slopes += std::abs(v * f[k]) / n();
      moved += v * score_error(i, b) * most_curved(i, b, b) / n();
    });
    noise = sum_error() * slopes + moved;
    return out;
  }

  // The best intercepts to rounding, by Newton's method, whose steps are halved until the derivative shrinks.
  Numbers best_intercepts() const {
    constexpr int kMaxSteps = 200;
    Numbers b = own_;
    Extended noise = 0, left = norm(derivative(b, noise));
    for (int step = 0; step < kMaxSteps && left > noise; ++step) {
      const Numbers way = newton_step(b);
      Extended t = 1, at = left;
      Numbers next;
      for (; t > 1e-9L; t /= 2) {
        next = b;
        for (std::size_t k = 0; k < outputs_; ++k) next[k] -= t * way[k];
        at = norm(derivative(next, noise));
        if (at < left) break;
      }
      if (!(at < left)) break;
      b = std::move(next), left = at;
    }
    return b;
  }

  // No farther than this from b are intercepts at which J is least; infinity: unknown.
  Extended radius(const Numbers& b) const { return outputs_ == 1 ? bracket(b) : softmax_radius(b); }

  // |∂p/∂w| at most, element by element, [output][feature]: the gradient at b about the features' means, with what
  // intercepts within a radius of b, and rounding, can change.
  Numbers largest_gradient(const Numbers& b, Extended radius, std::span<const double> l2, double l1) const {
    Numbers sums(outputs_ * d_), sizes(outputs_ * d_), moves(d_);
    // (x − mean) summed over all x, so that zeros of sparse rows count: Σ v f (x − mean) = Σ v f x − mean Σ v f.
    Numbers total(outputs_), total_size(outputs_);
    Extended total_move = 0;
    Numbers to = b, from = b;
    for (std::size_t k = 0; k < outputs_; ++k) to[k] += radius, from[k] -= radius;
    for_each_row(b, [&](std::size_t i, std::span<const Extended> f, Extended v) {
      const Extended move = v * most_curved(i, from, to) * (radius + score_error(i, b)) / n();
      total_move += move;
      for (std::size_t k = 0; k < outputs_; ++k) total[k] += v * f[k] / n(), total_size[k] += std::abs(v * f[k]) / n();
      each(i, [&](std::size_t j, Extended x) {
        const Extended z = std::abs(x - mean_[j]);
        moves[j] += move * (z - std::abs(mean_[j]));  // of rows without an entry it is |mean|
        for (std::size_t k = 0; k < outputs_; ++k) {
          sums[k * d_ + j] += v * f[k] * x / n();
          sizes[k * d_ + j] += std::abs(v * f[k]) / n() * (std::abs(x) + std::abs(mean_[j]));
        }
      });
    });
    for (std::size_t k = 0; k < outputs_; ++k)
      for (std::size_t j = 0; j < d_; ++j) {
        const std::size_t p = k * d_ + j;
        const Extended w = theta_[p], m = mean_[j];
        Extended g = sums[p] - m * total[k] + static_cast<Extended>(l2[l2.size() == 1 ? 0 : j]) * w;
        const Extended rounding = 2 * sum_error() * (sizes[p] + std::abs(m) * total_size[k] + std::abs(g)) +
                                  4 * sum_error() * std::abs(m) * total_move;
        if (l1 > 0)
          g = w != 0 ? g + std::copysign(static_cast<Extended>(l1), w)
                     : std::copysign(std::max(std::abs(g) - static_cast<Extended>(l1), 0.0L), g);
        sums[p] = std::abs(g) + rounding + std::max(moves[j] + std::abs(m) * total_move, 0.0L);
      }
    return sums;
  }

  // ‖∇J(θ)‖ at most, over weights and intercepts, without penalties of l1.
  Extended gradient_norm(std::span<const double> l2) const {
    Extended squares = 0, noise = 0;
    const Numbers h = derivative(own_, noise);
    Numbers g(outputs_ * d_), error(d_);
    for_each_row(own_, [&](std::size_t i, std::span<const Extended> f, Extended v) {
      const Extended moved = v * score_error(i, own_) * most_curved(i, own_, own_) / n();
      each(i, [&](std::size_t j, Extended x) {
        Extended size = 0;
        for (std::size_t k = 0; k < outputs_; ++k)
          g[k * d_ + j] += v * f[k] * x / n(), size += std::abs(v * f[k] * x) / n();
        error[j] += sum_error() * size + moved * std::abs(x);
      });
    });
    for (std::size_t p = 0; p < g.size(); ++p) {
      const Extended all = g[p] + static_cast<Extended>(l2[l2.size() == 1 ? 0 : p % d_]) * theta_[p];
      squares += std::pow(std::abs(all) * (1 + 4 * kUlp) + error[p % d_], 2.0L);
    }
    for (const Extended x : h) squares += std::pow(std::abs(x) + noise, 2.0L);
    return std::sqrt(squares);
  }

  // Whether the scores leave every row that counts on its own side.
  bool separates() const {
    bool all = true;
    Numbers f(outputs_);
    for (std::size_t i = 0; i < part_.n && all; ++i) {
      if (weight(i) == 0) continue;
      for (std::size_t k = 0; k < outputs_; ++k) f[k] = scores_[i * outputs_ + k] + own_[k];
      all = ExtendedLoss::margin(f, y(i)) > 4 * score_error(i, own_);
    }
    return all;
  }

 private:
  Extended n() const { return static_cast<Extended>(part_.n); }
  // Of several outputs the index of the class, also where there are two, which other losses know as ±1.
  double y(std::size_t i) const { return outputs_ > 1 ? part_.target[i] : static_cast<double>(part_.y[i]); }
  Extended weight(std::size_t i) const { return weights_.empty() ? 1 : static_cast<Extended>(weights_[i]); }
  // Of a sum over rows, relative to the sum of the sizes; a slope itself is wrong in its last digits.
  Extended sum_error() const { return 4 * (n() + 16) * kUlp; }
  Extended score_error(std::size_t i, const Numbers& b) const {
    Extended size = sizes_[i];
    for (const Extended x : b) size = std::max(size, sizes_[i] + std::abs(x));
    return static_cast<Extended>(d_ + 4) * kUlp * size;
  }
  // The largest second derivative of a row's loss between two intercepts.
  Extended most_curved(std::size_t i, const Numbers& from, const Numbers& to) const {
    if (outputs_ > 1) return 0.5L;
    return loss_.largest_curvature(scores_[i] + from[0], scores_[i] + to[0]);
  }

  template <class Each>
  void each(std::size_t i, const Each& f) const {
    if (part_.start.empty())
      for (std::size_t j = 0; j < d_; ++j) f(j, static_cast<Extended>(part_.x[i * d_ + j]));
    else
      for (std::size_t at = part_.start[i]; at < part_.start[i + 1]; ++at)
        f(static_cast<std::size_t>(part_.columns[at]), static_cast<Extended>(part_.x[at]));
  }
  template <class Each>
  void for_each_row(const Numbers& b, const Each& f) const {
    Numbers slopes(outputs_);
    for (std::size_t i = 0; i < part_.n; ++i) {
      for (std::size_t k = 0; k < outputs_; ++k) slopes[k] = scores_[i * outputs_ + k] + b[k];
      (void)loss_.slopes(slopes, y(i));
      f(i, std::span<const Extended>(slopes), weight(i));
    }
  }

  // (1/n) Σ v ∂²L/∂f² of the outputs.
  Eigen::MatrixXd hessian(const Numbers& b) const {
    const auto count = static_cast<Eigen::Index>(outputs_);
    Eigen::MatrixXd h = Eigen::MatrixXd::Zero(count, count);
    for_each_row(b, [&](std::size_t i, std::span<const Extended> f, Extended v) {
      const double share = static_cast<double>(v / n());
      if (outputs_ == 1) {
        h(0, 0) += share * static_cast<double>(loss_.curvature(scores_[i] + b[0], static_cast<double>(part_.y[i])));
        return;
      }
      const auto label = static_cast<Eigen::Index>(y(i));
      for (Eigen::Index k = 0; k < count; ++k) {
        const double pk = static_cast<double>(f[static_cast<std::size_t>(k)] + (k == label ? 1 : 0));
        h(k, k) += share * pk;
        for (Eigen::Index l = 0; l < count; ++l)
          h(k, l) -= share * pk * static_cast<double>(f[static_cast<std::size_t>(l)] + (l == label ? 1 : 0));
      }
    });
    return h;
  }

  Numbers newton_step(const Numbers& b) const {
    Extended noise = 0;
    const Numbers h = derivative(b, noise);
    Eigen::VectorXd g(static_cast<Eigen::Index>(outputs_));
    for (std::size_t k = 0; k < outputs_; ++k) g[static_cast<Eigen::Index>(k)] = static_cast<double>(h[k]);
    const Eigen::MatrixXd curvature = hessian(b);
    // Flat at b: as far as the derivative and a curvature of one say.
    const Eigen::VectorXd way = curvature.norm() > 0 ? least_norm_solution(curvature, g) : g;
    return {way.begin(), way.end()};
  }

  // The derivative rises in b: where it is surely negative, and surely positive, the best intercept lies between.
  Extended bracket(const Numbers& b) const {
    constexpr int kMaxDoublings = 110;
    Extended width = 8 * kUlp * (1 + std::abs(b[0]));
    for (int i = 0; i < kMaxDoublings; ++i, width *= 2) {
      Extended noise_left = 0, noise_right = 0;
      const Extended left = derivative({b[0] - width}, noise_left)[0];
      const Extended right = derivative({b[0] + width}, noise_right)[0];
      if (left < -noise_left && right > noise_right) return width;
    }
    return INFINITY;
  }

  // The Hessian of softmax shrinks by e^{−r} at most where scores change by a range of r, and a unit vector has a range
  // of √2: along one the derivative grows by μ (1 − e^{−√2 t}) / √2 at least.
  Extended softmax_radius(const Numbers& b) const {
    const Eigen::VectorXd eigenvalues = spectrum_of(hessian(b), false).values;  // the first one, 0, is of all together
    const double least = 0.999 * eigenvalues[1] - 1e-14 * eigenvalues.maxCoeff();
    Extended noise = 0;
    const Extended left = norm(derivative(b, noise));
    if (!(least > 0)) return INFINITY;
    const Extended root = std::sqrt(2.0L), share = root * (left + noise) / least;
    return share < 1 ? -std::log1p(-share) / root * (1 + 1e-6L) : INFINITY;
  }

  const Part<T>& part_;
  std::size_t d_, outputs_;
  ExtendedLoss loss_;
  AlignedVector<T> weights_;
  std::span<const double> theta_;
  Numbers mean_, scores_, sizes_, own_;
};

}  // namespace

template <class T>
MinimumBound minimum_bound(const Design<T>& design, const ModelSettings& model, std::span<const double> theta) {
  MinimumBound out{kNaN, kNaN, kNaN, false};
  const double entries = design.train.start.empty() ? static_cast<double>(design.train.n * design.features)
                                                    : static_cast<double>(design.train.x.size());
  const double outputs = static_cast<double>(theta.size() / (design.features + 1));
  const double rows = static_cast<double>(design.train.n);
  const bool finite = std::all_of(theta.begin(), theta.end(), [](double x) { return std::isfinite(x); });
  if (model.has_layers() || !finite || entries * outputs > kBoundWork || rows * outputs * outputs > kInterceptWork)
    return out;
  const Enclosure<T> j(design, model, theta);
  if (!j.possible()) return out;
  const Ridges l2 = model.ridges(design.features);
  out.separated = design.classes > 0 && j.separates();
  out.gradient_norm = static_cast<double>(j.gradient_norm(l2));
  const double least = l2.size() == 1 ? l2[0] : *std::min_element(l2.begin(), l2.end() - 1);
  if (!(least > 0)) return out;
  const Numbers b = j.best_intercepts();
  const Extended radius = j.radius(b);
  if (!std::isfinite(radius)) return out;
  const Numbers g = j.largest_gradient(b, radius, l2, model.lasso());
  Extended squares = 0;
  for (std::size_t p = 0; p < g.size(); ++p) squares += g[p] * g[p] / l2[l2.size() == 1 ? 0 : p % design.features];
  // p is convex in the intercepts: its fall to the best ones is at most the derivative times the way.
  Extended noise = 0, way = 0;
  const Extended slope = norm(j.derivative(j.own_intercepts(), noise)) + noise;
  const Numbers& own = j.own_intercepts();
  Extended shared = 0;  // of softmax a common change of all intercepts changes nothing
  for (std::size_t k = 0; k < b.size(); ++k) shared += (own[k] - b[k]) / static_cast<Extended>(b.size());
  for (std::size_t k = 0; k < b.size(); ++k) way += std::pow(own[k] - b[k] - (b.size() > 1 ? shared : 0), 2.0L);
  const Extended up = 1 + 1e-12L;  // more than rounding of what is left, to a double
  const auto distance = static_cast<double>(std::sqrt(squares / least) * up);
  const auto gap = static_cast<double>((squares / 2 + slope * (std::sqrt(way) + radius)) * up);
  if (std::isfinite(distance) && std::isfinite(gap)) out.distance = distance, out.gap = gap;
  return out;
}

template MinimumBound minimum_bound(const Design<float>&, const ModelSettings&, std::span<const double>);
template MinimumBound minimum_bound(const Design<double>&, const ModelSettings&, std::span<const double>);

}  // namespace holdout::train
