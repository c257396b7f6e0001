#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <holdout/base/number.hpp>
#include <holdout/base/random.hpp>
#include <holdout/train/hypergradient.hpp>
#include <holdout/train/metric.hpp>

#include "support/table.hpp"

namespace holdout::train {
namespace {

/// A row of tests/data/reference/metrics.csv (scikit-learn; the script is beside it).
struct Row {
  std::string metric;
  std::size_t outputs = 0;
  double value = 0, standard_error = 0;
  std::vector<double> scores, y;
};

std::vector<double> numbers(const std::string& text) {
  std::istringstream in(text);
  std::vector<double> out;
  for (std::string word; in >> word;) out.push_back(to_real(word).value());
  return out;
}

std::vector<Row> rows() {
  std::vector<Row> out;
  const auto table = testing::reference_table("metrics.csv");
  for (std::size_t i = 1; i < table.size(); ++i) {
    const auto& cell = table[i];
    out.push_back({cell.at(0), static_cast<std::size_t>(to_integer(cell.at(1)).value()), to_real(cell.at(2)).value(),
                   to_real(cell.at(3)).value(), numbers(cell.at(4)), numbers(cell.at(5))});
  }
  return out;
}

double value(std::string_view name, const std::vector<double>& scores, const std::vector<double>& y,
             std::size_t outputs = 1) {
  return find_metric(name)->value({scores, outputs, y});
}

TEST_CASE("reference: every metric and standard error is scikit-learn's") {
  for (const Row& row : rows()) {
    CAPTURE(row.metric);
    CAPTURE(row.outputs);
    const Metric* metric = find_metric(row.metric);
    REQUIRE(metric);
    const Predictions p{row.scores, row.outputs, row.y};
    CHECK(metric->value(p) == doctest::Approx(row.value).epsilon(1e-13));
    CHECK(standard_error(*metric, p) == doctest::Approx(row.standard_error).epsilon(1e-12));
  }
}

/// A row of tests/data/reference/metric_settings.csv: a metric with its settings, rows perhaps with weights.
struct SettingsRow {
  Metric metric;
  std::string setting;
  std::size_t outputs = 0;
  double value = 0, standard_error = 0;
  std::vector<double> scores, y, weights;
  Predictions predictions() const { return {scores, outputs, y, weights}; }
};

/// none; macro, weighted; class 0; quantile 0.9; costs 0 1 …
Metric with(std::string_view name, const std::string& setting) {
  Metric metric = *find_metric(name);
  MetricOptions& o = metric.options;
  if (setting == "macro" || setting == "weighted") o.average = setting;
  if (setting.starts_with("class ")) o.one_class = "c", o.class_index = static_cast<std::size_t>(setting.back() - '0');
  if (setting.starts_with("quantile ")) o.quantile = to_real(setting.substr(9)).value();
  if (setting.starts_with("costs ")) o.costs = numbers(setting.substr(6));
  return metric;
}

std::vector<SettingsRow> settings_rows() {
  std::vector<SettingsRow> out;
  const auto table = testing::reference_table("metric_settings.csv");
  for (std::size_t i = 1; i < table.size(); ++i) {
    const auto& cell = table[i];
    out.push_back({with(cell.at(0), cell.at(1)), cell.at(1), static_cast<std::size_t>(to_integer(cell.at(2)).value()),
                   to_real(cell.at(3)).value(), to_real(cell.at(4)).value(), numbers(cell.at(5)), numbers(cell.at(6)),
                   numbers(cell.at(7))});
  }
  return out;
}

TEST_CASE(
    "reference: metrics with settings and weights are scikit-learn's, standard errors the infinitesimal jackknife's") {
  std::set<std::string> seen;
  for (const SettingsRow& row : settings_rows()) {
    CAPTURE(row.metric.info.name);
    CAPTURE(row.setting);
    CAPTURE(row.outputs);
    CAPTURE(row.weights.size());
    const std::size_t classes = row.metric.classes == Classes::none ? 0 : std::max<std::size_t>(row.outputs, 2);
    CHECK(measures(row.metric, classes, classes == 0 ? Link::identity : Link::odds));
    CHECK(row.metric.value(row.predictions()) == doctest::Approx(row.value).epsilon(1e-12));
    CHECK(standard_error(row.metric, row.predictions()) == doctest::Approx(row.standard_error).epsilon(1e-11));
    seen.insert(std::string(row.metric.info.name) + " " + row.setting.substr(0, 5));
  }
  for (const Metric& m : metrics())
    if (m.takes == MetricTakes::average)
      for (const char* setting : {" macro", " weigh"}) CHECK(seen.contains(std::string(m.info.name) + setting));
}

TEST_CASE("closed form: one class of several is that class against the rest, in auc too") {
  for (const SettingsRow& row : settings_rows()) {
    if (row.metric.info.name != "auc" || row.outputs < 3) continue;
    std::vector<double> rest;  // log odds of class 1 against the others, by their probabilities
    for (std::size_t i = 0; i < row.y.size(); ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < row.outputs; ++k)
        if (k != 1) sum += std::exp(row.scores[i * row.outputs + k]);
      rest.push_back(row.scores[i * row.outputs + 1] - std::log(sum));
    }
    std::vector<double> y;
    for (const double c : row.y) y.push_back(c == 1);
    const Predictions two{rest, 1, y, row.weights};
    const Metric one = with("auc", "class 1"), plain = *find_metric("auc");
    CHECK(one.value(row.predictions()) == doctest::Approx(plain.value(two)).epsilon(1e-13));
    CHECK(standard_error(one, row.predictions()) == doctest::Approx(standard_error(plain, two)).epsilon(1e-12));
  }
}

TEST_CASE("a metric's label says its settings") {
  CHECK(find_metric("f1")->label() == "f1");
  CHECK(with("f1", "macro").label() == "f1_macro");
  CHECK(with("auc", "weighted").label() == "auc_weighted");
  CHECK(with("recall", "class 0").label() == "recall of 'c'");
  CHECK(with("pinball", "quantile 0.9").label() == "pinball_0.9");
  CHECK(find_metric("mcc")->label() == "mcc");
}

TEST_CASE("all metrics of a model: the usual ones, and the objective with its settings, once") {
  const std::vector<double> scores{1, -1, 2, 0.5, -2, 1}, y{1, 0, 1, 0, 0, 1};
  const Predictions p{scores, 1, y};
  const auto names = [&](const Metric& objective) {
    std::string text;
    for (const auto& [name, value] : measure_all(objective, 2, Link::odds, p)) text += name + " ";
    return text;
  };
  CHECK(names(*find_metric("f1")) == "log_loss error accuracy auc f1 ");
  CHECK(names(*find_metric("mcc")) == "log_loss error accuracy auc f1 mcc ");
  CHECK(names(with("f1", "class 0")) == "log_loss error accuracy auc f1 f1 of 'c' ");
  for (const auto& [name, value] : measure_all(with("f1", "macro"), 2, Link::odds, p))
    CHECK(value == (name == "f1_macro" ? with("f1", "macro") : *find_metric(name)).value(p));
}

TEST_CASE("every metric has rows in the reference, for each kind of model that it measures") {
  std::set<std::pair<std::string, bool>> covered;  // with several outputs?
  for (const Row& row : rows()) covered.insert({row.metric, row.outputs > 1});
  for (const SettingsRow& row : settings_rows()) covered.insert({std::string(row.metric.info.name), row.outputs > 1});
  for (const Metric& m : metrics()) {
    CAPTURE(m.info.name);
    CHECK(covered.contains({std::string(m.info.name), false}));
    if (m.classes != Classes::none) CHECK(covered.contains({std::string(m.info.name), true}));
    CHECK(find_metric(m.info.name) == &m);
    CHECK(!m.info.help.empty());
  }
  CHECK(find_metric("mes") == nullptr);
}

TEST_CASE("a metric measures the models that it is for") {
  CHECK(measures(*find_metric("mse"), 0, Link::identity));
  CHECK(!measures(*find_metric("mse"), 2, Link::identity));
  CHECK(!measures(*find_metric("log_loss"), 0, Link::identity));
  CHECK(measures(*find_metric("log_loss"), 2, Link::odds));
  CHECK(measures(*find_metric("error"), 10, Link::odds));
  CHECK(measures(*find_metric("auc"), 2, Link::odds));
  CHECK(!measures(*find_metric("auc"), 3, Link::odds));
  CHECK(measures(with("auc", "macro"), 3, Link::odds));
  CHECK(measures(with("f1", "class 2"), 3, Link::odds));
  CHECK(!measures(with("f1", "macro"), 0, Link::identity));
  CHECK(!measures(*find_metric("brier"), 2, Link::decision));
  CHECK(!measures(*find_metric("f1"), 0, Link::identity));
  CHECK(!measures(*find_metric("log_loss"), 2, Link::decision));  // a support vector machine has no probabilities
  CHECK(measures(*find_metric("auc"), 2, Link::decision));
  CHECK(find_metric("r2")->maximize);
  CHECK(!find_metric("log_loss")->maximize);
}

TEST_CASE("closed form: the deviance of counts is 0 at the target, and infinite where no mean of counts can be") {
  CHECK(value("poisson_deviance", {3, 0, 1}, {3, 0, 1}) == 0);
  CHECK(value("poisson_deviance", {2, 0.5}, {0, 0}) == 2.5);
  CHECK(value("poisson_deviance", {1}, {std::exp(1)}) == doctest::Approx(2).epsilon(1e-15));
  CHECK(value("poisson_deviance", {0, 1}, {2, 1}) == std::numeric_limits<double>::infinity());
  CHECK(value("poisson_deviance", {-1, 1}, {0, 1}) == std::numeric_limits<double>::infinity());
  // From the loss of scores: f = e^s.
  const std::vector<double> scores{0.3, -1, 2}, y{2, 0, 5}, weights{1, 3, 0.5};
  double loss = 0;
  std::vector<double> f;
  for (std::size_t i = 0; i < 3; ++i) {
    f.push_back(std::exp(scores[i]));
    loss += weights[i] * (f[i] - y[i] * scores[i]) / 4.5;
  }
  const Metric& metric = *find_metric("poisson_deviance");
  CHECK(metric.smooth.of_mean(loss, {y, 1, y, weights}).value ==
        doctest::Approx(metric.value({f, 1, y, weights})).epsilon(1e-14));
}

TEST_CASE("closed form: auc counts pairs, ties by half") {
  CHECK(value("auc", {1, 2, 3, 4}, {0, 0, 1, 1}) == 1);
  CHECK(value("auc", {4, 3, 2, 1}, {0, 0, 1, 1}) == 0);
  CHECK(value("auc", {5, 5, 5, 5, 5}, {0, 1, 0, 1, 1}) == 0.5);
  CHECK(value("auc", {1, 2, 2, 3}, {0, 0, 1, 1}) == 3.5 / 4);
  CHECK(value("auc", {-INFINITY, 0, INFINITY}, {0, 0, 1}) == 1);
  CHECK(value("auc", {0, 1, 7, 9, 7, 9, 5, 8}, {0, 0, 1, 1}, 2) == 3.5 / 4);  // two outputs: by their difference
}

TEST_CASE("what has no value is NaN, not a number that looks good") {
  CHECK(std::isnan(value("auc", {1, 2}, {1, 1})));
  CHECK(std::isnan(value("auc", {1, 2}, {0, 0})));
  // R² of a constant target: 0/0 if it is hit, −∞ if not.
  CHECK(!std::isfinite(value("r2", {1, 2}, {3, 3})));
  CHECK(std::isnan(value("auc", {INFINITY, INFINITY, 1, 2, 3, 4}, {0, 1, 1}, 2)));
  const std::vector<double> infinite{INFINITY, INFINITY, 1, 2, 3, 4}, y{0, 1, 1}, weights{1, 2, 3};
  CHECK(std::isnan(find_metric("auc")->value({infinite, 2, y, weights})));
  CHECK(std::isnan(standard_error(*find_metric("auc"), {infinite, 2, y, weights})));
  CHECK(value("f1", {-1, -1}, {0, 0}) == 0);  // scikit-learn's zero_division
  CHECK(std::isnan(standard_error(*find_metric("mse"), {std::vector<double>{1}, 1, std::vector<double>{2}})));
}

TEST_CASE("hostile: scores that are not numbers give no value") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Metric& m : metrics()) {
    CAPTURE(m.info.name);
    const std::vector<double> scores{1, nan, -2, nan}, y{0, 1, 0, 1};
    CHECK(std::isnan(standard_error(m, {scores, 1, y})));
    CHECK(std::isnan(value(m.info.name, {nan, nan, nan, nan}, {0, 1, 0, 1})));
    CHECK(std::isnan(value(m.info.name, {1, nan, -2, nan}, {0, 1, 0, 1})));
    if (m.classes != Classes::none) CHECK(std::isnan(value(m.info.name, {1, 2, nan, 4, nan, 0}, {0, 1, 1}, 2)));
  }
}

