#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <holdout/train/hypergradient.hpp>
#include <holdout/train/row_losses.hpp>

#include "metrics/classification.hpp"
#include "metrics/ranking.hpp"
#include "metrics/regression.hpp"
#include "metrics/standard_errors.hpp"

namespace holdout::train {
namespace {

// A metric with `term`, of one row, or `terms`, of all, is a mean over rows.
template <class M>
concept HasTerm = requires(const Predictions& p) {
  M::term(p, std::size_t{});
};
template <class M>
concept HasTerms = requires(const Predictions& p) {
  M::terms(p);
};
template <class M>
concept MeanOverRows = HasTerm<M> || HasTerms<M>;

template <MeanOverRows M>
std::vector<double> terms_of(const Predictions& p) {
  if constexpr (HasTerms<M>) {
    return M::terms(p);
  } else {
    std::vector<double> terms(p.y.size());
    for (std::size_t i = 0; i < terms.size(); ++i) terms[i] = M::term(p, i);
    return terms;
  }
}

// Eight chains: one would wait for every addition.
double sum_of(std::span<const double> terms) {
  constexpr std::size_t kChains = 8;
  double sums[kChains] = {};
  std::size_t i = 0;
  for (; i + kChains <= terms.size(); i += kChains)
    for (std::size_t c = 0; c < kChains; ++c) sums[c] += terms[i + c];
  for (; i < terms.size(); ++i) sums[0] += terms[i];
  for (std::size_t step = kChains / 2; step > 0; step /= 2)
    for (std::size_t c = 0; c < step; ++c) sums[c] += sums[c + step];
  return sums[0];
}

double mean(std::vector<double> terms, std::span<const double> weights) {
  if (weights.empty()) return sum_of(terms) / static_cast<double>(terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) terms[i] *= weights[i];
  return sum_of(terms) / sum_of(weights);
}

template <class M>
constexpr bool kOfOdds = requires {
  M::of_odds;
};

// Scores that are not numbers are those of a training that diverged: no metric has a value then, not even one that
// only counts decisions.
bool diverged(const Predictions& p) {
  bool any = false;
  for (const double f : p.scores) any |= std::isnan(f);
  return any;
}

template <class M>
double value_of(const Predictions& p) {
  if (diverged(p)) return std::numeric_limits<double>::quiet_NaN();
  if constexpr (MeanOverRows<M>) {
    return mean(terms_of<M>(p), p.weights);
  } else {
    return M::value(p);
  }
}

template <class M>
double error_of(const Predictions& p) {
  if (diverged(p)) return std::numeric_limits<double>::quiet_NaN();
  if constexpr (MeanOverRows<M>)
    return standard_error_of_mean(terms_of<M>(p), p.weights);
  else
    return M::standard_error(p);
}

template <class M>
constexpr SmoothMetric smooth_of() {
  if constexpr (requires { M::of_mean; })
    return {M::loss, M::of_mean};
  else
    return {};
}

using StandardError = double (*)(const Predictions&);
using Terms = std::vector<double> (*)(const Predictions&);

// Of a metric with `squares`, it is the root of their mean.
template <class M>
constexpr bool kRoot = requires(const Predictions& p) {
  M::squares(p);
};

template <class M>
constexpr Terms terms_function() {
  if constexpr (MeanOverRows<M>)
    return terms_of<M>;
  else if constexpr (kRoot<M>)
    return M::squares;
  else
    return nullptr;
}

template <class... Ms>
struct MetricFamily {
  static constexpr std::array<Metric, sizeof...(Ms)> all{
      {{Ms::info, Ms::classes, Ms::maximize, kOfOdds<Ms>, value_of<Ms>, smooth_of<Ms>()}...}};
  static constexpr std::array<StandardError, sizeof...(Ms)> errors{{error_of<Ms>...}};
  static constexpr std::array<Terms, sizeof...(Ms)> terms{{terms_function<Ms>()...}};
  static constexpr std::array<bool, sizeof...(Ms)> roots{{kRoot<Ms>...}};
};

// The list: a metric is added here and nowhere else.
using Family = MetricFamily<Mse, Rmse, Mae, R2, LogLoss, Error01, Accuracy, Auc, F1>;

}  // namespace

std::span<const Metric> metrics() { return Family::all; }

const Metric* find_metric(std::string_view name) {
  for (const Metric& m : Family::all)
    if (m.info.name == name) return &m;
  return nullptr;
}

bool measures(const Metric& metric, std::size_t classes, Link link) {
  if (metric.of_odds && link != Link::odds) return false;
  switch (metric.classes) {
    case Classes::none:
      return classes == 0;
    case Classes::two:
      return classes == 2;
    case Classes::any:
      return classes >= 2;
    case Classes::either:
      return true;
  }
  return false;
}

bool has_gradient(const Metric& metric, Link link) {
  return metric.smooth.loss && link == (metric.of_odds ? Link::odds : Link::identity);
}

std::vector<double> (*row_terms(const Metric& metric))(const Predictions&) {
  for (std::size_t i = 0; i < Family::all.size(); ++i)
    if (Family::all[i].info.name == metric.info.name) return Family::terms[i];
  return nullptr;
}

bool is_root_of_mean(const Metric& metric) {
  for (std::size_t i = 0; i < Family::all.size(); ++i)
    if (Family::all[i].info.name == metric.info.name) return Family::roots[i];
  return false;
}

double standard_error(const Metric& metric, const Predictions& predictions) {
  for (std::size_t i = 0; i < Family::all.size(); ++i)
    if (Family::all[i].info.name == metric.info.name) return Family::errors[i](predictions);
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace holdout::train
