// Metrics that have no value on the rows that measure are refused, with the rows to blame.
#include "metric_check.hpp"

#include <doctest/doctest.h>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

// Rows 0 … n − 1 of these targets; fold k measures the rows in parts[k].
std::string refusal(const std::string& metric, const std::vector<double>& y, const std::vector<data::RowList>& parts,
                    std::vector<std::string> classes = {}, std::vector<double> weights = {}) {
  const std::string type = classes.empty() ? "linear" : "logistic";
  const StudyFile file = read_text(with("model: {type: " + type + "}\nobjective: {metric: " + metric + "}\n"));
  data::Prepared data;
  data.dataset.y = y, data.dataset.rows = y.size(), data.dataset.classes = std::move(classes);
  data.dataset.weights = std::move(weights);
  for (const data::RowList& part : parts) data.split.folds.push_back({{}, part});
  try {
    check_metric(file, data);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_CASE("metric check: auc needs both classes, r2 targets that differ, in every fold") {
  const std::vector<std::string> two = {"no", "yes"};
  CHECK(refusal("auc", {0, 1, 0, 1}, {{0, 1}, {2, 3}}, two).empty());
  const std::string auc = refusal("auc", {0, 1, 0, 0}, {{0, 1}, {2, 3}}, two);
  CHECK(has(auc, "auc has no value on fold 1: all its 2 rows have the class 'no'"));
  CHECK(has(auc, "fewer folds"));
  CHECK(has(refusal("auc", {0, 1, 0, 1}, {{0, 1}}, two, {1, 0, 1, 1}), "its one row has the class 'no'"));
  for (const char* metric : {"f1", "log_loss", "error", "accuracy"})
    CHECK(refusal(metric, {0, 1, 0, 0}, {{2, 3}}, two).empty());
  CHECK(has(refusal("r2", {1, 2, 3, 4}, {{0, 1}, {2}}), "r2 has no value on fold 1: its one row has the target 3"));
  CHECK(has(refusal("r2", {1, 2, 5, 5}, {{2, 3}}), "on the hold-out part: all its 2 rows have the target 5"));
  CHECK(refusal("r2", {1, 2, 5, 5}, {{1, 2}}).empty());
  const std::string constant = refusal("r2", {5, 5, 5, 5}, {{0, 1}, {2, 3}});
  CHECK(has(constant, "no split has others; or use a metric that needs no more: mse, mae"));
  CHECK_FALSE(has(constant, "fewer folds"));
  for (const char* metric : {"mse", "rmse", "mae"}) CHECK(refusal(metric, {1, 2, 5, 1e300}, {{2}, {3}}).empty());
}

TEST_CASE("metric check: mape on targets of 0 has a value, which is said to mean little") {
  const auto notices = [](const std::string& metric, const std::vector<double>& weights) {
    data::Prepared data;
    data.dataset.y = {0, 1, 0, 2, 0}, data.dataset.rows = 5, data.dataset.weights = weights;
    data.split.folds = {{{4}, {0, 1}}, {{4}, {2, 3}}};
    note_metric(read_text(with("model: {type: linear}\nobjective: {metric: " + metric + "}\n")), data);
    return data.notices;
  };
  CHECK(notices("mae", {}).empty());
  REQUIRE(notices("mape", {}).size() == 1);
  CHECK(has(notices("mape", {})[0], "the target, which is 0 in 2 of 4 hold-out rows"));
  CHECK(has(notices("mape", {0, 1, 1, 1, 1})[0], "0 in 1 of 3 hold-out rows"));
  CHECK(notices("mape", {0, 1, 0, 1, 1}).empty());
}

}  // namespace
}  // namespace holdout::study
