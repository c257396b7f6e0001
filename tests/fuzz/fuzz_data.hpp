// What the harnesses of data files have in common.
#pragma once

#include <holdout/data/load.hpp>

#include "fuzz.hpp"

namespace holdout::fuzz {

/// Loads a data file of any bytes and scales its folds; the first byte chooses how. @param read  sets how a format is
/// read: read(settings, first byte)
template <class Read>
int load_any(const std::uint8_t* bytes, std::size_t size, const char* format, const Read& read) {
  if (size == 0) return 0;
  const unsigned how = bytes[0];
  const MemoryFile file(bytes + 1, size - 1);
  data::DataSettings settings;
  settings.file = file.path(), settings.format = format;
  if (how & 16) settings.split.select(data::SplitSettings::kfold);
  read(settings, how);
  const data::Task task = how & 1 ? data::Task::classification : data::Task::regression;
  understood_or_refused([&] {
    const data::Prepared prepared = data::load(settings, "/", task, Seed{7});
    for (const data::Fold& fold : prepared.split.folds)
      data::fit_scaling(prepared.dataset, fold.train,
                        how & 2 ? data::Standardize::deviation : data::Standardize::max_abs);
  });
  return 0;
}

}  // namespace holdout::fuzz