TEST_CASE("closed form: log loss at extreme margins") {
  // L(m) = log(1 + e^{−m}): −m up to rounding for m ≪ 0, e^{−m} for m ≫ 0.
  CHECK(value("log_loss", {800, -800}, {1, 0}) == 0);
  CHECK(value("log_loss", {-800, 800}, {1, 0}) == 800);
  CHECK(value("log_loss", {0}, {1}) == doctest::Approx(std::log(2.0)).epsilon(1e-15));
  CHECK(value("log_loss", {30}, {1}) == doctest::Approx(std::exp(-30.0)).epsilon(1e-12));
  CHECK(value("log_loss", {800, -800, 0}, {1}, 3) == 1600);
}

TEST_CASE("a decision: the positive class above 0, the first of equal scores") {
  CHECK(value("error", {0}, {0}) == 0);
  CHECK(value("error", {1e-300}, {0}) == 1);
  CHECK(value("error", {1, 1, 0}, {0}, 3) == 0);
  CHECK(value("accuracy", {1, 2, 2}, {1}, 3) == 1);
}

TEST_CASE("closed form: standard errors by hand") {
  // Squares 0, 4, 16: mse 20/3, of standard error √(Σ(x − 20/3)²/6); rmse has that divided by 2 √(20/3).
  const std::vector<double> f{1, 2, 3}, y{1, 4, 7};
  const double mse = 20 / 3.0, se = std::sqrt((std::pow(mse, 2) + std::pow(4 - mse, 2) + std::pow(16 - mse, 2)) / 6);
  CHECK(standard_error(*find_metric("rmse"), {f, 1, y}) == doctest::Approx(se / 2 / std::sqrt(mse)).epsilon(1e-14));
  CHECK(std::isnan(standard_error(*find_metric("rmse"), {y, 1, y})));
  // Positives 2 and 3 win 3/4 and all of 1 and 2; these lose all and 3/4: both variances of means are (1/8)² · 2 / 2.
  const std::vector<double> scores{1, 2, 2, 3}, classes{0, 0, 1, 1};
  CHECK(standard_error(*find_metric("auc"), {scores, 1, classes}) ==
        doctest::Approx(std::sqrt(1 / 32.0)).epsilon(1e-14));
  CHECK(std::isnan(standard_error(*find_metric("auc"), {scores, 1, std::vector<double>{0, 0, 0, 1}})));
  // f1 of hits 1, misses 1, false alarms 1 and one right refusal: residuals 2 − ½ · 2, −½, −½, 0; Σ said + real = 4.
  const std::vector<double> said{1, -1, 1, -1}, real{1, 1, 0, 0};
  CHECK(standard_error(*find_metric("f1"), {said, 1, real}) ==
        doctest::Approx(std::sqrt(4 / 3.0 * 1.5) / 4).epsilon(1e-14));
}

