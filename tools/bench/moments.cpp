// What full batches of squared loss cost when their gradients come from sufficient statistics, and what the same costs
// over rows: the ridge curve over 61 λ, and an epoch of 64 lanes, at several numbers of rows. CPU time of one thread,
// the least of some rounds.
//
// usage: bench_moments [rounds]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/data/load.hpp>
#include <holdout/train/cpu.hpp>
#include <holdout/train/trainer.hpp>

#include "cpu_seconds.hpp"
#include "select.hpp"

namespace holdout::bench {
namespace {

constexpr std::size_t kFeatures = 26;
constexpr int kCurve = 61;  // λ of the curve, 10^(−6 + i/6)
constexpr std::size_t kLanes = 64;

// Neighbouring columns are correlated; a quarter more rows is held out.
data::Dataset make_data(std::size_t train) {
  data::Dataset out;
  out.task = data::Task::regression;
  out.rows = train + train / 4, out.features = kFeatures;
  Stream draw = stream(Seed{1}, "bench moments");
  for (std::size_t i = 0; i < out.rows; ++i) {
    double y = 3 + draw.normal(), x = draw.normal();
    for (std::size_t j = 0; j < kFeatures; ++j) {
      x = 0.7 * x + 0.7 * draw.normal();
      out.x.push_back(x);
      y += x / (1.0 + static_cast<double>(j));
    }
    out.y.push_back(y);
  }
  return out;
}

train::LaneConfig lane(std::string_view optimizer, double l2) {
  train::LaneConfig c;
  select(c.model, "linear");
  select(c.training.optimizer, optimizer);
  c.model.l2 = l2;
  c.training.learning_rate.start = 0.01;
  c.training.batch_size = train::TrainingSettings::kFullBatch;
  return c;
}

// CPU times in milliseconds.
struct Times {
  double curve, measured;  // until all λ are solved, and what their hold-out values take then
  double epoch;
};

double milliseconds(auto&& work) {
  const double from = cpu_seconds();
  work();
  return 1e3 * (cpu_seconds() - from);
}

void solve_curve(const train::Design<double>& design, Times& times, std::vector<double>& values) {
  std::vector<train::LaneConfig> lanes;
  for (int i = 0; i < kCurve; ++i) lanes.push_back(lane("exact", std::pow(10.0, -6 + i / 6.0)));
  const auto trainer = train::make_trainer(design, *train::find_metric("mse"), lanes, Seed{1}, 0);
  std::vector<train::LaneResult> results;
  times.curve = milliseconds([&] { trainer->run_to({}); });
  times.measured = milliseconds([&] { results = trainer->results(); });
  values.clear();
  for (const train::LaneResult& r : results) values.push_back(r.value);
}

double epoch_of(const train::Design<double>& design) {
  constexpr std::int64_t kShort = 1, kLong = 21;  // the difference counts: neither the beginning nor the end
  std::vector<train::LaneConfig> lanes;
  for (std::size_t i = 0; i < kLanes; ++i) lanes.push_back(lane("adam", 1e-3 * static_cast<double>(i)));
  const auto epochs = [&](std::int64_t n) {
    for (train::LaneConfig& c : lanes) c.training.epochs = n;
    const auto trainer = train::make_trainer(design, *train::find_metric("mse"), lanes, Seed{1}, 0);
    return milliseconds([&] { trainer->run_to({n, {}}); });
  };
  return (epochs(kLong) - epochs(kShort)) / static_cast<double>(kLong - kShort);
}

Times least(const Times& a, const Times& b) {
  return {std::min(a.curve, b.curve), std::min(a.measured, b.measured), std::min(a.epoch, b.epoch)};
}

bool compare(std::size_t rows, int rounds) {
  const data::Dataset dataset = make_data(rows);
  data::Fold fold;
  for (std::uint32_t i = 0; i < dataset.rows; ++i) (i < rows ? fold.train : fold.holdout).push_back(i);
  const data::Scaling scaling = data::fit_scaling(dataset, fold.train, data::Standardize::deviation);
  constexpr double kNever = std::numeric_limits<double>::infinity();
  double made = kNever;
  Times with{kNever, kNever, kNever}, without = with;
  std::vector<double> a, b;
  for (int round = 0; round < rounds; ++round) {
    train::Design<double> design;
    made = std::min(made, milliseconds([&] { design = train::make_design<double>(dataset, scaling, fold); }));
    train::Design<double> steps = design;  // looks at one row only: what is left are the epochs' steps
    steps.holdout.n = 1, steps.holdout.target.resize(1);
    Times t{};
    solve_curve(design, t, a), t.epoch = epoch_of(steps);
    with = least(with, t);
    design.moments.reset(), steps.moments.reset();
    solve_curve(design, t, b), t.epoch = epoch_of(steps);
    without = least(without, t);
  }
  double off = 0;
  for (std::size_t i = 0; i < a.size(); ++i) off = std::max(off, std::abs(a[i] / b[i] - 1));
  std::printf("%9zu %8.2f %9.3f %8.2f %9.2f %10.4f %8.3f   %.0e\n", rows, made, with.curve, without.curve,
              with.measured, with.epoch, without.epoch, off);
  return off < 1e-10;
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  if (rounds < 1) return std::fprintf(stderr, "usage: bench_moments [rounds, at least 1]\n"), 2;
  std::printf("26 features, float64, CPU time of one thread in ms, %s, least of %d\n", holdout::train::simd_target(),
              rounds);
  std::printf(
      "                      61 λ, exact:    hold-out    epoch of 64 Adam:   curves\n"
      "     rows   design   moments     rows   errors    moments     rows   differ by\n");
  bool same = true;
  for (const std::size_t rows : {5'400u, 54'000u, 540'000u}) same = holdout::bench::compare(rows, rounds) && same;
  if (!same) std::fprintf(stderr, "bench_moments: moments and rows do not give the same\n");
  return same ? 0 : 1;
}
