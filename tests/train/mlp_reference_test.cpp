// Multilayer perceptrons against a program of somebody else (tests/data/reference/README.md).
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <holdout/base/number.hpp>
#include <holdout/train/hypergradient.hpp>

#include "objective.hpp"
#include "support/reference_design.hpp"
#include "support/table.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

struct Case {
  const char* dataset;
  std::size_t classes;
  std::vector<std::int64_t> hidden;
  const char* activation;
  double l2, start;  // W_l[i][j] = sin(start + 1.7 i + 2.3 j + 0.9 l) / √inputs, l = 1, 2 …; biases 0
};

const Case kCases[] = {{"diabetes", 0, {5}, "tanh", 0.01, 1},
                       {"concrete", 0, {16, 8}, "relu", 0.001, 2},
                       {"breast_cancer", 2, {8}, "sigmoid", 0.01, 3},
                       {"digits", 10, {16}, "relu", 0.001, 4}};

std::vector<std::size_t> sizes_of(const Case& c, std::size_t features) {
  std::vector<std::size_t> sizes{features};
  sizes.insert(sizes.end(), c.hidden.begin(), c.hidden.end());
  sizes.push_back(c.classes > 2 ? c.classes : 1);
  return sizes;
}

std::vector<double> start_of(const Case& c, std::size_t features) {
  const std::vector<std::size_t> sizes = sizes_of(c, features);
  std::vector<double> theta;
  std::size_t biases = 0;
  for (std::size_t l = 1; l < sizes.size(); ++l) {
    for (std::size_t i = 0; i < sizes[l]; ++i)
      for (std::size_t j = 0; j < sizes[l - 1]; ++j)
        theta.push_back(std::sin(c.start + 1.7 * static_cast<double>(i) + 2.3 * static_cast<double>(j) +
                                 0.9 * static_cast<double>(l)) /
                        std::sqrt(static_cast<double>(sizes[l - 1])));
    biases += sizes[l];
  }
  theta.resize(theta.size() + biases);
  return theta;
}

LaneConfig lane_of(const Case& c, const std::string& rule, double rate) {
  LaneConfig lane = testing::lane("mlp", rule.substr(0, rule.find('_')), rate, c.l2, TrainingSettings::kFullBatch, 100);
  lane.model.hidden = c.hidden, lane.model.activation = c.activation;
  if (rule.ends_with("pytorch")) {
    testing::set_field(lane.training.optimizer, "bias_correction", 1);
    testing::set_field(lane.training.optimizer, "epsilon_inside_root", 0);
  }
  return lane;
}

double objective(const Model<double>& model, const Design<double>& design, std::size_t loss, double l2,
                 const std::vector<double>& theta, LaneTable<double>& gradient) {
  LaneTable<double> table(theta.size(), 1);
  for (std::size_t r = 0; r < theta.size(); ++r) table.at(r, 0) = theta[r];
  gradient = table;
  std::vector<double> losses;
  LossSum<double>(model, loss, design.train, design.features)
      .mean(table, {nullptr, design.train.n, 0}, gradient, &losses);
  for (std::size_t r = 0; r < model.penalized(); ++r) {
    losses[0] += l2 / 2 * theta[r] * theta[r];
    gradient.at(r, 0) += l2 * theta[r];
  }
  return losses[0];
}

}  // namespace

