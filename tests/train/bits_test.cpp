// A lane's results depend neither on the lanes beside it, nor on pauses, drops, threads or the width of the vectors.
//
// Seen failing, each on its own: score.cpp without fusion on one target (the targets differ), a gradient chain that
// starts again at every chunk (a lane differs between cohorts, whose chunks have other lengths), a compaction that
// forgets the rule's memory (lanes that outlive others differ), a scratch buffer that threads share,
// a product of hidden layers whose chain does not go on from the last chunk of rows.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <type_traits>

#include <holdout/base/parallel.hpp>
#include <holdout/train/cpu.hpp>

#include "support/lane_results.hpp"
#include "support/thin.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

using testing::difference;
using testing::train_lanes;
using testing::varied_lanes;

constexpr std::int64_t kFull = TrainingSettings::kFullBatch;
constexpr std::size_t kMaxLanes = 200;

/// f(rule, model, batch size, design) for all of them. Full batches have two or three row blocks, the last one short.
template <class T, class F>
void for_each_training(F f) {
  for (const std::string_view model : {"linear", "logistic", "softmax", "svm", "mlp"}) {
    const Design<T> small = testing::toy_design<T>(Seed{1}, model, 150, 7);
    const Design<T> large = testing::toy_design<T>(Seed{2}, model, 2500, 5);
    const Design<T> sparse = testing::sparse_toy_design<T>(Seed{3}, model, 1100, 9);  // two row blocks
    for (std::size_t rule = 0; rule < update::rules().size(); ++rule) {
      CAPTURE(model);
      CAPTURE(update::rules()[rule].info.name);
      std::size_t stop = rule;
      if (!testing::left_out(stop++)) f(rule, model, 32, small);
      if (!testing::left_out(stop++)) f(rule, model, kFull, large);
      if (!testing::left_out(stop++)) f(rule, model, 64, sparse);
      if (!testing::left_out(stop++)) f(rule, model, kFull, sparse);
    }
  }
}

TEST_CASE_TEMPLATE("property: alone = in a cohort of 2, 7, 64, 200, to the last bit", T, double, float) {
  for_each_training<T>([](std::size_t rule, std::string_view model, std::int64_t batch, const Design<T>& design) {
    const auto lanes = varied_lanes(kMaxLanes, model, rule, 1, batch, testing::kSanitized ? 2 : 4);
    std::map<std::size_t, LaneResult> alone;
    for (const std::size_t size : {2u, 7u, 64u, 200u}) {
      // The same configurations sit in other slots in every cohort.
      std::vector<std::size_t> which;
      for (std::size_t i = 0; i < size; ++i) which.push_back((i * 37 + size) % kMaxLanes);
      const auto together = train_lanes(design, lanes, which);
      for (const std::size_t slot : {std::size_t{0}, size / 3, size / 2, size - 1}) {
        const std::size_t i = which[slot];
        if (!alone.contains(i)) alone[i] = train_lanes(design, lanes, {i})[0];
        CAPTURE(size);
        CAPTURE(slot);
        CHECK(difference(together[slot], alone[i]) == "");
      }
    }
  });
}

// Settings under which the lanes of a cohort end at different times, for different reasons.
std::vector<LaneConfig> ending_lanes(std::string_view model, std::string_view rule, std::int64_t batch) {
  std::vector<LaneConfig> lanes;
  for (std::size_t i = 0; i < 60; ++i) {
    Stream draw = stream(Seed{5}, "ending lanes", i);
    const double rate = std::pow(10.0, -4 + 5 * draw.uniform());
    LaneConfig c = testing::lane(model, rule, rate, std::pow(10.0, -3 + 4 * draw.uniform()), batch, 120);
    c.training.stop.gradient_norm = 0.02;
    c.training.stop.patience = 15;
    lanes.push_back(c);
  }
  return lanes;
}

TEST_CASE_TEMPLATE("property: lanes that others outlive, or that outlive others, are as if alone", T, double, float) {
  for (const std::int64_t batch : {std::int64_t{32}, kFull}) {
    const Design<T> design = testing::toy_design<T>(Seed{4}, "linear", 200, 9);
    for (const std::string_view rule : {"gd", "momentum", "nesterov", "adam"}) {
      const auto lanes = ending_lanes("linear", rule, batch);
      std::vector<std::size_t> all(lanes.size());
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
      const auto together = train_lanes(design, lanes, all);
      std::set<LaneEnd> ends;
      std::set<std::int64_t> epochs;
      for (std::size_t i = 0; i < lanes.size(); ++i) {
        CAPTURE(rule);
        CAPTURE(batch);
        CAPTURE(i);
        CHECK(difference(together[i], train_lanes(design, lanes, {i})[0]) == "");
        ends.insert(together[i].end);
        epochs.insert(together[i].epochs);
      }
      CHECK(ends.size() >= 3);  // otherwise this test says little
      CHECK(epochs.size() >= 10);
    }
  }
}