TEST_CASE("reference: standard errors of metrics that are no means are those of the bootstrap") {
  constexpr std::size_t kRows = 400;
  constexpr int kDraws = 1500;  // whose standard deviation has a relative error of 1/√(2 · 1500) = 2 %
  Stream draw = stream(Seed{8}, "bootstrap");
  for (const auto& [name, setting, tolerance] :
       {std::tuple("rmse", "none", 0.08), std::tuple("r2", "none", 0.08), std::tuple("auc", "none", 0.08),
        std::tuple("f1", "none", 0.08), std::tuple("precision", "none", 0.08), std::tuple("recall", "class 0", 0.08),
        std::tuple("f1", "macro", 0.08), std::tuple("f1", "weighted", 0.08), std::tuple("auc", "weighted", 0.08),
        std::tuple("balanced_accuracy", "none", 0.08), std::tuple("mcc", "none", 0.08),
        std::tuple("average_precision", "none", 0.08),
        // Two quantiles of 400 rows: their distance has itself an error of about 1/√20 rows between them.
        std::tuple("median_absolute_error", "none", 0.25)}) {
    CAPTURE(name);
    CAPTURE(setting);
    const Metric metric = with(name, setting);
    std::vector<double> scores, y;
    for (std::size_t i = 0; i < kRows; ++i) {
      const double x = draw.normal();
      y.push_back(metric.classes == Classes::none ? x : x > 0.5);
      scores.push_back(std::round(8 * (x - 0.3 + 0.7 * draw.normal())) / 8);  // with ties
    }
    double sum = 0, squares = 0;
    std::vector<double> drawn_scores(kRows), drawn_y(kRows);
    for (int k = 0; k < kDraws; ++k) {
      for (std::size_t i = 0; i < kRows; ++i) {
        const std::size_t from = draw.below(kRows);
        drawn_scores[i] = scores[from], drawn_y[i] = y[from];
      }
      const double value = metric.value({drawn_scores, 1, drawn_y});
      sum += value, squares += value * value;
    }
    const double mean = sum / kDraws, deviation = std::sqrt(squares / kDraws - mean * mean);
    CHECK(standard_error(metric, {scores, 1, y}) == doctest::Approx(deviation).epsilon(tolerance));
  }
}

