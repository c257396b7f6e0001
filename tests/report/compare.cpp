// Runs side by side.
#include <doctest/doctest.h>

#include <cmath>

#include <holdout/base/error.hpp>
#include <holdout/report/compare.hpp>

#include "fake.hpp"

namespace holdout::report {
namespace {

constexpr const char* kData = R"({"study": "", "files": [{"path": "a.csv", "bytes": 10, "crc32": 7}]})";

FakeStorage folds(std::vector<double> values, bool maximize = false) {
  FakeStorage s = storage(maximize ? "auc" : "mse", maximize, {});
  double mean = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  s.all.push_back(trial(0, mean));
  s.all.back().outcome.fold_values = std::move(values);
  s.record.fingerprint = kData;
  s.record.text = "name: x\nseed: 1\ndata:\n  split: {method: kfold}\n";
  return s;
}

FakeStorage single(double value, double error) {
  FakeStorage s = storage("mse", false, {trial(3, value)});
  s.record.fingerprint = kData;
  s.won.emplace();
  s.won->trial = 3, s.won->holdout_standard_error = error;
  return s;
}

Comparison compared(const FakeStorage& a, const FakeStorage& b) { return compare({{"a", find(a)}, {"b", find(b)}}); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string refused(const FakeStorage& a, const FakeStorage& b) {
  try {
    compared(a, b);
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("compare: folds of the same rows are compared pair by pair") {
  // Folds differ far more than the runs do: b − a is 1, 2, 3, 2, mean 2, s/√k = √(2/3/4).
  const Comparison c = compared(folds({11, 52, 93, 34}), folds({10, 50, 90, 32}));
  CHECK(c.runs[0].name == "b");
  REQUIRE(c.behind.size() == 2);
  CHECK(c.behind[1].value == doctest::Approx(2));
  CHECK(c.behind[1].paired);
  CHECK(*c.behind[1].standard_error == doctest::Approx(std::sqrt(2.0 / 3 / 4)));
  CHECK(!c.behind[1].within_noise());
  CHECK(has(comparison_text(c), "b wins against a: mse is 2 lower, more than noise"));
}

TEST_CASE("compare: other rows are said to be others, and no pairs") {
  FakeStorage other = folds({10, 50, 90, 32});
  other.record.text = "name: x\nseed: 2\ndata:\n  split: {method: kfold}\n";
  const Comparison c = compared(folds({11, 52, 93, 34}), other);
  CHECK(!c.same_rows);
  CHECK(!c.behind[1].paired);
  CHECK(c.behind[1].within_noise());
  CHECK(has(comparison_text(c), "different hold-out rows"));
}

TEST_CASE("compare: errors of one split are added as independent; without them nothing is claimed") {
  const Comparison c = compared(single(5, 3), single(9.9, 4));
  CHECK(*c.behind[1].standard_error == doctest::Approx(5));
  CHECK(c.behind[1].within_noise());
  CHECK(has(comparison_text(c), "a wins against b: mse is 4.9 lower, within noise (± 5)"));
  CHECK(!compared(single(5, 3), single(15.1, 4)).behind[1].within_noise());
  const std::string text = comparison_text(compared(single(5, 3), single(9.9, std::nan(""))));
  CHECK(has(text, "is not known"));
  CHECK(has(comparison_text(compared(single(5, 3), single(5, 3))), "have the same best mse"));
}

TEST_CASE("compare: the page has both plots, a line for each run, and no name alive") {
  FakeStorage a = folds({11, 52, 93, 34}), b = folds({10, 50, 90, 32});
  a.all.push_back(trial(1, 3));
  const std::string page = comparison_page(compare({{"<b>a</b>", find(a)}, {"b", find(b)}}));
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(!has(page, "<b>a"));
  CHECK(has(page, "&lt;b&gt;a"));
  const auto count = [&](const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = page.find(part); at != page.npos; at = page.find(part, at + 1)) ++n;
    return n;
  };
  CHECK(count("<svg") == 2);
  CHECK(count("class=\"path c0\"") >= 2);  // an error bar or a history, and the legend
  CHECK(count("class=\"end c") == 2);
  CHECK(has(comparison_page(compare({{"a", find(folds({}))}, {"b", find(folds({}))}})), "Best configurations"));
}

TEST_CASE("compare: maximized metrics, runs without a result, runs that cannot be compared") {
  const Comparison c = compared(folds({0.7, 0.8}, true), folds({0.9, 0.8}, true));
  CHECK(c.runs[0].name == "b");
  CHECK(has(comparison_text(c), "auc is 0.1 higher"));
  FakeStorage none = folds({});
  none.all = {failure(0, "diverged")};
  CHECK(has(comparison_text(compared(none, folds({1, 2}))), "b wins: it alone"));
  CHECK(has(comparison_text(compared(none, none)), "no run has a complete trial"));
  CHECK(has(refused(folds({1, 2}), folds({1, 2}, true)), "judged by mse, the other by auc"));
  FakeStorage other = folds({1, 2});
  other.record.fingerprint = R"({"study": "", "files": [{"path": "a.csv", "bytes": 10, "crc32": 8}]})";
  CHECK(has(refused(folds({1, 2}), other), "data files differ"));
  other = folds({1, 2});
  other.run->target = "z";
  CHECK(has(refused(folds({1, 2}), other), "predicts '', the other 'z'"));
}

TEST_CASE("compare: costs of decisions that differ cannot be compared, however they are written") {
  const auto with_costs = [](const std::string& costs) {
    FakeStorage s = folds({1, 2});
    s.record.metric = "cost_matrix";
    s.record.text =
        "data: {file: a.csv, target: y}\nmodel: {type: logistic}\nobjective:\n  metric: {name: cost_matrix, costs: " +
        costs + "}\n";
    return s;
  };
  const FakeStorage first = with_costs("{a: {b: 5}, b: {a: 2}}");
  CHECK(refused(first, with_costs("{b: {a: 2}, a: {b: 5}}")) == "nothing");
  CHECK(refused(first, with_costs("{b: {a: 2, b: 0, c: 1}, a: {b: 5}}")) == "nothing");  // as it is if nothing is said
  for (const std::string other : {"{b: {a: 2}, a: {b: 6}}", "{a: {b: 5}}", "{b: {a: 2}, a: {b: 5, a: 1}}"}) {
    CAPTURE(other);
    const std::string text = refused(first, with_costs(other));
    CHECK(has(text, "the costs of decisions differ: one has {name: cost_matrix, costs: {a: {b: 5}, b: {a: 2}}}"));
    CHECK(has(text, other));
  }
}

}  // namespace holdout::report
