#include "measure.hpp"

#include <algorithm>

#include "objective.hpp"

namespace holdout::train {

void measure(std::size_t classes, Link link, const Metric& objective, const Predictions& predictions, LaneResult& r) {
  r.metrics = measure_all(objective, classes, link, predictions);
  const std::string label = objective.label();
  r.value = std::find_if(r.metrics.begin(), r.metrics.end(), [&](const auto& m) { return m.first == label; })->second;
  const bool of_last_epoch = r.end == LaneEnd::running || r.best_epoch == r.epochs;
  if (of_last_epoch && (r.curve.empty() || r.curve.back().epoch != r.epochs))
    r.curve.push_back({r.epochs, r.train_loss, r.value});
}

template <class T>
void measure(const Model<T>& model, Link link, const Design<T>& design, const Metric& objective,
             std::vector<LaneResult>& results) {
  LaneTable<T> theta(model.parameters(), results.size());
  for (std::size_t lane = 0; lane < results.size(); ++lane)
    for (std::size_t r = 0; r < theta.rows(); ++r) theta.at(r, lane) = static_cast<T>(results[lane].theta[r]);
  std::vector<std::vector<double>> memory;
  for_each_scores(model, design.holdout, design.features, theta, memory,
                  [&](std::size_t lane, std::span<double> scores) {
                    apply_link(link, scores);
                    design.holdout.transform.invert(scores);
                    measure(design.classes, link, objective,
                            {scores, model.outputs(), design.holdout.target, design.holdout.weights}, results[lane]);
                  });
}

template void measure(const Model<float>&, Link, const Design<float>&, const Metric&, std::vector<LaneResult>&);
template void measure(const Model<double>&, Link, const Design<double>&, const Metric&, std::vector<LaneResult>&);

}  // namespace holdout::train
