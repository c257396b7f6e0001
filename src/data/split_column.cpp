// Splits that a column of the data says.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "split.hpp"
#include "split_parts.hpp"

namespace holdout::data {
namespace {

// 2, and what other programs make of it where a column has gaps: 2.0
std::optional<std::int64_t> fold_number(const std::string& text) {
  if (const auto whole = to_integer(text)) return whole;
  constexpr double kMax = 1e9;
  const auto x = to_real(text);
  return x && std::trunc(*x) == *x && std::abs(*x) < kMax ? std::optional(static_cast<std::int64_t>(*x)) : std::nullopt;
}

}  // namespace

Split split_by_column(const Dataset& dataset, const SplitColumn& column) {
  static const std::vector<std::string> kWords = {"train", "holdout", "test"};
  constexpr std::size_t kMaxErrors = 20;
  std::map<std::int64_t, RowList> folds;
  RowList parts[3];
  Errors errors;
  for (std::uint32_t i = 0; i < dataset.rows; ++i) {
    const std::string& value = column.values[i];
    const auto word = std::find(kWords.begin(), kWords.end(), value);
    const auto fold = fold_number(value);
    if (word != kWords.end())
      parts[word - kWords.begin()].push_back(i);
    else if (fold && *fold == -1)
      parts[2].push_back(i);
    else if (fold && *fold >= 0)
      folds[*fold].push_back(i);
    else if (errors.messages().size() < kMaxErrors)
      errors.add(Message{{column.file, static_cast<int>(column.lines[i]), 0},
                         quoted(value) + " is no part of a split",
                         nearest_word(value, kWords).empty()
                             ? "expected train, holdout, test, or the number of a fold (-1: test)"
                             : did_you_mean(value, kWords)});
  }
  errors.throw_if_any();
  const bool words = !parts[0].empty() || !parts[1].empty();
  if (words && !folds.empty())
    refuse_split("the split column mixes words and fold numbers", "use train, holdout, test; or numbers, -1 for test",
                 "data.split.column");
  if (!words && folds.size() < 2)
    refuse_split("the split column names " + std::to_string(folds.size()) + " folds; there must be two or more",
                 "or use the words train and holdout", "data.split.column");
  Split split;
  split.test = std::move(parts[2]);
  if (words) split.folds.push_back({std::move(parts[0]), std::move(parts[1])});
  std::vector<RowList> numbered;
  for (auto& [number, rows] : folds) numbered.push_back(std::move(rows));
  add_folds(numbered, split);
  return split;
}

}  // namespace holdout::data