TEST_CASE("closed form: a row of weight 2 counts as two rows, in every metric") {
  Stream draw = stream(Seed{4}, "weighted metrics");
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.info.name);
    std::vector<double> scores, y, weights, repeated_scores, repeated_y;
    for (int i = 0; i < 60; ++i) {
      const bool two = metric.classes != Classes::none;
      y.push_back(two ? draw.uniform() < 0.4 : draw.normal());
      scores.push_back(std::round(4 * (draw.normal() + y.back())) / 4);  // with ties
      if (has_gradient(metric, Link::log))                               // counts and their means
        y.back() = std::floor(2 * std::abs(y.back())), scores.back() = std::abs(scores.back()) + 0.25;
      weights.push_back(i % 3);
      for (int copy = 0; copy < i % 3; ++copy) repeated_scores.push_back(scores.back()), repeated_y.push_back(y.back());
    }
    CHECK(metric.value({scores, 1, y, weights}) ==
          doctest::Approx(metric.value({repeated_scores, 1, repeated_y})).epsilon(1e-13));
    for (double& w : weights) w *= 0.3;  // only shares count
    CHECK(metric.value({scores, 1, y, weights}) ==
          doctest::Approx(metric.value({repeated_scores, 1, repeated_y})).epsilon(1e-13));
    // Equal weights are none, also for the standard error.
    weights.assign(60, 0.3);
    CHECK(metric.value({scores, 1, y, weights}) == doctest::Approx(metric.value({scores, 1, y})).epsilon(1e-13));
    const double error = standard_error(metric, {scores, 1, y});
    CHECK(standard_error(metric, {scores, 1, y, weights}) == doctest::Approx(error).epsilon(1e-13));
  }
  // By hand: errors 0 and 4 of weights 3 and 1 have mean 1, and tell as much as n = 16/10 rows of equal weight;
  // n/(n − 1) Σ w²(x − 1)² / 16 = 8/3 (9 · 1 + 1 · 9) / 16.
  const std::vector<double> scores{1, 2}, y{1, 4}, weights{3, 1};
  CHECK(find_metric("mse")->value({scores, 1, y, weights}) == 1);
  CHECK(standard_error(*find_metric("mse"), {scores, 1, y, weights}) ==
        doctest::Approx(std::sqrt(8.0 / 3 * 18 / 16)).epsilon(1e-14));
}

