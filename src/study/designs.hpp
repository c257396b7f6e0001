// The folds of a study, standardized, in the precisions that its configurations train in.
#pragma once

#include <tuple>
#include <vector>

#include <holdout/base/parallel.hpp>
#include <holdout/data/load.hpp>
#include <holdout/train/design.hpp>

namespace holdout::study {

class Designs {
 public:
  /// @param prepared  must outlive the designs
  Designs(const data::Prepared& prepared, bool standardize) : prepared_(prepared), standardize_(standardize) {}

  std::size_t folds() const { return prepared_.split.folds.size(); }
  /// Makes the designs of that precision, unless they are there. Not thread-safe.
  template <class T>
  void make(const Workers& workers) {
    auto& designs = std::get<std::vector<train::Design<T>>>(designs_);
    if (!designs.empty()) return;
    std::vector<train::Design<T>> made(folds());
    workers.for_each(folds(), [&](std::size_t k) {
      const data::Fold& fold = prepared_.split.folds[k];
      made[k] = train::make_design<T>(prepared_.dataset, data::fit_scaling(prepared_.dataset, fold.train, standardize_),
                                      fold);
    });
    designs = std::move(made);
  }
  /// Makes designs whose hold-out rows lack every third one, and parts of those, unless they are there. They hold the
  /// training rows once more. Not thread-safe.
  void make_guarded(const Workers& workers) {
    if (!guarded_.empty()) return;
    std::vector<Guarded> made(folds());
    workers.for_each(folds(), [&](std::size_t k) {
      data::Fold fold{prepared_.split.folds[k].train, {}};
      data::RowList guard;
      const data::RowList& holdout = prepared_.split.folds[k].holdout;
      for (std::size_t i = 0; i < holdout.size(); ++i) (i % 3 == 2 ? guard : fold.holdout).push_back(holdout[i]);
      const data::Scaling scaling = data::fit_scaling(prepared_.dataset, fold.train, standardize_);
      made[k].design = train::make_design<double>(prepared_.dataset, scaling, fold);
      made[k].guard = train::make_part<double>(prepared_.dataset, scaling, guard);
    });
    guarded_ = std::move(made);
  }

  struct Guarded {
    train::Design<double> design;
    train::Part<double> guard;
  };
  const Guarded& guarded(std::size_t fold) const { return guarded_[fold]; }

  /// Of a precision that was made.
  template <class T>
  const train::Design<T>& get(std::size_t fold) const {
    return std::get<std::vector<train::Design<T>>>(designs_)[fold];
  }

 private:
  const data::Prepared& prepared_;
  bool standardize_;
  std::tuple<std::vector<train::Design<float>>, std::vector<train::Design<double>>> designs_;  // [fold]
  std::vector<Guarded> guarded_;                                                               // [fold]
};

}  // namespace holdout::study