TEST_CASE_TEMPLATE("property: dropping lanes and pausing change no bit", T, double, float) {
  for_each_training<T>([](std::size_t rule, std::string_view model, std::int64_t batch, const Design<T>& design) {
    const std::size_t n = 40;
    auto lanes = varied_lanes(n, model, rule, 1, batch, 11);
    for (LaneConfig& c : lanes) c.training.stop.patience = 6;
    const auto trainer = make_trainer(design, testing::metric_of(model), lanes, Seed{3}, 0);
    trainer->run_to({3});
    const auto paused = trainer->results();
    for (std::size_t i = 0; i < n; ++i)
      if (i % 4 != 1) trainer->drop(i);
    trainer->run_to({7});
    trainer->drop(5);
    trainer->run_to({7});  // nothing left to do
    trainer->run_to({11});
    const auto results = trainer->results();
    for (const std::size_t i : {1u, 9u, 37u}) CHECK(difference(results[i], train_lanes(design, lanes, {i})[0]) == "");
    CHECK(results[0].end == LaneEnd::dropped);
    CHECK(results[0].epochs == 3);
    CHECK(results[5].epochs == 7);
    for (auto& c : lanes) c.training.epochs = 3;  // a pause at 3 is an end at 3
    for (const std::size_t i : {0u, 2u}) {
      const LaneResult ended = train_lanes(design, lanes, {i})[0];
      CHECK(results[i].theta == ended.theta);
      if (ended.best_epoch == 3) CHECK(paused[i].theta == ended.theta);  // else an end takes an earlier epoch's
      CHECK(paused[i].end == LaneEnd::running);
    }
  });
}

TEST_CASE_TEMPLATE("property: all SIMD targets with fused operations give the same bits", T, double, float) {
  const auto targets = simd_targets();
  if (targets.size() < 3) MESSAGE("one target with fused operations, here: nothing to compare");
  if (targets.size() < 2) return;
  for_each_training<T>([&](std::size_t rule, std::string_view model, std::int64_t batch, const Design<T>& design) {
    const auto lanes = varied_lanes(kMaxLanes, model, rule, 1, batch, 3);
    std::vector<std::size_t> many, few{3, 199, 20};
    for (std::size_t i = 0; i < 77; ++i) many.push_back(i);
    for (const auto& which : {few, many}) {
      const auto best = train_lanes(design, lanes, which);
      for (const std::int64_t target : targets.first(targets.size() - 1)) {  // the last is the baseline
        force_simd_target(target);
        CAPTURE(std::string(simd_target()));
        const auto results = train_lanes(design, lanes, which);
        for (std::size_t i = 0; i < which.size(); ++i) CHECK(difference(results[i], best[i]) == "");
        force_simd_target(0);
      }
    }
  });
}

// Enough work in each cohort that they do run at the same time.
TEST_CASE_TEMPLATE("property: the number of threads changes no bit", T, double, float) {
  constexpr std::size_t kCohorts = 16, kEach = 5;
  for (const std::string_view model : {"linear", "softmax", "mlp"})
    for (const std::int64_t batch : {std::int64_t{32}, kFull}) {
      const auto design = testing::toy_design<T>(Seed{6}, model, testing::kSanitized ? 300 : 1500, 5);
      const auto lanes =
          varied_lanes(kCohorts * kEach, model, update::rules().size() - 1, 1, batch, testing::kSanitized ? 10 : 30);
      std::set<std::thread::id> seen;
      const auto sweep = [&](int threads) {
        std::vector<std::vector<LaneResult>> results(kCohorts);
        std::vector<std::thread::id> by(kCohorts);
        Workers(threads).for_each(kCohorts, [&](std::size_t c) {
          std::vector<std::size_t> which(kEach);
          for (std::size_t i = 0; i < kEach; ++i) which[i] = c * kEach + i;
          results[c] = train_lanes(design, lanes, which);
          by[c] = std::this_thread::get_id();
        });
        seen.insert(by.begin(), by.end());
        return results;
      };
      const auto one = sweep(1);
      CHECK(seen.size() == 1);
      for (const int threads : {2, 4, 8}) {
        const auto more = sweep(threads);
        for (std::size_t c = 0; c < kCohorts; ++c)
          for (std::size_t i = 0; i < kEach; ++i) CHECK(difference(one[c][i], more[c][i]) == "");
      }
      WARN(seen.size() > 1);  // else the scheduler gave all to one thread, and nothing was compared
    }
}

}  // namespace
}  // namespace holdout::train