TEST_CASE(
    "property: a row of weight 0 is no row, for values and standard errors; one row alone has no standard error") {
  Stream draw = stream(Seed{29}, "metrics");
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.info.name);
    const bool two = metric.classes != Classes::none;
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::vector<double> scores, y, weights, kept_scores, kept_y, kept_weights;
      for (int i = 0; i < 40; ++i) {
        y.push_back(two ? i % 2 : draw.normal()), scores.push_back(draw.normal() + y.back());
        if (has_gradient(metric, Link::log))  // counts and their means
          y.back() = std::floor(2 * std::abs(y.back())), scores.back() = std::abs(scores.back());
        weights.push_back(draw.uniform() < 0.5 ? 0 : 0.1 + draw.uniform());
        if (weights.back() == 0) continue;
        kept_scores.push_back(scores.back()), kept_y.push_back(y.back()), kept_weights.push_back(weights.back());
      }
      const Predictions all{scores, 1, y, weights}, kept{kept_scores, 1, kept_y, kept_weights};
      CHECK(metric.value(all) == doctest::Approx(metric.value(kept)).epsilon(1e-13));
      CHECK(standard_error(metric, all) == doctest::Approx(standard_error(metric, kept)).epsilon(1e-13));
    }
    const std::vector<double> scores{0.3, -1, 2}, y{0, 1, 1}, one{0, 0.7, 0};
    CHECK(std::isnan(standard_error(metric, {scores, 1, y, one})));
  }
}

