// The folds of a study, standardized, with the features and in the precisions that its configurations train in.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/parallel.hpp>
#include <holdout/data/load.hpp>
#include <holdout/data/polynomial.hpp>
#include <holdout/data/target_encoding.hpp>
#include <holdout/data/target_transform.hpp>
#include <holdout/train/design.hpp>
#include <holdout/train/preconditioner.hpp>
#include <holdout/train/trainer.hpp>

#include "guard_rows.hpp"

namespace holdout::study {

/// What the features and targets of a configuration are: configurations with equal ones share their designs.
struct DesignKey {
  std::int64_t degree = 1;  // LaneConfig::polynomial
  data::Standardize standardize = data::Standardize::deviation;
  data::TargetKind target = data::TargetKind::none;

  explicit DesignKey(const train::LaneConfig& config)
      : DesignKey(config.polynomial, config.standardize, config.target) {}
  explicit DesignKey(std::int64_t d, data::Standardize s = data::Standardize::deviation,
                     data::TargetKind t = data::TargetKind::none)
      : degree(d), standardize(s), target(t) {}
  friend auto operator<=>(const DesignKey&, const DesignKey&) = default;
};

/// What training rows say of targets, categories and scales.
struct Preprocessing {
  data::TargetTransform transform;
  data::EncodedRows encoded;
  data::Scaling scaling;

  /// @param rows  with the products of features of the key's degree; must outlive this
  Preprocessing(const data::Dataset& rows, const data::RowList& train, const DesignKey& key)
      : transform(data::fit_target(rows, train, key.target)),
        encoded(rows, train, transform),
        scaling(data::fit_scaling(*encoded, train, key.standardize)) {}
};

class Designs {
 public:
  /// Those of a search: solvers of many configurations share what they are preconditioned by.
  /// @param prepared  must outlive the designs
  explicit Designs(const data::Prepared& prepared) : Designs(prepared.dataset, prepared.split) {
    preconditioned_ = true, group_ = prepared.group;
  }
  /// For single trainings, which an eigenbasis would not pay for.
  /// @param dataset, split  must outlive the designs
  Designs(const data::Dataset& dataset, const data::Split& split) : dataset_(dataset), split_(split) {}

  std::size_t folds() const { return split_.folds.size(); }
  /// Makes the designs of that precision, unless they are there. Not thread-safe.
  template <class T>
  void make(const Workers& workers, const DesignKey& key) {
    auto& designs = std::get<Folds<T>>(designs_[key]);
    if (!designs.empty()) return;
    Folds<T> made(folds());
    const Rows rows(dataset_, key.degree);
    for_folds(workers, [&](std::size_t k) { made[k] = made_of<T>(*rows, k, key); });
    designs = std::move(made);
  }
  /// One that is not kept.
  template <class T>
  train::Design<T> make_one(std::size_t fold, const DesignKey& key) const {
    return made_of<T>(*Rows(dataset_, key.degree), fold, key);
  }
  /// Those that a configuration trains on, with what it wants to know of the rows. Not thread-safe.
  void make_for(const Workers& workers, const train::LaneConfig& config) {
    if (config.training.in_float32())
      make_for<float>(workers, config);
    else
      make_for<double>(workers, config);
  }
  /// Makes designs whose hold-out rows lack the guard rows, and parts of those, unless they are there. They hold the
  /// training rows once more. Not thread-safe.
  void make_guarded(const Workers& workers, const DesignKey& key) {
    if (!guarded_[key].empty()) return;
    std::vector<Guarded> made(folds());
    const Rows rows(dataset_, key.degree);
    for_folds(workers, [&](std::size_t k) {
      const auto [measured, guard] = guarded_rows(split_.folds[k].holdout, group_);
      const data::Fold fold{split_.folds[k].train, measured};
      const Preprocessing by(*rows, fold.train, key);
      made[k].design = train::make_design<double>(*by.encoded, by.scaling, fold, by.transform);
      made[k].guard = train::make_part<double>(*by.encoded, by.scaling, guard, by.transform);
    });
    guarded_[key] = std::move(made);
  }

  struct Guarded {
    train::Design<double> design;
    train::Part<double> guard;
  };
  const Guarded& guarded(std::size_t fold, const DesignKey& key) const { return guarded_.at(key)[fold]; }

