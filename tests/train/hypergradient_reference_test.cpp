// Derivatives of E against a program of somebody else (tests/data/reference/README.md).
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <holdout/train/hypergradient.hpp>

#include "support/reference_design.hpp"
#include "support/table.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

double number(const std::string& text) { return to_real(text).value(); }

// The model that a data set's reference values are of.
struct Task {
  const char* model;
  std::size_t classes;
};
Task task_of(const std::string& data) {
  if (data == "breast_cancer") return {"logistic", 2};
  if (data == "digits") return {"softmax", 10};
  return {"linear", 0};
}

}  // namespace

TEST_CASE("reference: dE/d ln λ at the minimum, along the whole path") {
  std::map<std::string, std::vector<std::vector<std::string>>> curves;
  for (const auto& row : testing::reference_table("hypergradients_curves.csv"))
    if (row[0] != "data") curves[row[0]].push_back(row);
  REQUIRE(curves.size() == 4);
  const std::vector<std::string> wrt = {"model.l2"};
  for (const auto& [data, rows] : curves) {
    const Task task = task_of(data);
    const auto design = testing::reference_design(data, task.classes);
    const LaneConfig lane = testing::lane(task.model, "exact", 0, 0, 0, 1);
    const auto solver = make_hyper_solver(design, testing::metric_of(task.model), lane.model);
    // Targets are in units of their standard deviation here: the values' ratio to the reference is the same everywhere.
    double unit = 0;
    for (const auto& row : rows) {
      CAPTURE(data);
      CAPTURE(row[1]);
      LaneConfig at = lane;
      at.model.l2 = number(row[1]);
      const HyperDerivatives d = solver->solve({std::span(&at, 1), wrt})[0];
      if (unit == 0) unit = task.classes > 0 ? 1 : d.value / number(row[2]);
      CHECK(d.value == doctest::Approx(unit * number(row[2])).epsilon(1e-8));
      CHECK(std::abs(at.model.l2 * d.gradient[0] - unit * number(row[3])) <=
            1e-7 * unit * std::max(std::abs(number(row[3])), number(row[2])));
    }
  }
}

TEST_CASE("reference: dE/d ln λ and dE/d ln γ of trainings with T steps, plain and with momentum") {
  const auto rows = testing::reference_table("hypergradients_steps.csv");
  std::size_t checked = 0;
  for (const auto& row : rows) {
    if (row[0] == "data" || row[0].ends_with("mlp")) continue;
    CAPTURE(row[0]);
    CAPTURE(row[4]);
    const Task task = task_of(row[0]);
    static std::map<std::string, Design<double>> designs;
    if (!designs.contains(row[0])) designs.emplace(row[0], testing::reference_design(row[0], task.classes));
    const Design<double>& design = designs.at(row[0]);
    const double momentum = number(row[3]), rate = number(row[2]);
    LaneConfig lane = testing::lane(task.model, momentum > 0 ? "momentum" : "gd", rate, number(row[1]),
                                    TrainingSettings::kFullBatch, static_cast<std::int64_t>(number(row[4])));
    if (momentum > 0) testing::set_field(lane.training.optimizer, "momentum", momentum);
    const std::vector<std::string> wrt = {"model.l2", "training.learning_rate.start"};
    const HyperDerivatives d =
        forward_derivatives(design, testing::metric_of(task.model), std::span(&lane, 1), wrt, Seed{1}, 0)[0];
    const double value = number(row[5]);
    CHECK(d.value == doctest::Approx(value).epsilon(1e-11));
    CHECK(std::abs(lane.model.l2 * d.gradient[0] - number(row[6])) <= 1e-10 * value);
    CHECK(std::abs(rate * d.gradient[1] - number(row[7])) <= 1e-10 * value);
    ++checked;
  }
  CHECK(checked == 23);
}

TEST_CASE("reference: dE/d ln λⱼ with one λ for each feature") {
  std::map<std::pair<std::string, std::string>, std::vector<double>> expected;
  for (const auto& row : testing::reference_table("hypergradients_features.csv"))
    if (row[0] != "data") expected[{row[0], row[1]}].push_back(number(row[3]));
  REQUIRE(expected.size() == 5);
  for (const auto& [key, slopes] : expected) {
    CAPTURE(key.first);
    CAPTURE(key.second);
    const Task task = task_of(key.first);
    const auto design = testing::reference_design(key.first, task.classes);
    LaneConfig lane = testing::lane(task.model, "exact", 0, 0, 0, 1);
    std::vector<std::string> wrt;
    for (std::size_t j = 0; j < slopes.size(); ++j) {
      lane.model.l2_groups.push_back({std::to_string(j), {}, number(key.second), {static_cast<std::uint32_t>(j)}});
      wrt.push_back("model.l2.groups." + std::to_string(j));
    }
    const auto solver = make_hyper_solver(design, testing::metric_of(task.model), lane.model);
    const HyperDerivatives d = solver->solve({std::span(&lane, 1), wrt})[0];
    for (std::size_t j = 0; j < slopes.size(); ++j)
      CHECK(std::abs(number(key.second) * d.gradient[j] - slopes[j]) <= 1e-8 * d.value);
  }
}

}  // namespace holdout::train
