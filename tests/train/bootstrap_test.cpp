#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <holdout/train/bootstrap.hpp>
#include <holdout/train/row_losses.hpp>

#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr Seed kSeed{7};
constexpr std::size_t kModels = Bootstrap::kLanes;

struct Toy {
  std::vector<std::uint32_t> unit;
  std::vector<double> weights;
  std::vector<std::vector<double>> losses;  // [model][row]

  Toy(std::size_t rows, std::size_t units, bool weighted) : losses(kModels) {
    Stream draw = stream(Seed{3}, "losses");
    for (std::size_t i = 0; i < rows; ++i) unit.push_back(static_cast<std::uint32_t>((i * 7 + i / units) % units));
    for (std::size_t i = 0; weighted && i < rows; ++i) weights.push_back(i % 5 == 0 ? 0 : draw.uniform() * 3);
    for (auto& model : losses)
      for (std::size_t i = 0; i < rows; ++i) model.push_back(draw.normal());
  }
  Bootstrap bootstrap(std::size_t samples) const { return Bootstrap(unit, weights, samples, kSeed); }
  double weight(std::size_t i) const { return weights.empty() ? 1 : weights[i]; }
};

// How often sample b holds each unit, by the address that the header names.
std::vector<int> counts(std::size_t units, std::uint64_t b) {
  std::vector<int> count(units);
  Stream draw = stream(kSeed, "bootstrap", b);
  for (std::size_t i = 0; i < units; ++i) ++count[draw.below(static_cast<std::uint32_t>(units))];
  return count;
}

}  // namespace

TEST_CASE("bootstrap: errors in and out of the bag are those that sums over the rows give") {
  for (const bool weighted : {false, true})
    for (const std::size_t units : {3, 40, 200}) {
      CAPTURE(weighted);
      CAPTURE(units);
      const Toy toy(200, units, weighted);
      constexpr std::size_t kSamples = 23;  // not a multiple of those that are summed side by side
      const Bootstrap bootstrap = toy.bootstrap(kSamples);
      REQUIRE(bootstrap.units() == units);
      Bootstrap::Sums sums(bootstrap);
      for (std::size_t m = 0; m < kModels; ++m) {
        const std::span<const double> losses(toy.losses[m]);
        sums.add(m, 0, losses.first(80)), sums.add(m, 80, losses.subspan(80));
      }
      const auto in_bag = bootstrap.in_bag(sums);
      for (std::size_t b = 0; b < kSamples; ++b) {
        CAPTURE(b);
        const std::vector<int> count = counts(units, b);
        const bool lacks_some = std::count(count.begin(), count.end(), 0) > 0;
        CHECK(bootstrap.is_usable(b) == lacks_some);
        for (std::size_t m = 0; m < kModels; ++m) {
          double in = 0, out = 0, in_weight = 0, out_weight = 0;
          for (std::size_t i = 0; i < toy.unit.size(); ++i) {
            const int times = count[toy.unit[i]];
            in += times * toy.weight(i) * toy.losses[m][i], in_weight += times * toy.weight(i);
            if (times == 0) out += toy.weight(i) * toy.losses[m][i], out_weight += toy.weight(i);
          }
          CHECK(in_bag[b * kModels + m] == doctest::Approx(in / in_weight).epsilon(1e-13));
          if (lacks_some) CHECK(bootstrap.out_of_bag(sums, b, m) == doctest::Approx(out / out_weight).epsilon(1e-13));
        }
      }
    }
}

