// Thresholds of two classes: every decision that is possible on some rows, from the highest score down, takes one more
// group of equal scores for positive. The table of decisions follows by additions alone.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

#include <holdout/train/metric.hpp>

#include "class_table.hpp"

namespace holdout::train {
namespace {

/// Calls visit(threshold, table) for each, beginning with that above all scores.
template <class Visit>
void for_each_threshold(const Predictions& p, Visit visit) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.y.size(); ++i)
    if (std::isfinite(odds(p, i))) order.push_back(i);
  if (order.empty()) return;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return odds(p, a) > odds(p, b); });
  ClassTable table(2);
  for (const std::size_t i : order) table.at(p.y[i] > 0, 0) += p.weight(i);
  visit(odds(p, order.front()) + 1, table);
  for (std::size_t first = 0; first < order.size();) {
    const double here = odds(p, order[first]);
    std::size_t next = first;
    for (; next < order.size() && odds(p, order[next]) == here; ++next) {
      const bool real = p.y[order[next]] > 0;
      const double w = p.weight(order[next]);
      table.at(real, 0) -= w, table.at(real, 1) += w;
    }
    visit(next < order.size() ? here + (odds(p, order[next]) - here) / 2 : here - 1, table);
    first = next;
  }
}

}  // namespace

double best_threshold(const Metric& metric, const Predictions& predictions) {
  assert(metric.of_table && predictions.outputs <= 2);
  double best = 0, best_value = 0;
  bool any = false;
  constexpr double kRounding = 1e-12;  // sums of weights are rounded: such values are equal
  for_each_threshold(predictions, [&](double threshold, const ClassTable& table) {
    const double value = (metric.maximize ? -1 : 1) * metric.of_table(table, metric.options);
    if (!std::isfinite(value)) return;
    const double slack = kRounding * std::abs(best_value);
    const bool equal = any && std::abs(value - best_value) <= slack;
    if (any && !(equal ? std::abs(threshold) < std::abs(best) : value < best_value)) return;
    best = threshold, best_value = equal ? std::min(value, best_value) : value, any = true;
  });
  return best;
}

ThresholdCurve threshold_curve(const Metric& metric, const Predictions& predictions, std::size_t points) {
  assert(metric.of_table && predictions.outputs <= 2 && points > 1);
  ThresholdCurve all;
  for_each_threshold(predictions, [&](double threshold, const ClassTable& table) {
    all.threshold.push_back(threshold), all.value.push_back(metric.of_table(table, metric.options));
  });
  std::reverse(all.threshold.begin(), all.threshold.end()), std::reverse(all.value.begin(), all.value.end());
  const std::size_t n = all.threshold.size(), kept = std::min(n, points);
  ThresholdCurve curve;
  for (std::size_t k = 0; k < kept; ++k) {  // both ends included
    const std::size_t i = kept == n ? k : k * (n - 1) / (kept - 1);
    curve.threshold.push_back(all.threshold[i]), curve.value.push_back(all.value[i]);
  }
  return curve;
}

}  // namespace holdout::train
