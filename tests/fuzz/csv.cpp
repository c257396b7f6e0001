// A data file (csv) of any bytes; the first one chooses how it is read.
#include <holdout/data/load.hpp>

#include "fuzz.hpp"

using namespace holdout;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const unsigned how = bytes[0];
  const fuzz::MemoryFile file(bytes + 1, size - 1);
  data::DataSettings settings;
  settings.file = file.path(), settings.format = "csv";
  settings.target = "y";
  settings.missing = how & 4 ? (how & 8 ? "mean" : "drop_row") : "refuse";
  settings.delimiter = how & 32 ? ";" : ",";
  if (how & 16) settings.split.select(data::SplitSettings::kfold);
  const data::Task task = how & 1 ? data::Task::classification : data::Task::regression;
  fuzz::understood_or_refused([&] {
    const data::Prepared prepared = data::load(settings, "/", task, Seed{7});
    for (const data::Fold& fold : prepared.split.folds) data::fit_scaling(prepared.dataset, fold.train, how & 2);
  });
  return 0;
}
