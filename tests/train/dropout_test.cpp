// model.dropout: units that a step leaves out, gradients of what is left, and what a trained model makes of it.
//
// Seen failing, here or in bits_test.cpp: slopes that are not thinned on the way back, activations that keep their
// scale there, draws that start again in every chunk of rows, a rate that a compaction forgets.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <holdout/train/activation.hpp>

#include "dropout.hpp"
#include "objective.hpp"
#include "support/lane_results.hpp"
#include "support/toys.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

constexpr Seed kSeed{4};

LaneConfig dropping(double rate, std::vector<std::int64_t> hidden = {6}, std::string_view activation = "tanh") {
  LaneConfig c = testing::lane("mlp", "adam", 0.01, 0, 32, 3);
  c.model.hidden = std::move(hidden), c.model.activation = activation, c.model.dropout = rate;
  return c;
}

Design<double> design_for(std::size_t rows, std::size_t features) {
  return make_design<double>(testing::toy(Seed{8}, 0, rows + 20, features), testing::no_scaling(features),
                             testing::first_rows(rows, rows + 20));
}

// What Dropout makes of ones: 0, or 1 / (1 − rate).
std::vector<double> masks(const std::vector<LaneConfig>& lanes, std::uint64_t step, std::size_t rows,
                          std::size_t units) {
  const LaneTable<double> table = dropout_table<double>(lanes);
  Dropout<double> dropout;
  dropout.begin_step(table, kSeed, 0, step);
  dropout.draw(0, rows, units);
  AlignedVector<double> out(rows * units * table.stride());
  std::fill(out.begin(), out.end(), 1);
  dropout.apply(out.data(), 0, units);
  std::vector<double> first;
  for (std::size_t lane = 0; lane < lanes.size(); ++lane)
    for (std::size_t i = 0; i < rows * units; ++i) first.push_back(out[i * table.stride() + lane]);
  return first;
}

}  // namespace

TEST_CASE("units are left out as often as the rate says, others in every step and row, the same in every lane") {
  constexpr std::size_t kRows = 400, kUnits = 50, kAll = kRows * kUnits;
  const std::vector<LaneConfig> lanes{dropping(0), dropping(0.2), dropping(0.2), dropping(0.7)};
  const std::vector<double> now = masks(lanes, 0, kRows, kUnits), next = masks(lanes, 1, kRows, kUnits);
  const auto of = [&](std::size_t lane) { return std::span(now).subspan(lane * kAll, kAll); };
  const double rates[] = {0, 0.2, 0.2, 0.7};
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    const double rate = rates[lane];
    double dropped = 0;
    for (const double m : of(lane)) {
      CHECK((m == 0 || m == 1 / (1 - rate)));
      dropped += m == 0;
    }
    CHECK(std::abs(dropped / kAll - rate) <= 4 * std::sqrt(rate * (1 - rate) / kAll));
  }
  CHECK(std::equal(of(1).begin(), of(1).end(), of(2).begin()));
  for (std::size_t i = 0; i < kAll; ++i) CHECK((of(1)[i] != 0 || of(3)[i] == 0));  // a higher rate leaves out more
  double both = 0;  // of independent ones the share of units that both steps keep is 0.8²
  for (std::size_t i = 0; i < kAll; ++i) both += of(1)[i] != 0 && next[kAll + i] != 0;
  CHECK(std::abs(both / kAll - 0.64) < 0.015);
  for (std::size_t i = 0; i + 1 < kRows; ++i)
    CHECK(!std::equal(of(3).begin() + static_cast<std::ptrdiff_t>(i * kUnits),
                      of(3).begin() + static_cast<std::ptrdiff_t>((i + 1) * kUnits),
                      of(3).begin() + static_cast<std::ptrdiff_t>((i + 1) * kUnits)));
}

