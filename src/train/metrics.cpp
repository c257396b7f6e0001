#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <holdout/train/hypergradient.hpp>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "metrics/class_table.hpp"
#include "metrics/classification.hpp"
#include "metrics/decisions.hpp"
#include "metrics/ranking.hpp"
#include "metrics/regression.hpp"
#include "metrics/standard_errors.hpp"

namespace holdout::train {
namespace {

// A metric with `term`, of one row, or `terms`, of all, is a mean over rows. Those that have settings are told them.
template <class M>
concept HasTerm = requires(const Predictions& p) {
  M::term(p, std::size_t{});
};
template <class M>
concept HasTermBySettings = requires(const Predictions& p, const MetricOptions& o) {
  M::term(p, std::size_t{}, o);
};
template <class M>
concept HasTerms = requires(const Predictions& p) {
  M::terms(p);
};
template <class M>
concept MeanOverRows = HasTerm<M> || HasTermBySettings<M> || HasTerms<M>;

template <MeanOverRows M>
std::vector<double> terms_of(const Predictions& p, const MetricOptions& o) {
  if constexpr (HasTerms<M>) {
    return M::terms(p);
  } else {
    std::vector<double> terms(p.y.size());
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if constexpr (HasTerm<M>)
        terms[i] = M::term(p, i);
      else
        terms[i] = M::term(p, i, o);
    }
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

// Scores that are not numbers are those of a training that diverged: no metric has a value then, not even one that
// only counts decisions.
bool diverged(const Predictions& p) {
  bool any = false;
  for (const double f : p.scores) any |= std::isnan(f);
  return any;
}

template <class M>
double value_of(const Predictions& p, const MetricOptions& o) {
  if (diverged(p)) return std::numeric_limits<double>::quiet_NaN();
  if constexpr (MeanOverRows<M>)
    return mean(terms_of<M>(p, o), p.weights);
  else if constexpr (requires { M::value(p, o); })
    return M::value(p, o);
  else
    return M::value(p);
}

template <class M>
double error_of(const Predictions& p, const MetricOptions& o) {
  if (diverged(p)) return std::numeric_limits<double>::quiet_NaN();
  if constexpr (MeanOverRows<M>)
    return standard_error_of_mean(terms_of<M>(p, o), p.weights);
  else if constexpr (requires { M::standard_error(p, o); })
    return M::standard_error(p, o);
  else
    return M::standard_error(p);
}

template <class M>
Metric metric_of(bool always) {
  Metric metric;
  metric.info = M::info, metric.classes = M::classes, metric.maximize = M::maximize, metric.always = always;
  if constexpr (requires { M::of_odds; }) metric.of_odds = M::of_odds;
  if constexpr (requires { M::takes; }) metric.takes = M::takes;
  metric.compute = value_of<M>, metric.compute_error = error_of<M>;
  if constexpr (MeanOverRows<M>) metric.terms = terms_of<M>;
  if constexpr (requires(const Predictions& p) { M::squares(p); }) {
    metric.terms = [](const Predictions& p, const MetricOptions&) { return M::squares(p); };
    metric.root_of_mean = true;
  }
  if constexpr (requires { M::of_table; }) metric.of_table = M::of_table;
  if constexpr (requires { M::of_mean; }) metric.smooth = {M::loss, M::of_mean};
  return metric;
}

// The list: a metric is added here and nowhere else. The first are measured for every model.
const std::vector<Metric>& family() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> list;
    const auto add = [&]<class... Ms>(bool always) { (list.push_back(metric_of<Ms>(always)), ...); };
    add.operator()<Mse, Rmse, Mae, R2, LogLoss, Error01, Accuracy, Auc, F1>(true);
    add.operator()<Mape, MedianAbsoluteError, Pinball, PoissonDeviance, Precision, Recall, BalancedAccuracy, Mcc, Brier,
                   AveragePrecision, CostMatrix>(false);
    return list;
  }();
  return all;
}

// As a metric with a threshold of its own takes them.
Predictions decided(const Metric& metric, Predictions p) {
  if (metric.options.tune_threshold && !p.threshold) p.threshold = best_threshold(metric, p);
  return p;
}

}  // namespace

std::span<const Metric> metrics() { return family(); }

const Metric* find_metric(std::string_view name) {
  for (const Metric& m : family())
    if (m.info.name == name) return &m;
  return nullptr;
}

double Metric::value(const Predictions& p) const { return compute(decided(*this, p), options); }

std::string Metric::label() const {
  std::string text(info.name);
  if (!options.one_class.empty()) return text + " of " + quoted(options.one_class);
  if (options.average != "none") text += "_" + options.average;
  if (takes == MetricTakes::quantile) text += "_" + holdout::to_text(options.quantile);
  return text;
}

std::vector<std::pair<std::string, double>> measure_all(const Metric& objective, std::size_t classes, Link link,
                                                        const Predictions& predictions) {
  const Predictions p = decided(objective, predictions);
  const std::string label = objective.label();
  std::vector<std::pair<std::string, double>> all;
  bool measured = false;
  for (const Metric& m : family()) {
    if (!m.always || !measures(m, classes, link)) continue;
    const bool own = m.info.name == label;
    all.emplace_back(m.info.name, (own ? objective : m).value(p));
    measured = measured || own;
  }
  if (!measured) all.emplace_back(label, objective.value(p));
  return all;
}

bool measures(const Metric& metric, std::size_t classes, Link link) {
  if (metric.of_odds && link != Link::odds) return false;
  switch (metric.classes) {
    case Classes::none:
      return classes == 0;
    case Classes::two:
      return classes == 2 || (classes > 2 && (!metric.options.one_class.empty() || metric.options.average != "none"));
    case Classes::any:
      return classes >= 2;
    case Classes::either:
      return true;
  }
  return false;
}

bool has_gradient(const Metric& metric, Link link) {
  return metric.smooth.loss && link == losses()[find_loss(metric.smooth.loss(1))].link;
}

const Metric* smooth_metric(Link link, bool of_classes) {
  static const Metric margins = metric_of<MeanSquaredHinge>(false);
  for (const Metric& m : family())
    if ((m.classes != Classes::none) == of_classes && has_gradient(m, link)) return &m;
  return of_classes && has_gradient(margins, link) ? &margins : nullptr;
}

double standard_error(const Metric& metric, const Predictions& predictions) {
  return metric.compute_error(decided(metric, predictions), metric.options);
}

}  // namespace holdout::train
