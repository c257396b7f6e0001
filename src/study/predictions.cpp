#include "predictions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <holdout/train/decision.hpp>

namespace holdout::study {
namespace {

constexpr std::size_t kMaxRows = 500;    // of a regression: more dots cover each other
constexpr std::size_t kMaxPoints = 200;  // of a ROC curve

// For each threshold between two scores: which shares of the negative and of the positive rows lie above it.
void roc(const std::vector<double>& target, const std::vector<double>& score, HoldoutPredictions& to) {
  const double positives = std::accumulate(target.begin(), target.end(), 0.0);
  const double negatives = static_cast<double>(target.size()) - positives;
  if (!(positives > 0) || !(negatives > 0)) return;
  std::vector<std::size_t> order(target.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });
  std::vector<std::pair<double, double>> corners{{0, 0}};
  double wrong = 0, right = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (target[order[i]] > 0 ? right : wrong) += 1;
    if (i + 1 < order.size() && score[order[i + 1]] == score[order[i]]) continue;  // tied rows: one slanted step
    const std::pair<double, double> corner{wrong / negatives, right / positives};
    const std::size_t n = corners.size();
    const bool straight =
        n > 1 && ((corners[n - 2].first == corners[n - 1].first && corners[n - 1].first == corner.first) ||
                  (corners[n - 2].second == corners[n - 1].second && corners[n - 1].second == corner.second));
    if (straight)
      corners.back() = corner;
    else
      corners.push_back(corner);
  }
  const std::size_t n = corners.size(), kept = std::min(n, kMaxPoints);
  for (std::size_t i = 0; i < kept; ++i) {  // evenly spread, both ends included
    const auto& [x, y] = corners[i * (n - 1) / (kept - 1)];
    to.false_positive.push_back(x), to.true_positive.push_back(y);
  }
}

}  // namespace

void PredictionSummary::add(const train::Predictions& p) {
  for (std::size_t i = 0; i < p.y.size(); ++i) {
    const auto scores = p.scores.subspan(i * p.outputs, p.outputs);
    if (!std::all_of(scores.begin(), scores.end(), [](double s) { return std::isfinite(s); })) continue;
    if (classes_ > 0) ++confusion_[static_cast<std::size_t>(p.y[i]) * classes_ + decided_class(p, i)];
    if (classes_ > 2) continue;
    target_.push_back(p.y[i]);
    predicted_.push_back(p.outputs == 2 ? scores[1] - scores[0] : scores[0]);
  }
}

HoldoutPredictions PredictionSummary::result() const {
  HoldoutPredictions out;
  out.confusion = confusion_;
  if (classes_ == 2) roc(target_, predicted_, out);
  if (classes_ > 0) return out;
  const std::size_t n = target_.size(), kept = std::min(n, kMaxRows);
  for (std::size_t i = 0; i < kept; ++i) {
    const std::size_t row = i * n / kept;
    out.target.push_back(target_[row]), out.predicted.push_back(predicted_[row]);
  }
  out.rows = static_cast<std::int64_t>(n);
  return out;
}

}  // namespace holdout::study
