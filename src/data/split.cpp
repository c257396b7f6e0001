#include "split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::data {
namespace {

// Rows that are dealt out together: those of a class if the split is stratified, else all.
std::vector<RowList> groups_of(const Dataset& dataset, bool stratify) {
  const bool by_class = stratify && !dataset.classes.empty();
  std::vector<RowList> groups(by_class ? dataset.classes.size() : 1);
  for (std::size_t i = 0; i < dataset.rows; ++i)
    groups[by_class ? static_cast<std::size_t>(dataset.y[i]) : 0].push_back(static_cast<std::uint32_t>(i));
  return groups;
}

// 0.29 · 50 rows is 14.499999999999998 in doubles, and means 14.5.
std::size_t half_up(double x) { return static_cast<std::size_t>(std::floor(x + 0.5 + 1e-9)); }

// `total` rows, shared among groups in proportion to their sizes: largest remainders, of equals the first.
std::vector<std::size_t> shares(const std::vector<RowList>& groups, std::size_t rows, std::size_t total) {
  std::vector<std::size_t> share, order(groups.size());
  std::vector<std::size_t> remainder;
  std::size_t given = 0;
  for (const RowList& group : groups) {
    share.push_back(group.size() * total / rows);
    remainder.push_back(group.size() * total % rows);
    given += share.back();
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; given < total; ++i, ++given) ++share[order[i]];
  return share;
}

RowList sorted(RowList rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

// 2, and what other programs make of it where a column has gaps: 2.0
std::optional<std::int64_t> fold_number(const std::string& text) {
  if (const auto whole = to_integer(text)) return whole;
  constexpr double kMax = 1e9;
  const auto x = to_real(text);
  return x && std::trunc(*x) == *x && std::abs(*x) < kMax ? std::optional(static_cast<std::int64_t>(*x)) : std::nullopt;
}

[[noreturn]] void refuse(std::string text, std::string hint, std::string path) {
  throw Error(Message{{}, std::move(text), std::move(hint), {}, std::move(path)});
}

std::ptrdiff_t counting(const Dataset& dataset, const RowList& rows) {
  return std::count_if(rows.begin(), rows.end(), [&](std::uint32_t i) { return dataset.weight(i) > 0; });
}

void check_weights(const Dataset& dataset, const RowList& rows, const std::string& which) {
  if (counting(dataset, rows) == 0)
    refuse("the weights of all " + which + " are 0", "every part needs rows that count", "data.weight");
}

constexpr const char* kOneRow =
    "a class of one row can train or measure, not both: collect more rows of it, join it with another class, or remove "
    "its row";

// "class 'a' has 1 row, class 'b' 2 rows": of rows that are few.
std::string rows_text(std::size_t n) { return std::to_string(n) + (n == 1 ? " row" : " rows"); }

// Every fold needs a row of each group.
// @param test  [group]: rows that are in no fold
void check_folds(const Dataset& dataset, const std::vector<RowList>& groups, const std::vector<std::size_t>& test,
                 std::size_t folds) {
  constexpr std::size_t kShown = 5;
  std::string few;
  std::size_t least = folds, shown = 0;
  for (std::size_t c = 0; c < groups.size(); ++c) {
    const std::size_t left = groups[c].size() - test[c];
    if (left >= folds) continue;
    least = std::min(least, left);
    if (++shown > kShown) continue;
    few += few.empty() ? "" : ", ";
    few += (groups.size() > 1 ? "class " + quoted(dataset.classes[c]) + " has " : "there are only ") + rows_text(left) +
           (test[c] > 0 ? " besides " + std::to_string(test[c]) + " of the test" : "");
  }
  if (few.empty()) return;
  refuse("folds: " + std::to_string(folds) + ", but " + few + (shown > kShown ? ", …" : ""),
         least >= 2          ? "use at most " + std::to_string(least) + " folds"
         : groups.size() > 1 ? kOneRow
                             : "each fold needs rows",
         "data.split.folds");
}

// What helps where no training row of a part has a class.
std::string way_out(std::size_t rows, const SplitSettings& settings) {
  if (rows < 2) return kOneRow;
  const bool folds = settings.selected() == SplitSettings::kfold;
  if (settings.selected() == SplitSettings::column)
    return "give some of its " + rows_text(rows) + " another part in the split column";
  if (!settings.stratify)
    return "write stratify: true" + (folds && static_cast<std::size_t>(settings.folds) > rows
                                         ? " and at most " + std::to_string(rows) + " folds"
                                         : std::string());
  return folds ? "use fewer folds, or more rows of the class"
               : "use a smaller fraction or test, or more rows of the class";
}

Split leave_one_out(const Dataset& dataset, std::size_t test_rows, Seed seed) {
  if (test_rows + 2 > dataset.rows)
    refuse("leave_one_out: of " + std::to_string(dataset.rows) + " rows " + std::to_string(test_rows) +
               " test, and fewer than two are left",
           "each row is measured by a model of the others", "data.split");
  const RowList rows = stream(seed, "split", 0).permutation(static_cast<std::uint32_t>(dataset.rows));
  const auto rest = rows.begin() + static_cast<std::ptrdiff_t>(test_rows);
  const RowList all = sorted({rest, rows.end()});
  return {{{all, all}}, sorted({rows.begin(), rest}), true};
}

}  // namespace

Split draw_split(const Dataset& dataset, const SplitSettings& settings, Seed seed) {
  const bool folds = settings.selected() == SplitSettings::kfold;
  const double n = static_cast<double>(dataset.rows);
  const std::size_t test_rows = half_up(settings.test * n), measure_rows = folds ? 0 : half_up(settings.fraction * n);
  if (settings.test > 0 && test_rows == 0)
    refuse("test: " + to_text(settings.test) + " of " + std::to_string(dataset.rows) + " rows is no row",
           "use a larger share", "data.split.test");
  if (settings.selected() == SplitSettings::leave_one_out) return leave_one_out(dataset, test_rows, seed);
  if (!folds && (measure_rows == 0 || test_rows + measure_rows >= dataset.rows))
    refuse("fraction: of " + std::to_string(dataset.rows) + " rows " + std::to_string(measure_rows) +
               " would hold out, " + std::to_string(test_rows) + " test, and " +
               std::to_string(dataset.rows - std::min(dataset.rows, test_rows + measure_rows)) + " train",
           "each part needs rows", "data.split.fraction");
  std::vector<RowList> groups = groups_of(dataset, settings.stratify);
  const auto test = shares(groups, dataset.rows, test_rows), measure = shares(groups, dataset.rows, measure_rows);
  const std::size_t k = folds ? static_cast<std::size_t>(settings.folds) : 1;
  if (folds) check_folds(dataset, groups, test, k);
  Split split;
  std::vector<RowList> parts(k);  // k-fold: the folds; else the hold-out rows
  RowList train;
  std::size_t dealt = 0;
  for (std::size_t c = 0; c < groups.size(); ++c) {
    RowList rows;
    for (const std::uint32_t i : stream(seed, "split", c).permutation(static_cast<std::uint32_t>(groups[c].size())))
      rows.push_back(groups[c][i]);
    auto next = rows.begin();
    for (std::size_t i = 0; i < test[c]; ++i) split.test.push_back(*next++);
    if (folds) {
      for (; next != rows.end(); ++next) parts[dealt++ % k].push_back(*next);
    } else {
      for (std::size_t i = 0; i < measure[c] && next != rows.end(); ++i) parts[0].push_back(*next++);
      train.insert(train.end(), next, rows.end());
    }
  }
  split.test = sorted(std::move(split.test));
  for (RowList& part : parts) part = sorted(std::move(part));
  for (std::size_t fold = 0; fold < k; ++fold) {
    for (std::size_t other = 0; folds && other < k; ++other)
      if (other != fold) train.insert(train.end(), parts[other].begin(), parts[other].end());
    split.folds.push_back({sorted(std::exchange(train, {})), parts[fold]});
  }
  return split;
}

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
    refuse("the split column mixes words and fold numbers", "use train, holdout, test; or numbers, -1 for test",
           "data.split.column");
  if (!words && folds.size() < 2)
    refuse("the split column names " + std::to_string(folds.size()) + " folds; there must be two or more",
           "or use the words train and holdout", "data.split.column");
  Split split;
  split.test = std::move(parts[2]);
  if (words) split.folds.push_back({std::move(parts[0]), std::move(parts[1])});
  for (const auto& [number, rows] : folds) {
    Fold fold{{}, rows};
    for (const auto& [other, theirs] : folds)
      if (other != number) fold.train.insert(fold.train.end(), theirs.begin(), theirs.end());
    fold.train = sorted(std::move(fold.train));
    split.folds.push_back(std::move(fold));
  }
  return split;
}

