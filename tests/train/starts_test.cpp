// Several initializations as lanes: the one of least training loss is kept.
#include "starts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <holdout/base/error.hpp>

#include "models.hpp"
#include "support/lane_results.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

constexpr std::int64_t kStarts = 5;

std::vector<LaneConfig> lanes_of(std::size_t n, std::int64_t starts) {
  auto lanes = testing::varied_lanes(n, "mlp", 5, 1, 16, 6);
  for (LaneConfig& lane : lanes) lane.training.starts = starts;
  return lanes;
}

std::vector<LaneResult> train_all(const Design<double>& design, const std::vector<LaneConfig>& lanes) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < lanes.size(); ++i) all.push_back(i);
  return testing::train_lanes(design, lanes, all);
}

}  // namespace

TEST_CASE("property: of the starts, each trained alone, the one of least training loss is kept") {
  const auto design = testing::toy_design<double>(Seed{51}, "mlp", 120, 4);
  const auto results = train_all(design, lanes_of(3, kStarts));
  REQUIRE(results.size() == 3);
  const auto model = make_model<double>(lanes_of(1, 1)[0].model, design.features, design.classes);
  for (std::size_t i = 0; i < 3; ++i) {
    double least = std::numeric_limits<double>::infinity();
    LaneResult best;
    std::set<double> values;
    for (std::uint64_t k = 0; k < kStarts; ++k) {
      const std::vector<LaneConfig> one{lanes_of(3, 1)[i]};
      const std::vector<std::vector<double>> from{
          model->start(k == 0 ? Seed{3} : Seed{stream(Seed{3}, "starts", k).bits64()})};
      const auto trainer = make_trainer(design, testing::metric_of("mlp"), one, Seed{3}, 0, from);
      trainer->run_to({one[0].training.epochs, {}});
      const LaneResult r = trainer->results()[0];
      REQUIRE(k < results[i].start_values.size());
      CHECK(testing::same_bits(r.value, results[i].start_values[k]));
      values.insert(r.value);
      if (r.train_loss < least) least = r.train_loss, best = r;
    }
    CHECK(results[i].start_values.size() == kStarts);
    CHECK(values.size() == kStarts);  // they do start elsewhere
    CHECK(testing::difference(results[i], best) == "");
  }
}

TEST_CASE("property: the first start is the training without starts, and lanes do not notice each other") {
  const auto design = testing::toy_design<double>(Seed{52}, "mlp", 120, 4);
  const auto plain = train_all(design, lanes_of(4, 1)), several = train_all(design, lanes_of(4, kStarts));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    CHECK(plain[i].start_values.empty());
    CHECK(testing::same_bits(plain[i].value, several[i].start_values[0]));
    CHECK(testing::difference(several[i], train_all(design, {lanes_of(4, kStarts)[i]})[0]) == "");
  }
}

TEST_CASE("a start that diverges is kept only where all do") {
  const auto design = testing::toy_design<double>(Seed{53}, "mlp", 120, 4);
  LaneConfig wild = testing::lane("mlp", "gd", 1e3, 0, 16, 6);
  wild.model.activation = "identity";  // units of relu would fall silent instead
  wild.training.starts = 3;
  const LaneResult r = train_all(design, {wild})[0];
  CHECK(r.end == LaneEnd::diverged);
  CHECK(r.start_values.size() == 3);
}

TEST_CASE("starts: pausing, dropping and what is running") {
  const auto design = testing::toy_design<double>(Seed{54}, "mlp", 120, 4);
  const auto lanes = lanes_of(3, kStarts);
  const auto trainer = make_trainer(design, testing::metric_of("mlp"), lanes, Seed{3}, 0);
  CHECK(trainer->lanes() == 3);
  trainer->run_to({2, {}});
  CHECK(trainer->running() == 3);
  trainer->drop(1);
  CHECK(trainer->running() == 2);
  trainer->run_to({6, {}});
  CHECK(trainer->running() == 0);
  const auto results = trainer->results(), whole = train_all(design, lanes);
  CHECK(results[1].end == LaneEnd::dropped);
  CHECK(testing::difference(results[0], whole[0]) == "");
  CHECK(testing::difference(results[2], whole[2]) == "");
}

TEST_CASE("hostile: several starts of a convex model") {
  const auto design = testing::toy_design<double>(Seed{55}, "logistic", 50, 3);
  LaneConfig config = testing::lane("logistic", "gd", 0.1, 0.1, 0, 1);
  config.training.starts = 2;
  CHECK_THROWS_WITH_AS(train_all(design, {config}), doctest::Contains("every start leads to the same minimum"), Error);
}

}  // namespace holdout::train
