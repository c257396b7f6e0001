// The ways to find λ that gradient_search compares.
#pragma once

#include <string>
#include <vector>

#include "gradient_problem.hpp"

namespace holdout::bench {

struct Method {
  std::string name;
  bool random;  // depends on a seed
  void (*run)(GradientProblem& problem, Seed seed);
};

/// holdout's search first.
const std::vector<Method>& methods();

/// E at `points` λ by one cohort of holdout's own lanes, `optimizer: exact`: what `method: grid` does. Not counted.
void lane_grid(const GradientProblem& problem, int points);

}  // namespace holdout::bench
