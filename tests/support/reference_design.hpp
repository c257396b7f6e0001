// Data sets of studies/data with the split that reference values were computed on.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include <holdout/base/number.hpp>

#include "support/table.hpp"
#include "support/toys.hpp"

namespace holdout::testing {

/// Standardized on the training rows; a target of numbers in units of its standard deviation there, not centred.
inline train::Design<double> reference_design(const std::string& name, std::size_t classes) {
  const auto table = reference_table("../../../studies/data/" + name + ".csv");
  const auto split = reference_table(name + ".split.csv");
  data::Dataset dataset;
  dataset.task = classes == 0 ? data::Task::regression : data::Task::classification;
  for (std::size_t k = 0; k < classes; ++k) dataset.classes.push_back(std::to_string(k));
  dataset.rows = table.size() - 1, dataset.features = table[0].size() - 1;
  data::Fold fold;
  double sum = 0, squares = 0;
  for (std::uint32_t i = 0; i < dataset.rows; ++i) {
    for (std::size_t j = 0; j < dataset.features; ++j) dataset.x.push_back(to_real(table[i + 1][j]).value());
    dataset.y.push_back(to_real(table[i + 1].back()).value());
    if (split[i + 1].at(1) == "holdout") fold.holdout.push_back(i);
    if (split[i + 1].at(1) != "train") continue;
    fold.train.push_back(i);
    sum += dataset.y[i], squares += dataset.y[i] * dataset.y[i];
  }
  const double n = static_cast<double>(fold.train.size());
  if (classes == 0)
    for (double& y : dataset.y) y /= std::sqrt(squares / n - sum / n * (sum / n));
  data::Scaling scaling = standard_scaling(dataset, fold.train);
  for (double& scale : scaling.scale)
    if (scale == 0) scale = 1;
  return train::make_design<double>(dataset, scaling, fold);
}

}  // namespace holdout::testing
