// Small data sets whose columns lie far from zero and are of very different sizes, for every smooth loss.
#pragma once

#include <cmath>
#include <string_view>

#include "support/toys.hpp"

namespace holdout::testing {

struct LossOfModel {
  const char *model, *loss;
};
constexpr LossOfModel kSmoothLosses[] = {{"linear", "squared"},    {"linear", "huber"},    {"linear", "poisson"},
                                         {"logistic", "logistic"}, {"softmax", "softmax"}, {"svm", "squared_hinge"}};

enum class Layout { dense, sparse, standardized };

/// A toy whose columns are moved by up to 10⁶ deviations and scaled by 10⁻⁶ to 10⁶. Of sparse rows the columns that
/// are far from zero have no zeros. Counts for Poisson, and numbers far from zero for the other losses of regression.
inline train::Design<double> awkward_design(Seed seed, const LossOfModel& of, Layout layout) {
  constexpr std::size_t kTrain = 60, kRows = 76, kFeatures = 4;
  const std::size_t classes = std::string_view(of.model) == "linear"    ? 0
                              : std::string_view(of.model) == "softmax" ? 3
                                                                        : 2;
  data::Dataset d = toy(seed, classes, kRows, kFeatures);
  Stream draw = stream(seed, "awkward columns");
  for (std::size_t j = 0; j < kFeatures; ++j) {
    const double scale = std::pow(10, 12 * draw.uniform() - 6), offset = std::pow(10, 7 * draw.uniform() - 1);
    const bool thin = layout == Layout::sparse && j % 2 == 1, near = thin || draw.uniform() < 0.25;
    for (std::size_t i = 0; i < d.rows; ++i) {
      double& x = d.x[i * kFeatures + j];
      if (thin && draw.uniform() < 0.7) x = 0;
      x = (near ? x : x + (j % 4 == 0 ? offset : -offset)) * scale;
    }
  }
  const double level = std::pow(10, 4 * draw.uniform() - 1);
  for (double& y : d.y)
    if (of.loss == std::string_view("poisson"))
      y = std::floor(std::abs(y));
    else if (classes == 0)
      y = 3 * y + level;
  const data::Fold fold = first_rows(kTrain, kRows);
  if (layout == Layout::standardized) return train::make_design<double>(d, standard_scaling(d, fold.train), fold);
  return train::make_design<double>(layout == Layout::sparse ? to_sparse(d) : d, no_scaling(kFeatures), fold);
}

inline train::LaneConfig config_of(const LossOfModel& of, const char* optimizer, double l2) {
  train::LaneConfig config = lane(of.model, optimizer, 0, l2, train::TrainingSettings::kFullBatch, 1);
  config.model.loss.select(index_of(config.model.loss.alternatives(), of.loss));
  return config;
}

}  // namespace holdout::testing