void check_split(const Dataset& dataset, const Split& split, const SplitSettings& settings) {
  for (std::size_t k = 0; k < split.folds.size(); ++k) {
    const Fold& fold = split.folds[k];
    const std::string of = split.folds.size() > 1 ? " of fold " + std::to_string(k) : "";
    if (fold.train.empty() || fold.holdout.empty())
      refuse("the split leaves " + std::to_string(fold.train.size()) + " training and " +
                 std::to_string(fold.holdout.size()) + " hold-out rows" + of,
             "both parts need rows", "data.split");
    std::vector<std::size_t> count(dataset.classes.size());
    for (const std::uint32_t i : fold.train)
      if (!count.empty() && dataset.weight(i) > 0) ++count[static_cast<std::size_t>(dataset.y[i])];
    check_weights(dataset, fold.train, "training rows" + of);
    check_weights(dataset, fold.holdout, "hold-out rows" + of);
    if (split.leave_one_out && counting(dataset, fold.train) == 1)
      refuse("leave_one_out: one row alone has a weight above 0", "each row is measured by a model of the others",
             "data.weight");
    for (std::size_t c = 0; c < count.size(); ++c) {
      if (count[c] > 0) continue;
      std::size_t rows = 0;  // of the class, in all
      for (std::size_t i = 0; i < dataset.rows; ++i)
        rows += dataset.weight(i) > 0 && dataset.y[i] == static_cast<double>(c);
      refuse("class " + quoted(dataset.classes[c]) + " has no row " +
                 (dataset.weights.empty() ? "" : "of positive weight ") + "in the training part" + of + ", and " +
                 rows_text(rows) + " in all",
             way_out(rows, settings), "data.split");
    }
  }
  if (!split.test.empty()) check_weights(dataset, split.test, "test rows");
}

}  // namespace holdout::data
