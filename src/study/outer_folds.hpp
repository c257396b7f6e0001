// One outer fold of nested cross-validation: its study, its split, and what the nested error takes from its run.
#pragma once

#include <cstddef>

#include <holdout/data/load.hpp>
#include <holdout/study/storage.hpp>
#include <holdout/study/study.hpp>
#include <holdout/train/metric.hpp>

namespace holdout::study {

/// The split of an outer fold in place of the study's, as long as it lives.
class ExchangedSplit {
 public:
  /// @param data  must outlive it
  ExchangedSplit(data::Prepared& data, std::size_t fold) : data_(data), fold_(fold) {
    exchange(data_, data_.outer[fold_]);
  }
  ~ExchangedSplit() { exchange(data_, data_.outer[fold_]); }
  ExchangedSplit(const ExchangedSplit&) = delete;
  ExchangedSplit& operator=(const ExchangedSplit&) = delete;

 private:
  data::Prepared& data_;
  const std::size_t fold_;
};

/// The study with `data.split.outer.fold: K`.
StudyFile outer_study(const StudyFile& file, std::size_t fold);

/// What the run of an outer fold chose, and its errors; NaN where it has none.
/// @param rows  that the fold sets aside
OuterResult outer_result(const Storage& storage, const train::Metric& metric, std::size_t rows);

}  // namespace holdout::study
