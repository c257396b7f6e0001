#include "cohort.hpp"

#include <algorithm>

#include "dropout.hpp"
#include "models.hpp"
#include "objective.hpp"
#include "ridge_table.hpp"

namespace holdout::train {
namespace {

bool averages(const LaneConfig& config) { return config.training.average.selected() != AverageChoice::none; }

template <class T>
std::size_t lane_bytes(const LaneConfig& config, std::size_t features, std::size_t classes, std::size_t tables) {
  const auto model = make_model<T>(config.model, features, classes);
  const std::size_t batch = static_cast<std::size_t>(config.training.batch_size);
  const std::size_t chunk = chunk_rows(*model, lane_stride<T>(1)), rows = batch == 0 ? chunk : std::min(batch, chunk);
  return (model->parameters() * tables + rows * model->tape()) * sizeof(T);
}

}  // namespace

template <class T>
void Cohort<T>::keep(const std::vector<std::size_t>& slots) {
  const std::size_t stride = lane_stride<T>(slots.size());
  for (LaneTable<T>* table : {&theta, &gradient, &state, &factors, &ahead, &l2, &l1, &loss, &average, &dropout, &best})
    *table = table->select(slots, stride);
  for (LaneTable<double>* table : {&coefficients, &memory, &rate}) *table = table->select(slots, stride);
  std::vector<std::size_t> kept;
  for (const std::size_t slot : slots) kept.push_back(lanes[slot]);
  lanes = std::move(kept);
}

template <class T>
Cohort<T> make_cohort(std::span<const LaneConfig> configs, std::size_t features, std::size_t parameters,
                      std::size_t rule, bool keep_best) {
  const std::size_t n = configs.size(), stride = lane_stride<T>(n);
  const RuleShape shape = rule_shape(rule);
  const std::size_t coefficients = configs[0].training.optimizer.coefficients().size();
  const auto table = [n](std::size_t rows) { return LaneTable<T>(rows, n); };
  const auto wide = [n, stride](std::size_t rows) { return LaneTable<double>(rows, n, stride); };
  std::vector<Ridges> ridges;
  for (const LaneConfig& config : configs) ridges.push_back(config.model.ridges(features));
  Cohort<T> c{{},
              table(parameters),
              table(parameters),
              table(parameters * shape.states),
              table(update::kMaxFactors),
              table(shape.looks_ahead ? parameters : 0),
              ridge_table<T>(ridges),
              table(1),
              table(1),
              wide(coefficients),
              wide(shape.memory),
              wide(1),
              table(averages(configs[0]) ? parameters : 0),
              dropout_table<T>(configs),
              table(keep_best ? parameters : 0)};
  for (std::size_t lane = 0; lane < n; ++lane) {
    c.lanes.push_back(lane);
    c.l1.at(0, lane) = static_cast<T>(configs[lane].model.lasso());
    c.loss.at(0, lane) = static_cast<T>(configs[lane].model.loss.coefficient());
    const auto values = configs[lane].training.optimizer.coefficients();
    for (std::size_t i = 0; i < coefficients; ++i) c.coefficients.at(i, lane) = values[i];
  }
  // Padding repeats the first lane's coefficients: computed with, never looked at, and no division by zero.
  for (std::size_t lane = n; lane < stride; ++lane)
    for (std::size_t i = 0; i < coefficients; ++i) *(c.coefficients.row(i) + lane) = c.coefficients.at(i, 0);
  return c;
}

std::size_t working_set(const LaneConfig& config, std::size_t features, std::size_t classes) {
  const OptimizerChoice& optimizer = config.training.optimizer;
  const RuleShape shape = optimizer.is_solver() ? RuleShape{4, 0, false} : rule_shape(optimizer.selected());
  const std::size_t own =
      (shape.looks_ahead ? 1 : 0) + (config.model.l2_groups.empty() ? 0 : 1) + (averages(config) ? 1 : 0);
  const std::size_t tables = 2 + shape.states + own;  // theta, gradient
  const std::size_t bytes = config.training.in_float32() ? lane_bytes<float>(config, features, classes, tables)
                                                         : lane_bytes<double>(config, features, classes, tables);
  return bytes * static_cast<std::size_t>(config.training.starts);
}

template struct Cohort<float>;
template struct Cohort<double>;
template Cohort<float> make_cohort(std::span<const LaneConfig>, std::size_t, std::size_t, std::size_t, bool);
template Cohort<double> make_cohort(std::span<const LaneConfig>, std::size_t, std::size_t, std::size_t, bool);

}  // namespace holdout::train
