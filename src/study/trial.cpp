#include <holdout/study/trial.hpp>

#include <cmath>

namespace holdout::study {

bool may_be_best(const Outcome& outcome) {
  return outcome.state == TrialState::complete && std::isfinite(outcome.value) && outcome.full;
}

}  // namespace holdout::study
