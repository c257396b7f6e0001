#include <holdout/train/optimizer.hpp>

#include "solvers.hpp"

namespace holdout::train {

std::span<const Info> OptimizerChoice::alternatives() const {
  static const std::vector<Info> all = [] {
    std::vector<Info> infos;
    for (const update::RuleDescription& rule : update::rules()) infos.push_back(rule.info);
    infos.insert(infos.end(), solvers().begin(), solvers().end());
    return infos;
  }();
  return all;
}

std::size_t OptimizerChoice::selected() const { return solver_ ? update::rules().size() + *solver_ : rule_.selected(); }

void OptimizerChoice::select(std::size_t alternative) {
  const std::size_t rules = update::rules().size();
  solver_.reset();
  if (alternative < rules)
    rule_.select(alternative);
  else
    solver_ = alternative - rules;
}

void OptimizerChoice::fields(FieldVisitor& f) {
  if (!solver_) rule_.fields(f);
}

std::span<const double> OptimizerChoice::coefficients() const {
  return solver_ ? std::span<const double>() : rule_.coefficients();
}

}  // namespace holdout::train
