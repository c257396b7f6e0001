// Small data sets from random streams, and settings of a lane, for tests of training.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/data/dataset.hpp>
#include <holdout/train/design.hpp>
#include <holdout/train/trainer.hpp>

#include "support/set_field.hpp"

namespace holdout::testing {

/// Normal features whose spread grows with their number; the target is linear in them with unit noise. Of that, classes
/// (0: regression) are two by its sign, or more by its size. Columns are not standardized: they are near enough to it.
inline data::Dataset toy(Seed seed, std::size_t classes, std::size_t rows, std::size_t features) {
  data::Dataset out;
  out.task = classes == 0 ? data::Task::regression : data::Task::classification;
  out.rows = rows, out.features = features;
  for (std::size_t k = 0; k < classes; ++k) out.classes.push_back(std::string(1, static_cast<char>('a' + k)));
  Stream weights = stream(seed, "toy weights"), draws = stream(seed, "toy rows");
  std::vector<double> w(features);
  for (double& x : w) x = weights.normal();
  for (std::size_t i = 0; i < rows; ++i) {
    double y = 0.5 + draws.normal();
    for (std::size_t j = 0; j < features; ++j) {
      const double x = draws.normal() * (0.5 + static_cast<double>(j) / static_cast<double>(features));
      out.x.push_back(x);
      y += w[j] * x;
    }
    const double half = static_cast<double>(classes) / 2;
    out.y.push_back(classes == 0 ? y : std::clamp(std::ceil(y + half) - 1, 0.0, 2 * half - 1));
  }
  return out;
}

/// The toy with only about a fifth of its entries, the others 0; the last column but one has none at all.
inline data::Dataset thinned(data::Dataset dataset, Seed seed) {
  Stream draw = stream(seed, "thin toy");
  for (std::size_t k = 0; k < dataset.x.size(); ++k)
    if (draw.uniform() > 0.2 || k % dataset.features + 2 == dataset.features) dataset.x[k] = 0;
  return dataset;
}

/// The same numbers as sparse rows.
inline data::Dataset to_sparse(data::Dataset dataset) {
  dataset.sparse.start.push_back(0);
  for (std::size_t i = 0; i < dataset.rows; ++i) {
    for (std::size_t j = 0; j < dataset.features; ++j)
      if (const double x = dataset.x[i * dataset.features + j]; x != 0)
        dataset.sparse.columns.push_back(static_cast<std::uint32_t>(j)), dataset.sparse.values.push_back(x);
    dataset.sparse.start.push_back(dataset.sparse.values.size());
  }
  dataset.x.clear();
  return dataset;
}

inline data::Scaling no_scaling(std::size_t features) {
  return {std::vector<double>(features, 0.0), std::vector<double>(features, 1.0), std::vector<double>(features, 0.0)};
}

/// Mean and population standard deviation of some rows.
inline data::Scaling standard_scaling(const data::Dataset& dataset, const data::RowList& rows) {
  data::Scaling scaling = no_scaling(dataset.features);
  const double n = static_cast<double>(rows.size());
  for (std::size_t j = 0; j < dataset.features; ++j) {
    double sum = 0, squares = 0;
    for (const std::uint32_t i : rows) sum += dataset.row(i)[j];
    for (const std::uint32_t i : rows) squares += std::pow(dataset.row(i)[j] - sum / n, 2);
    scaling.mean[j] = sum / n;
    scaling.scale[j] = std::sqrt(squares / n);
  }
  return scaling;
}

/// The first `train` rows train, the others are held out.
inline data::Fold first_rows(std::size_t train, std::size_t rows) {
  data::Fold fold;
  for (std::uint32_t i = 0; i < rows; ++i) (i < train ? fold.train : fold.holdout).push_back(i);
  return fold;
}

/// A toy for the model with so many training rows, and a quarter as many hold-out rows; three classes for softmax
/// and mlp.
template <class T>
train::Design<T> toy_design(Seed seed, std::string_view model, std::size_t train_rows, std::size_t features) {
  const std::size_t classes = model == "linear" ? 0 : (model == "logistic" || model == "svm") ? 2 : 3;
  const std::size_t rows = train_rows + train_rows / 4 + 1;
  return train::make_design<T>(toy(seed, classes, rows, features), no_scaling(features), first_rows(train_rows, rows));
}

/// Likewise, with sparse rows; `dense`: the same numbers as a dense matrix.
template <class T>
train::Design<T> sparse_toy_design(Seed seed, std::string_view model, std::size_t train_rows, std::size_t features,
                                   bool dense = false) {
  const std::size_t classes = model == "linear" ? 0 : model == "logistic" ? 2 : 3;
  const std::size_t rows = train_rows + train_rows / 4 + 1;
  const data::Dataset thin = thinned(toy(seed, classes, rows, features), seed);
  return train::make_design<T>(dense ? thin : to_sparse(thin), no_scaling(features), first_rows(train_rows, rows));
}

inline std::size_t index_of(std::span<const Info> infos, std::string_view name) {
  for (std::size_t i = 0; i < infos.size(); ++i)
    if (infos[i].name == name) return i;
  throw std::invalid_argument("no " + std::string(name));
}

/// Settings at their defaults, but for these.
inline train::LaneConfig lane(std::string_view model, std::string_view rule, double rate, double l2,
                              std::int64_t batch_size, std::int64_t epochs) {
  train::LaneConfig c;
  c.model.select(index_of(c.model.alternatives(), model));
  c.model.l2 = l2;
  c.model.hidden = {7, 5};  // where there are layers
  c.training.optimizer.select(index_of(c.training.optimizer.alternatives(), rule));
  c.training.learning_rate.start = rate;
  c.training.batch_size = batch_size;
  c.training.epochs = epochs;
  return c;
}

/// The objective that fits a model of the toys.
inline const train::Metric& metric_of(std::string_view model) {
  return *train::find_metric(model == "linear" ? "mse" : (model == "svm" ? "error" : "log_loss"));
}

}  // namespace holdout::testing
