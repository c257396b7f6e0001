// What every split must have: rows that count on both sides, and rows of every class that train.
#include <algorithm>

#include <holdout/base/error.hpp>

#include "split.hpp"
#include "split_parts.hpp"

namespace holdout::data {
namespace {

std::ptrdiff_t counting(const Dataset& dataset, const RowList& rows) {
  return std::count_if(rows.begin(), rows.end(), [&](std::uint32_t i) { return dataset.weight(i) > 0; });
}

void check_weights(const Dataset& dataset, const RowList& rows, const std::string& which) {
  if (counting(dataset, rows) == 0)
    refuse_split("the weights of all " + which + " are 0", "every part needs rows that count", "data.weight");
}

// What helps where no training row of a part has a class.
std::string way_out(std::size_t rows, const SplitSettings& settings) {
  if (rows < 2) return kOneRowOfClass;
  const bool folds = settings.selected() == SplitSettings::kfold;
  if (settings.selected() == SplitSettings::time)
    return "use fewer folds or a smaller gap, so that rows of every class come before the first part that is measured";
  if (!settings.group.empty())
    return "its rows are of few groups of " + quoted(settings.group) + ": " +
           (folds ? "use fewer folds" : "use a smaller fraction or test") + ", or another seed";
  if (settings.selected() == SplitSettings::column)
    return "give some of its " + rows_text(rows) + " another part in the split column";
  if (!settings.stratify)
    return "write stratify: true" + (folds && static_cast<std::size_t>(settings.folds) > rows
                                         ? " and at most " + std::to_string(rows) + " folds"
                                         : std::string());
  return folds ? "use fewer folds, or more rows of the class"
               : "use a smaller fraction or test, or more rows of the class";
}

}  // namespace

void check_split(const Dataset& dataset, const Split& split, const SplitSettings& settings) {
  for (std::size_t k = 0; k < split.folds.size(); ++k) {
    const Fold& fold = split.folds[k];
    const std::size_t folds = split.folds.size() / split.repeats;
    const std::string of = (folds > 1 ? " of fold " + std::to_string(k % folds) : "") +
                           (split.repeats > 1 ? " of repetition " + std::to_string(k / folds) : "");
    if (fold.train.empty() || fold.holdout.empty())
      refuse_split("the split leaves " + std::to_string(fold.train.size()) + " training and " +
                       std::to_string(fold.holdout.size()) + " hold-out rows" + of,
                   "both parts need rows", "data.split");
    std::vector<std::size_t> count(dataset.classes.size());
    for (const std::uint32_t i : fold.train)
      if (!count.empty() && dataset.weight(i) > 0) ++count[static_cast<std::size_t>(dataset.y[i])];
    check_weights(dataset, fold.train, "training rows" + of);
    check_weights(dataset, fold.holdout, "hold-out rows" + of);
    if (split.leave_one_out && counting(dataset, fold.train) == 1)
      refuse_split("leave_one_out: one row alone has a weight above 0", "each row is measured by a model of the others",
                   "data.weight");
    for (std::size_t c = 0; c < count.size(); ++c) {
      if (count[c] > 0) continue;
      std::size_t rows = 0;  // of the class, in all
      for (std::size_t i = 0; i < dataset.rows; ++i)
        rows += dataset.weight(i) > 0 && dataset.y[i] == static_cast<double>(c);
      refuse_split("class " + quoted(dataset.classes[c]) + " has no row " +
                       (dataset.weights.empty() ? "" : "of positive weight ") + "in the training part" + of + ", and " +
                       rows_text(rows) + " in all",
                   way_out(rows, settings), "data.split");
    }
  }
  if (!split.test.empty()) check_weights(dataset, split.test, "test rows");
}

}  // namespace holdout::data