TEST_CASE("closed form: scores of a thinned network of one layer") {
  constexpr std::size_t kRows = 40, kFeatures = 3, kUnits = 6;
  const Design<double> design = design_for(kRows, kFeatures);
  const std::vector<LaneConfig> lanes{dropping(0.4)};
  const auto model = make_model<double>(lanes[0].model, kFeatures, 0);
  LaneTable<double> theta(model->parameters(), 1), gradient = theta;
  Stream draw = stream(Seed{5}, "thinned");
  for (std::size_t r = 0; r < theta.rows(); ++r) theta.at(r, 0) = draw.normal();
  const std::vector<double> mask = masks(lanes, 3, kRows, kUnits);
  double expected = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    double f = theta.at(theta.rows() - 1, 0);
    for (std::size_t u = 0; u < kUnits; ++u) {
      double z = theta.at(kUnits * (kFeatures + 1) + u, 0);
      for (std::size_t j = 0; j < kFeatures; ++j)
        z += theta.at(u * kFeatures + j, 0) * design.train.x[i * kFeatures + j];
      f += theta.at(kUnits * kFeatures + u, 0) * mask[i * kUnits + u] * std::tanh(z);
    }
    expected += (f - design.train.y[i]) * (f - design.train.y[i]) / 2 / kRows;
  }
  LossSum<double> sum(*model, lanes[0].model.loss_for(0), design.train, kFeatures);
  const LaneTable<double> table = dropout_table<double>(lanes);
  Dropout<double> dropout;
  dropout.begin_step(table, kSeed, 0, 3);
  std::vector<double> losses;
  sum.mean(theta, {nullptr, kRows, 0}, gradient, &losses, &dropout);
  CHECK(losses[0] == doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("differences: the gradient of thinned networks, every activation, one and two hidden layers") {
  constexpr std::size_t kRows = 150, kFeatures = 3;
  const Design<double> design = design_for(kRows, kFeatures);
  for (const Info& activation : activations())
    for (const auto& hidden : {std::vector<std::int64_t>{5}, std::vector<std::int64_t>{4, 7}}) {
      const std::vector<LaneConfig> lanes{dropping(0.3, hidden, activation.name), dropping(0, hidden, activation.name),
                                          dropping(0.6, hidden, activation.name)};
      const auto model = make_model<double>(lanes[0].model, kFeatures, 0);
      LossSum<double> sum(*model, lanes[0].model.loss_for(0), design.train, kFeatures);
      const LaneTable<double> table = dropout_table<double>(lanes);
      LaneTable<double> theta(model->parameters(), lanes.size()), gradient = theta, other = theta;
      Stream draw = stream(Seed{5}, "dropout differences", hidden.size());
      for (std::size_t r = 0; r < theta.rows(); ++r)
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) theta.at(r, lane) = draw.normal() / 2;
      Dropout<double> dropout;
      std::vector<double> losses;
      const auto take = [&](LaneTable<double>& out) {
        dropout.begin_step(table, kSeed, 2, 5);
        sum.mean(theta, {nullptr, kRows, 0}, out, &losses, &dropout);
      };
      take(gradient);
      for (std::size_t r = 0; r < theta.rows(); ++r)
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
          const double h = activation.name == "relu" ? 1e-7 : 1e-5, at = theta.at(r, lane);
          theta.at(r, lane) = at + h, take(other);
          const double above = losses[lane];
          theta.at(r, lane) = at - h, take(other);
          const double expected = (above - losses[lane]) / (2 * h);
          theta.at(r, lane) = at;
          CAPTURE(std::string(activation.name));
          CAPTURE(r);
          CAPTURE(lane);
          CHECK(std::abs(gradient.at(r, lane) - expected) <= 1e-6 * std::max(1.0, std::abs(expected)));
        }
    }
}

TEST_CASE_TEMPLATE("property: a rate of 0 beside others has the bits of a training without dropout", T, double, float) {
  const Design<T> design = testing::toy_design<T>(Seed{1}, "mlp", 300, 5);
  const std::vector<LaneConfig> lanes{dropping(0), dropping(0.5)};
  const auto together = testing::train_lanes(design, lanes, {0, 1}), alone = testing::train_lanes(design, lanes, {0});
  CHECK(testing::difference(together[0], alone[0]) == "");
  CHECK(testing::difference(together[1], alone[0]) != "");
}

// Of a layer of identities the mean over thinned networks is the whole network: to what PyTorch calls evaluation mode.
TEST_CASE("property: a trained model needs no scaling: thinned scores are right on average") {
  constexpr std::size_t kRows = 64, kSteps = 4000;
  const Design<double> design = design_for(kRows, 3);
  const std::vector<LaneConfig> lanes{dropping(0.5, {8}, "identity")};
  const auto model = make_model<double>(lanes[0].model, 3, 0);
  const LaneTable<double> table = dropout_table<double>(lanes);
  LaneTable<double> theta(model->parameters(), 1);
  Stream draw = stream(Seed{6}, "on average");
  for (std::size_t r = 0; r < theta.rows(); ++r) theta.at(r, 0) = draw.normal();
  const std::vector<double> whole = lane_scores(*model, design.train, 3, theta)[0];
  std::vector<double> mean(kRows);
  AlignedVector<double> scores(kRows * theta.stride()), tape(kRows * model->tape() * theta.stride());
  const Rows<double> rows{design.train.x.data(), 3, nullptr, kRows, 0};
  Dropout<double> dropout;
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    dropout.begin_step(table, kSeed, 0, step);
    dropout.draw(0, kRows, model->hidden_units());
    model->scores(rows, theta, scores.data(), {tape.data(), &dropout});
    for (std::size_t i = 0; i < kRows; ++i) mean[i] += scores[i * theta.stride()] / kSteps;
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    double variance = 0;  // of a score: every unit's part times a mask of variance 1
    for (std::size_t u = 0; u < 8; ++u) {
      double z = theta.at(8 * 4 + u, 0);
      for (std::size_t j = 0; j < 3; ++j) z += theta.at(u * 3 + j, 0) * design.train.x[i * 3 + j];
      variance += std::pow(theta.at(8 * 3 + u, 0) * z, 2);
    }
    CHECK(std::abs(mean[i] - whole[i]) <= 5 * std::sqrt(variance / kSteps));
  }
}

}  // namespace holdout::train
