#include <holdout/train/hypergradient.hpp>

#include <cmath>
#include <limits>

#include "forward/tangent_cohort.hpp"
#include "holdout_slopes.hpp"

namespace holdout::train {
namespace {

// ∇E of every lane where the cohort stands, [parameter][lane].
LaneTable<double> slopes_of(const TangentCohort& cohort, std::size_t parameters, std::size_t lanes,
                            HoldoutSlopes& slopes) {
  LaneTable<double> theta(parameters, lanes), out(parameters, lanes);
  for (std::size_t r = 0; r < parameters; ++r)
    for (std::size_t lane = 0; lane < lanes; ++lane) theta.at(r, lane) = cohort.theta(r, lane);
  slopes.at(theta, out);
  return out;
}

// Whether the training of a lane came to an end, with a value that may have derivatives.
bool has_value(const LaneResult& result) {
  return result.end != LaneEnd::diverged && result.end != LaneEnd::interrupted;
}

}  // namespace

std::vector<HyperDerivatives> forward_derivatives(const Design<double>& design, const Metric& metric,
                                                  std::span<const LaneConfig> lanes, std::span<const std::string> wrt,
                                                  Seed seed, std::size_t fold,
                                                  std::span<const std::vector<double>> start,
                                                  const std::atomic<bool>* interrupt) {
  const auto trainer = make_trainer(design, metric, lanes, seed, fold, start);
  trainer->run_to({lanes[0].training.epochs, {}}, interrupt);
  std::vector<LaneResult> results = trainer->results();
  std::vector<HyperDerivatives> out(lanes.size());
  std::int64_t last = -1;
  std::vector<std::size_t> open;  // lanes with a value and no derivatives yet
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    HyperDerivatives& d = out[lane];
    d.result = std::move(results[lane]);
    d.value = d.result.value;
    d.gradient.assign(wrt.size(), std::numeric_limits<double>::quiet_NaN());
    if (!has_value(d.result)) continue;
    open.push_back(lane);
    last = std::max(last, d.result.best_epoch);
  }
  if (open.empty()) return out;
  TangentCohort cohort(design, lanes, wrt, seed, fold, start);
  const auto model = make_model<double>(lanes[0].model, design.features, design.classes);
  HoldoutSlopes slopes(design, metric, *model);
  for (std::int64_t epoch = 0; epoch <= last; ++epoch) {
    if (epoch > 0 && !cohort.epoch(interrupt)) break;
    std::vector<std::size_t> done;
    for (const std::size_t lane : open)
      if (out[lane].result.best_epoch == epoch) done.push_back(lane);
    if (done.empty()) continue;
    std::erase_if(open, [&](std::size_t lane) { return out[lane].result.best_epoch == epoch; });
    const LaneTable<double> slope = slopes_of(cohort, model->parameters(), lanes.size(), slopes);
    for (const std::size_t lane : done) {
      out[lane].work.passes = out[lane].result.epochs + epoch * static_cast<std::int64_t>(1 + wrt.size());
      for (std::size_t h = 0; h < wrt.size(); ++h) {
        double sum = 0;
        for (std::size_t r = 0; r < slope.rows(); ++r) sum += slope.at(r, lane) * cohort.tangent(r, h, lane);
        out[lane].gradient[h] = sum;
      }
    }
  }
  for (const std::size_t lane : open) out[lane].result.end = LaneEnd::interrupted;  // a value alone is no answer
  return out;
}

}  // namespace holdout::train
