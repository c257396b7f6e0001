#include "memory.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/number.hpp>
#include <holdout/data/polynomial.hpp>
#include <holdout/train/ridge_basis.hpp>

#include "cohorts.hpp"
#include "designs.hpp"

namespace holdout::study {
namespace {

// A part's rows, as train::Part keeps them: values, for sparse rows their columns, and two targets.
double part_bytes(const data::Dataset& data, std::size_t features, std::span<const std::uint32_t> rows, double bytes) {
  const double n = static_cast<double>(rows.size());
  const double targets = n * (bytes + sizeof(double));
  if (!data.is_sparse()) return n * static_cast<double>(features) * bytes + targets;
  double nonzeros = 0;
  for (const std::uint32_t i : rows) nonzeros += static_cast<double>(data.sparse.start[i + 1] - data.sparse.start[i]);
  return nonzeros * (bytes + sizeof(std::uint32_t)) + n * sizeof(std::size_t) + targets;
}

std::string gigabytes(double bytes) { return to_text(bytes / 1e9, 3) + " GB"; }

}  // namespace

double training_bytes(const data::Prepared& data, std::span<const train::LaneConfig> configs, int threads) {
  const data::Dataset& dataset = data.dataset;
  const std::size_t classes = dataset.classes.size();
  // By precision (single first) and design: the bytes of a lane.
  std::map<std::pair<bool, DesignKey>, double> largest;
  std::map<std::int64_t, std::size_t> features;
  std::set<DesignKey> bases;  // designs that have the basis of ridge regression
  for (const train::LaneConfig& config : configs) {
    const std::int64_t degree = config.polynomial;
    if (!features.contains(degree)) features[degree] = dataset.features + data::products_of(dataset, degree).size();
    double& most = largest[{!config.training.in_float32(), DesignKey(config)}];
    most = std::max(most, static_cast<double>(train::working_set(config, features[degree], classes)));
    if (train::takes_ridge_basis(config, dataset.is_sparse())) bases.insert(DesignKey(config));
  }
  std::size_t most_measured = 0;  // hold-out rows of a fold
  for (const data::Fold& fold : data.split.folds) most_measured = std::max(most_measured, fold.holdout.size());
  const double scores = static_cast<double>(most_measured * (classes > 2 ? classes : 1) * sizeof(double));  // of a lane
  double folds = 0, refit = 0, cohorts = 0, copied = 0;
  for (const auto& [kind, lane] : largest) {
    const auto& [twice, key] = kind;
    const std::size_t wide = features[key.degree];
    const double bytes = twice ? sizeof(double) : sizeof(float);
    for (const data::Fold& fold : data.split.folds)
      folds += part_bytes(dataset, wide, fold.train, bytes) + part_bytes(dataset, wide, fold.holdout, bytes);
    const data::Fold& first = data.split.folds[0];
    refit = std::max(refit, part_bytes(dataset, wide, first.train, bytes) +
                                part_bytes(dataset, wide, first.holdout, bytes) +
                                part_bytes(dataset, wide, data.split.test, bytes));
    constexpr double kVector = 64;  // bytes; cohorts have a vector of lanes at least
    const double lanes = kVector / bytes, most_scores = static_cast<double>(train::kScoreBytes);
    cohorts += threads * (lane * lanes + std::max(scores, std::min(lanes * scores, most_scores)));
    // Rows with products or encoded columns are there once more, in double, while designs are made of them.
    if (key.degree > 1 || !dataset.encoded.empty())
      copied = std::max(copied, static_cast<double>(dataset.rows) * static_cast<double>(wide) * sizeof(double));
  }
  for (const DesignKey& key : bases) {
    const auto d = static_cast<double>(features[key.degree]), count = static_cast<double>(data.split.folds.size());
    folds += count * d * d * sizeof(double);
    cohorts += 2 * std::min(count, static_cast<double>(threads)) * d * d * sizeof(double);  // while it is found
  }
  // Large designs make room for the refit's.
  const double designs = folds > static_cast<double>(Designs::kLarge) ? std::max(folds, refit) : folds + refit;
  return designs + cohorts + copied;
}

void check_memory(const data::Prepared& data, std::span<const train::LaneConfig> configs, int threads) {
  const double needed = training_bytes(data, configs, threads);
  const std::optional<double> free = free_bytes();
  if (!free || needed <= *free) return;
  const std::size_t folds = data.split.folds.size();
  throw Error("training needs about " + gigabytes(needed) + " of memory, and " + gigabytes(*free) + " are free" +
                  in_brackets(memory_limits()) + ": " + std::to_string(data.dataset.rows) + " rows of " +
                  std::to_string(data.dataset.features) + " features" +
                  (folds > 1 ? " in " + std::to_string(folds) + " folds" : "") + ", " + std::to_string(threads) +
                  (threads == 1 ? " thread" : " threads"),
              folds > 1 ? "fewer folds, `precision: float32`, or fewer threads take less"
                        : "`precision: float32`, fewer rows or fewer threads take less",
              Fault::failure);
}

}  // namespace holdout::study
