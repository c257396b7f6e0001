// What a split by groups or by time made of the rows, in words: its parts are only about as large as was asked for.
#include <algorithm>

#include <holdout/base/error.hpp>

#include "split.hpp"
#include "split_parts.hpp"

namespace holdout::data {
namespace {

// "20 rows", "18 to 22 rows"
std::string sizes_text(const Split& split, RowList Fold::*part) {
  std::size_t least = (split.folds[0].*part).size(), most = least;
  for (const Fold& fold : split.folds)
    least = std::min(least, (fold.*part).size()), most = std::max(most, (fold.*part).size());
  return (least < most ? std::to_string(least) + " to " : "") + rows_text(most);
}

}  // namespace

std::string split_notice(const Split& split, const SplitSettings& settings, const SplitKeys& keys) {
  const bool several = split.folds.size() > 1;
  const std::string measured = several ? "hold-out parts of " + sizes_text(split, &Fold::holdout)
                                       : "a hold-out part of " + sizes_text(split, &Fold::holdout),
                    test = split.test.empty() ? "" : ", a test part of " + rows_text(split.test.size());
  if (!keys.group.empty())
    return std::to_string(keys.groups) + " groups by " + quoted(settings.group) + ", each on one side: " + measured +
           test;
  if (settings.selected() != SplitSettings::time) return {};
  return "split by " + (settings.order.empty() ? "the order of the rows" : quoted(settings.order)) + ": " +
         (several ? "training parts of " : "a training part of ") + sizes_text(split, &Fold::train) + " before " +
         measured + test + "; the tuned model is trained on " + rows_text(split.refit.size());
}

}  // namespace holdout::data