TEST_CASE("property: a model's errors do not depend on the others, to the last bit") {
  const Toy toy(101, 101, true);
  const Bootstrap bootstrap = toy.bootstrap(37);
  Bootstrap::Sums together(bootstrap);
  for (std::size_t m = 0; m < kModels; ++m) together.add(m, 0, toy.losses[m]);
  const auto in_bag = bootstrap.in_bag(together);
  for (std::size_t m = 0; m < kModels; ++m) {
    Bootstrap::Sums alone(bootstrap);
    alone.add(0, 0, toy.losses[m]);
    const auto its = bootstrap.in_bag(alone);
    for (std::size_t b = 0; b < bootstrap.samples(); ++b) {
      CHECK(its[b * kModels] == in_bag[b * kModels + m]);
      CHECK(bootstrap.out_of_bag(alone, b, 0) == bootstrap.out_of_bag(together, b, m));
    }
  }
}

TEST_CASE("row losses: their weighted mean gives the metric's value; metrics that are no mean have none") {
  Stream draw = stream(kSeed, "predictions");
  constexpr std::size_t kRows = 50;
  std::vector<double> scores(kRows), means(kRows), numbers(kRows), counts(kRows), classes(kRows), weights(kRows);
  for (std::size_t i = 0; i < kRows; ++i)
    scores[i] = draw.normal(), means[i] = std::exp(scores[i]), numbers[i] = draw.normal(), weights[i] = draw.uniform(),
    counts[i] = static_cast<double>(i % 5), classes[i] = i % 3 == 0;
  for (const Metric& metric : metrics()) {
    CAPTURE(metric.info.name);
    constexpr std::string_view kNoMeans[] = {"auc",
                                             "f1",
                                             "r2",
                                             "precision",
                                             "recall",
                                             "balanced_accuracy",
                                             "mcc",
                                             "median_absolute_error",
                                             "average_precision"};
    CHECK(has_row_losses(metric) ==
          (std::find(std::begin(kNoMeans), std::end(kNoMeans), metric.info.name) == std::end(kNoMeans)));
    Metric tuned = metric;
    tuned.options.tune_threshold = true;
    CHECK_FALSE(has_row_losses(tuned));
    if (!has_row_losses(metric)) continue;
    const bool of_counts = metric.info.name == "poisson_deviance";
    const Predictions rows = of_counts
                                 ? Predictions{means, 1, counts, weights}
                                 : Predictions{scores, 1, metric.classes == Classes::none ? numbers : classes, weights};
    const std::vector<double> losses = row_losses(metric, rows);
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < kRows; ++i) sum += weights[i] * losses[i], weight += weights[i];
    CHECK(value_of_mean_loss(metric, sum / weight) == doctest::Approx(metric.value(rows)).epsilon(1e-13));
    const double worse = value_of_mean_loss(metric, sum / weight + 0.1);
    CHECK((metric.maximize ? worse < metric.value(rows) : worse > metric.value(rows)));
  }
}

TEST_CASE_TEMPLATE("row losses: of trained lanes they are those that the trainer measured by", T, float, double) {
  for (const char* type : {"linear", "logistic", "softmax"}) {
    CAPTURE(type);
    const auto design = testing::toy_design<T>(Seed{2}, type, 120, 4);
    const Metric& metric = *find_metric(std::string_view(type) == "linear" ? "mse" : "log_loss");
    std::vector<LaneConfig> lanes;
    for (int i = 0; i < 11; ++i) lanes.push_back(testing::lane(type, "gd", 0.01 * (i + 1), 0, 32, 3));
    const auto trainer = make_trainer(design, metric, lanes, kSeed, 0);
    trainer->run_to({lanes[0].training.epochs, {}});
    const std::vector<LaneResult> results = trainer->results();
    std::vector<std::span<const double>> theta;
    for (const LaneResult& r : results) theta.emplace_back(r.theta);
    std::size_t told = 0;
    for_each_row_losses<T>(design, metric, lanes, theta, [&](std::size_t i, std::span<const double> losses) {
      double sum = 0;
      for (const double x : losses) sum += x;
      CHECK(sum / static_cast<double>(losses.size()) == doctest::Approx(results[i].value).epsilon(1e-13));
      ++told;
    });
    CHECK(told == lanes.size());
  }
}

}  // namespace holdout::train