TEST_CASE("reference: mlp, 100 steps of seven update rules") {
  const auto runs = testing::reference_table("mlp_runs.csv");
  std::size_t checked = 0;
  for (const Case& c : kCases) {
    const Design<double> design = testing::reference_design(c.dataset, c.classes);
    const std::vector<std::vector<double>> start(3, start_of(c, design.features));
    std::unique_ptr<Trainer> trainer;
    for (const auto& row : runs) {
      if (row[0] != c.dataset) continue;
      CAPTURE(row[0]);
      CAPTURE(row[1]);
      CAPTURE(row[3]);
      const LaneConfig lane = lane_of(c, row[1], to_real(row[2]).value());
      if (row[3] == "1") {  // between two lanes that do something else
        std::vector<LaneConfig> lanes(3, lane);
        lanes[0].model.l2 *= 3, lanes[2].training.learning_rate.start /= 2;
        trainer = make_trainer(design, *find_metric(c.classes == 0 ? "mse" : "log_loss"), lanes, Seed{1}, 0, start);
      }
      trainer->run_to({to_integer(row[3]).value()});
      const LaneResult result = trainer->results()[1];
      double norm = 0;
      for (const double x : result.theta) norm += x * x;
      LaneTable<double> gradient;
      const auto model = make_model<double>(lane.model, design.features, design.classes);
      const std::size_t loss = lane.model.loss_for(c.classes);
      const auto near = [](const std::string& text) { return doctest::Approx(to_real(text).value()).epsilon(1e-9); };
      CHECK(objective(*model, design, loss, c.l2, result.theta, gradient) == near(row[4]));
      CHECK(result.value == near(row[5]));
      CHECK(std::sqrt(norm) == near(row[6]));
      ++checked;
    }
  }
  CHECK(checked == 140);
}

TEST_CASE("reference: mlp, every element of the gradient at the start") {
  const auto table = testing::reference_table("mlp_gradients.csv");
  for (const Case& c : kCases) {
    const Design<double> design = testing::reference_design(c.dataset, c.classes);
    const LaneConfig lane = lane_of(c, "gd", 1);
    const auto model = make_model<double>(lane.model, design.features, design.classes);
    const std::vector<double> theta = start_of(c, design.features);
    LaneTable<double> gradient;
    objective(*model, design, lane.model.loss_for(c.classes), c.l2, theta, gradient);
    std::size_t checked = 0;
    for (const bool weights : {true, false})  // ours: all weights, then all biases; there: layer by layer
      for (const char* layer : {"0", "1", "2"})
        for (const auto& row : table) {
          if (row[0] != c.dataset || row[1] != layer || row[2] != (weights ? "1" : "0")) continue;
          CAPTURE(checked);
          CHECK(theta[checked] == doctest::Approx(to_real(row[3]).value()).epsilon(1e-15));
          CHECK(std::abs(gradient.at(checked, 0) - to_real(row[4]).value()) <= 1e-13);
          ++checked;
        }
    CHECK((checked == theta.size() || c.classes == 10));  // of digits there are norms only, in its runs
  }
}

TEST_CASE("reference: mlp, derivatives of E through 1, 10 and 50 steps") {
  const auto rows = testing::reference_table("hypergradients_steps.csv");
  std::size_t checked = 0;
  for (const Case& c : kCases) {
    const Design<double> design = testing::reference_design(c.dataset, c.classes);
    const std::vector<std::vector<double>> start = {start_of(c, design.features)};
    for (const auto& row : rows) {
      if (row[0] != std::string(c.dataset) + " mlp") continue;
      CAPTURE(row[0]);
      CAPTURE(row[4]);
      const auto number = [&](std::size_t cell) { return to_real(row[cell]).value(); };
      LaneConfig lane = lane_of(c, "gd", number(2));
      lane.training.epochs = static_cast<std::int64_t>(number(4));
      const std::vector<std::string> wrt = {"model.l2", "training.learning_rate.start"};
      const HyperDerivatives d = forward_derivatives(design, *find_metric(c.classes == 0 ? "mse" : "log_loss"),
                                                     std::span(&lane, 1), wrt, Seed{1}, 0, start)[0];
      CHECK(d.value == doctest::Approx(number(5)).epsilon(1e-11));
      CHECK(std::abs(number(1) * d.gradient[0] - number(6)) <= 1e-10 * d.value);
      CHECK(std::abs(number(2) * d.gradient[1] - number(7)) <= 1e-10 * d.value);
      ++checked;
    }
  }
  CHECK(checked == 12);
}

}  // namespace holdout::train