TEST_CASE("closed form: a row of weight 2 counts as two rows, over several classes") {
  Stream draw = stream(Seed{41}, "weighted classes");
  for (const Metric& plain : metrics()) {
    if (plain.classes == Classes::none) continue;
    for (const char* setting : {"none", "macro", "weighted", "class 2"}) {
      const Metric metric = with(plain.info.name, setting);
      if (!measures(metric, 3, Link::odds) || (setting[0] != 'n' && metric.takes != MetricTakes::average)) continue;
      CAPTURE(metric.label());
      std::vector<double> scores, y, weights, repeated_scores, repeated_y;
      for (int i = 0; i < 60; ++i) {
        y.push_back(i % 3), weights.push_back((i / 3) % 3);
        for (int k = 0; k < 3; ++k) scores.push_back(std::round(4 * (draw.normal() + (i % 3 == k))) / 4);
        for (int copy = 0; copy < (i / 3) % 3; ++copy) {
          repeated_y.push_back(y.back());
          repeated_scores.insert(repeated_scores.end(), scores.end() - 3, scores.end());
        }
      }
      const double expected = metric.value({repeated_scores, 3, repeated_y});
      CHECK(metric.value({scores, 3, y, weights}) == doctest::Approx(expected).epsilon(1e-12));
      for (double& w : weights) w *= 0.3;
      CHECK(metric.value({scores, 3, y, weights}) == doctest::Approx(expected).epsilon(1e-12));
      weights.assign(60, 0.3);
      CHECK(standard_error(metric, {scores, 3, y, weights}) ==
            doctest::Approx(standard_error(metric, {scores, 3, y})).epsilon(1e-12));
    }
  }
}

TEST_CASE("property: no threshold is better than the best one, and the curve is the metric's value at each") {
  Stream draw = stream(Seed{17}, "thresholds");
  for (const Metric& plain : metrics()) {
    if (!plain.of_table) continue;
    for (const char* setting : {"none", "macro", "class 0"}) {
      Metric metric = with(plain.info.name, plain.takes == MetricTakes::average ? setting : "none");
      metric.options.tune_threshold = true;
      CAPTURE(metric.label());
      for (int repeat = 0; repeat < 5; ++repeat) {
        std::vector<double> scores, y, weights;
        for (int i = 0; i < 30; ++i) {
          y.push_back(i < 2 ? i : draw.uniform() < 0.3);
          scores.push_back(std::round(2 * (draw.normal() + y.back() - 1)) / 2);  // with ties
          if (repeat > 2) weights.push_back(draw.uniform());
        }
        const Predictions p{scores, 1, y, weights};
        const double best = best_threshold(metric, p);
        const double value = metric.value(p);
        CHECK(value == metric.value({scores, 1, y, weights, best}));
        for (double t = -6; t < 6; t += 0.25) {
          const double other = metric.value({scores, 1, y, weights, t});
          CHECK((metric.maximize ? other - value : value - other) < 1e-12);
          if (std::abs(other - value) < 1e-13)
            CHECK(std::abs(best) <= std::abs(t) + 1);  // half-way between scores, or 1 beyond
        }
        const ThresholdCurve curve = threshold_curve(metric, p, 200);
        CHECK(std::is_sorted(curve.threshold.begin(), curve.threshold.end()));
        for (std::size_t k = 0; k < curve.value.size(); ++k)
          CHECK(curve.value[k] ==
                doctest::Approx(metric.value({scores, 1, y, weights, curve.threshold[k]})).epsilon(1e-12));
        CHECK(threshold_curve(metric, p, 4).value.size() == 4);
        // Two scores decide by their difference.
        std::vector<double> pairs;
        for (const double f : scores) pairs.insert(pairs.end(), {0.5, f + 0.5});
        CHECK(best_threshold(metric, {pairs, 2, y, weights}) == best);
        CHECK(metric.value({pairs, 2, y, weights}) == value);
      }
    }
  }
}

}  // namespace
}  // namespace holdout::train
