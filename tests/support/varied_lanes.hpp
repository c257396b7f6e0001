// Cohorts whose lanes all differ, for tests of bits.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <holdout/train/activation.hpp>

#include "support/toys.hpp"

namespace holdout::testing {

/// Lanes with their own learning rate, λ and coefficients of the rule, drawn from the whole of their ranges; each third
/// clips its gradients. The largest learning rates are `reach` times a safe one: beyond 2, some lanes diverge.
inline std::vector<train::LaneConfig> varied_lanes(std::size_t n, std::string_view model, std::size_t rule,
                                                   double reach, std::int64_t batch_size, std::int64_t epochs) {
  std::vector<train::LaneConfig> lanes;
  for (std::size_t i = 0; i < n; ++i) {
    Stream draw = stream(Seed{11}, "varied lanes", rule, i);
    const double l2 = std::pow(10.0, -4 + 4 * draw.uniform());
    train::LaneConfig c =
        lane(model, update::rules()[rule].info.name, 0.02 * reach * (0.05 + draw.uniform()), l2, batch_size, epochs);
    c.model.activation = train::activations()[rule % train::activations().size()].name;  // where there are layers
    for (const update::Coefficient& k : c.training.optimizer.rule()->coefficients) {
      const double u = draw.uniform();
      const double value = k.kind == update::Coefficient::Kind::flag    ? (u < 0.5 ? 0.0 : 1.0)
                           : k.kind == update::Coefficient::Kind::decay ? 0.99 * u
                                                                        : std::min(k.max, std::pow(10.0, -8 + 8 * u));
      set_field(c.training.optimizer, k.name, value);
    }
    c.model.loss.select(rule % c.model.loss.alternatives().size());  // a cohort field: the rules take turns
    if (c.model.loss.info().has_coefficient())
      set_field(c.model.loss, c.model.loss.info().coefficient.name, 0.2 + 0.75 * draw.uniform());
    if (c.training.optimizer.rule()->proximal && i % 4 == 1) c.model.l1 = 0.2 * draw.uniform();
    if (c.model.type() != "linear" && rule % 3 == 1) c.model.class_weight = "balanced";
    if (c.model.has_layers() && i % 4 != 2) c.model.dropout = 0.8 * draw.uniform();
    if (i % 3 == 0) c.training.clip_norm = std::pow(10.0, -2 + 2 * draw.uniform());
    lanes.push_back(c);
  }
  return lanes;
}

/// Those lanes of `all`, in that order, trained together to the end.
template <class T>
std::vector<train::LaneResult> train_lanes(const train::Design<T>& design, const std::vector<train::LaneConfig>& all,
                                           const std::vector<std::size_t>& which) {
  std::vector<train::LaneConfig> lanes;
  for (const std::size_t i : which) lanes.push_back(all[i]);
  const auto trainer = train::make_trainer(design, metric_of(lanes[0].model.type()), lanes, Seed{3}, 0);
  trainer->run_to({lanes[0].training.epochs});
  return trainer->results();
}

}  // namespace holdout::testing
