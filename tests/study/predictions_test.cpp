#include "predictions.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include <holdout/base/random.hpp>

using namespace holdout;

namespace {

double area(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0;
  for (std::size_t i = 1; i < x.size(); ++i) sum += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
  return sum;
}

}  // namespace

TEST_CASE("predictions: the area under the ROC curve is the metric auc, which counts pairs") {
  for (const int levels : {3, 40, 1'000'000}) {  // few: many ties
    CAPTURE(levels);
    Stream draw = stream(Seed{1}, "test", static_cast<std::uint64_t>(levels));
    std::vector<double> score, y;
    for (int i = 0; i < 150; ++i) {
      y.push_back(draw.below(3) == 0);
      score.push_back(std::floor((draw.uniform() + 0.3 * y.back()) * levels) / levels - 0.6);
    }
    const train::Predictions all{score, 1, y};
    study::PredictionSummary summary(2);  // in two parts, as folds come
    const std::span s(score), t(y);
    summary.add({s.first(70), 1, t.first(70)});
    summary.add({s.subspan(70), 1, t.subspan(70)});
    const study::HoldoutPredictions p = summary.result();
    CHECK(p.false_positive.front() == 0);
    CHECK(p.true_positive.front() == 0);
    CHECK(p.false_positive.back() == 1);
    CHECK(p.true_positive.back() == 1);
    CHECK(area(p.false_positive, p.true_positive) ==
          doctest::Approx(train::find_metric("auc")->value(all)).epsilon(1e-12));
    const double right = static_cast<double>(p.confusion[0] + p.confusion[3]);
    CHECK(right / 150 == doctest::Approx(train::find_metric("accuracy")->value(all)).epsilon(1e-15));
    CHECK(p.target.empty());
  }
}

TEST_CASE("predictions: three classes, true ones in rows and decided ones in columns") {
  const std::vector<double> scores{3, 1, 2, /**/ 0, 5, 1, /**/ 0, 1, 2, /**/ 9, 1, 2}, y{0, 1, 2, 2};
  study::PredictionSummary summary(3);
  summary.add({scores, 3, y});
  CHECK(summary.result().confusion == std::vector<std::int64_t>{1, 0, 0, 0, 1, 0, 1, 0, 1});
  CHECK(summary.result().false_positive.empty());
}

TEST_CASE("predictions: of many rows of a regression 500, evenly spread; what is not finite is left out") {
  std::vector<double> y, f;
  for (int i = 0; i < 5000; ++i) y.push_back(i), f.push_back(i + 0.5);
  study::PredictionSummary summary(0);
  summary.add({f, 1, y});
  const study::HoldoutPredictions p = summary.result();
  CHECK(p.rows == 5000);
  REQUIRE(p.target.size() == 500);
  CHECK(p.target[1] == 10);
  CHECK(p.predicted[499] == 4990.5);
  study::PredictionSummary broken(0);
  const std::vector<double> bad{1, std::nan(""), 3}, zeros(3);
  broken.add({bad, 1, zeros});
  CHECK(broken.result().predicted == std::vector<double>{1, 3});
}

TEST_CASE("predictions: a ROC curve of many rows has at most 200 points, and none if a class is missing") {
  Stream draw = stream(Seed{2}, "test");
  std::vector<double> score, y;
  for (int i = 0; i < 5000; ++i) score.push_back(draw.uniform()), y.push_back(draw.below(2));
  study::PredictionSummary summary(2);
  summary.add({score, 1, y});
  CHECK(summary.result().false_positive.size() == 200);
  study::PredictionSummary one(2);
  const std::vector<double> ones(5000, 1.0);
  one.add({score, 1, ones});
  CHECK(one.result().false_positive.empty());
}
