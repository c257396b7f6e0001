#include "leave_one_out.hpp"

#include "../hyperparameters.hpp"

namespace holdout::train {

std::vector<HyperDerivatives> LeaveOneOutHyperSolver::solve(const HyperRequest& request) {
  const auto trainer = make_trainer(design_, metric_, request.lanes, Seed{0}, 0);  // exact draws nothing
  trainer->run_to({request.lanes[0].training.epochs, {}}, request.interrupt);
  std::vector<LaneResult> results = trainer->results();
  const Part<double>& rows = design_.holdout;
  std::vector<HyperDerivatives> out(request.lanes.size());
  for (std::size_t lane = 0; lane < out.size(); ++lane) {
    const ModelSettings& model = request.lanes[lane].model;
    HyperDerivatives& d = out[lane];
    d.result = std::move(results[lane]);
    d.value = d.result.value, d.state = d.result.theta;
    d.work.passes = d.result.steps;
    if (request.want == HyperWant::value) continue;
    ++d.work.passes;
    const LeaveOneOut::Mean mean = design_.leave_one_out->mean_loss(model.ridge());
    const OfMean e = metric_.smooth.of_mean(mean.value, {rows.target, 1, rows.target, rows.weights});
    std::vector<double> slopes;  // of λ, by hyperparameter; none has a second derivative: model.l2 is λ itself
    for (const std::string& path : request.wrt) slopes.push_back(penalty_slope(model, path)->l2);
    for (const double a : slopes) {
      d.gradient.push_back(e.first * mean.first * a);
      if (request.want != HyperWant::curvature) continue;
      for (const double b : slopes)
        d.curvature.push_back((e.second * mean.first * mean.first + e.first * mean.second) * a * b);
    }
  }
  return out;
}

}  // namespace holdout::train