  /// Of a precision and key that was made.
  template <class T>
  const train::Design<T>& get(std::size_t fold, const DesignKey& key) const {
    return std::get<Folds<T>>(designs_.at(key))[fold];
  }
  /// Designs that take more than this are not kept beside others: a second set does not matter beside the program
  /// itself.
  static constexpr std::size_t kLarge = std::size_t{64} << 20;
  /// Drops all designs, if they are large; they are made again when they are asked for. Not thread-safe.
  void make_room(std::size_t large = kLarge) {
    if (bytes() > large) designs_.clear(), guarded_.clear();
  }
  template <class T>
  static std::size_t bytes_of(const train::Design<T>& design) {
    return (design.train.x.size() + design.holdout.x.size()) * sizeof(T) +
           (design.leave_one_out ? design.leave_one_out->bytes() : 0);
  }
  /// Of all that are there; as all sizes here, without targets.
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& [key, made] : designs_) {
      for (const auto& design : std::get<Folds<float>>(made)) sum += bytes_of(design);
      for (const auto& design : std::get<Folds<double>>(made)) sum += bytes_of(design);
    }
    for (const auto& [key, made] : guarded_)
      for (const Guarded& g : made) sum += bytes_of(g.design) + g.guard.x.size() * sizeof(double);
    return sum;
  }
  /// How many there are with a key that was made.
  std::size_t features(const DesignKey& key) const {
    const auto& [single, twice] = designs_.at(key);
    return single.empty() ? twice.at(0).features : single[0].features;
  }

 private:
  template <class T>
  void make_for(const Workers& workers, const train::LaneConfig& config) {
    const DesignKey key(config);
    make<T>(workers, key);
    auto& designs = std::get<Folds<T>>(designs_[key]);
    const train::TrainingSettings& training = config.training;
    const bool curvature =
        !training.optimizer.is_solver() && training.learning_rate.start == train::LearningRate::kAuto;
    const bool ridge = train::takes_ridge_basis(config, dataset_.is_sparse());
    workers.for_each(curvature || ridge ? folds() : 0, [&](std::size_t k) {
      train::Design<T>& design = designs[k];
      if (curvature && !design.curvature) design.curvature = train::measure_curvature(design);
      if constexpr (std::is_same_v<T, double>)
        if (ridge && !design.ridge) design.ridge = train::ridge_basis_of(design);
    });
    if constexpr (std::is_same_v<T, double>)
      if (preconditioned_ && train::takes_preconditioner(config, designs[0].features, dataset_.is_sparse()))
        train::add_preconditioners(designs);
  }
  template <class T>
  using Folds = std::vector<train::Design<T>>;

  template <class T>
  train::Design<T> made_of(const data::Dataset& rows, std::size_t k, const DesignKey& key) const {
    const data::Fold& fold = split_.folds[k];
    const Preprocessing by(rows, fold.train, key);
    if (!split_.leave_one_out) return train::make_design<T>(*by.encoded, by.scaling, fold, by.transform);
    if constexpr (std::is_same_v<T, double>)
      return train::make_leave_one_out_design(rows, by.scaling, fold.train);
    else
      throw Error("leave_one_out works in float64, not in float32",
                  "write precision: float64, or choose another split");
  }
  // One after another where each takes a copy of the rows.
  template <class Work>
  void for_folds(const Workers& workers, const Work& work) const {
    if (dataset_.encoded.empty()) return workers.for_each(folds(), work);
    for (std::size_t k = 0; k < folds(); ++k) work(k);
  }
  // The dataset with products of its features: a copy only where there are any.
  class Rows {
   public:
    Rows(const data::Dataset& dataset, std::int64_t degree) : dataset_(dataset) {
      if (degree > 1) products_ = data::with_products(dataset, degree);
    }
    const data::Dataset& operator*() const { return products_ ? *products_ : dataset_; }

   private:
    const data::Dataset& dataset_;
    std::optional<data::Dataset> products_;
  };

  const data::Dataset& dataset_;
  const data::Split& split_;
  bool preconditioned_ = false;
  std::span<const std::uint32_t> group_;  // [row], as Prepared::group
  std::map<DesignKey, std::tuple<Folds<float>, Folds<double>>> designs_;
  std::map<DesignKey, std::vector<Guarded>> guarded_;  // [fold]
};

}  // namespace holdout::study
