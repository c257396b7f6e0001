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
      made[k] = train::make_design<T>(prepared_.dataset,
                                      data::fit_scaling(prepared_.dataset, fold.train, standardize_), fold);
    });
    designs = std::move(made);
  }
  /// Of a precision that was made.
  template <class T>
  const train::Design<T>& get(std::size_t fold) const {
    return std::get<std::vector<train::Design<T>>>(designs_)[fold];
  }

 private:
  const data::Prepared& prepared_;
  bool standardize_;
  std::tuple<std::vector<train::Design<float>>, std::vector<train::Design<double>>> designs_;  // [fold]
};

}  // namespace holdout::study
