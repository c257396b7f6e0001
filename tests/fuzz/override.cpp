// --set with any bytes.
#include <holdout/study/reader.hpp>

#include "fuzz.hpp"

using namespace holdout;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::string study =
      "name: base\ndata: {file: x.csv, target: y, split: {method: kfold, folds: 5}}\n"
      "model: {type: linear, l2: {min: 1e-6, max: 1, scale: log}}\n"
      "training: {optimizer: {values: [gd, {name: momentum, momentum: {min: 0.5, max: 0.9}}]}, learning_rate: 0.1}\n"
      "search: {method: random, trials: 9}\n";
  const std::string option(reinterpret_cast<const char*>(bytes), size);
  fuzz::understood_or_refused([&] { study::read_study_text("study.yaml", study, ".", std::span(&option, 1)); });
  return 0;
}
