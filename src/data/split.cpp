#include "split.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "split_groups.hpp"
#include "split_parts.hpp"
#include "split_time.hpp"

namespace holdout::data {

void refuse_split(std::string text, std::string hint, std::string path) {
  throw Error(Message{{}, std::move(text), std::move(hint), {}, std::move(path)});
}

std::size_t share_of(double fraction, std::size_t n) {
  return static_cast<std::size_t>(std::floor(fraction * static_cast<double>(n) + 0.5 + 1e-9));
}

std::string rows_text(std::size_t n) { return std::to_string(n) + (n == 1 ? " row" : " rows"); }

namespace {

RowList sorted(RowList rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

void add_folds(const std::vector<RowList>& parts, Split& split) {
  for (std::size_t fold = 0; fold < parts.size(); ++fold) {
    RowList train;
    for (std::size_t other = 0; other < parts.size(); ++other)
      if (other != fold) train.insert(train.end(), parts[other].begin(), parts[other].end());
    split.folds.push_back({sorted(std::move(train)), parts[fold]});
  }
}

namespace {

// Rows that are dealt out together: those of a class if the split is stratified, else all.
std::vector<RowList> strata_of(const Dataset& dataset, const RowList& rows, bool stratify) {
  const bool by_class = stratify && !dataset.classes.empty();
  std::vector<RowList> strata(by_class ? dataset.classes.size() : 1);
  for (const std::uint32_t i : rows) strata[by_class ? static_cast<std::size_t>(dataset.y[i]) : 0].push_back(i);
  return strata;
}

// `total` rows, shared among strata in proportion to their sizes: largest remainders, of equals the first.
std::vector<std::size_t> shares(const std::vector<RowList>& strata, std::size_t rows, std::size_t total) {
  std::vector<std::size_t> share, order(strata.size());
  std::vector<std::size_t> remainder;
  std::size_t given = 0;
  for (const RowList& stratum : strata) {
    share.push_back(stratum.size() * total / rows);
    remainder.push_back(stratum.size() * total % rows);
    given += share.back();
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; given < total; ++i, ++given) ++share[order[i]];
  return share;
}

// Every fold needs a row of each stratum.
// @param test  [stratum]: rows that are in no fold
void check_folds(const Dataset& dataset, const std::vector<RowList>& strata, const std::vector<std::size_t>& test,
                 std::size_t folds) {
  constexpr std::size_t kShown = 5;
  std::string few;
  std::size_t least = folds, shown = 0;
  for (std::size_t c = 0; c < strata.size(); ++c) {
    const std::size_t left = strata[c].size() - test[c];
    if (left >= folds) continue;
    least = std::min(least, left);
    if (++shown > kShown) continue;
    few += few.empty() ? "" : ", ";
    few += (strata.size() > 1 ? "class " + quoted(dataset.classes[c]) + " has " : "there are only ") + rows_text(left) +
           (test[c] > 0 ? " besides " + std::to_string(test[c]) + " of the test" : "");
  }
  if (few.empty()) return;
  refuse_split("folds: " + std::to_string(folds) + ", but " + few + (shown > kShown ? ", …" : ""),
               least >= 2          ? "use at most " + std::to_string(least) + " folds"
               : strata.size() > 1 ? kOneRowOfClass
                                   : "each fold needs rows",
               "data.split.folds");
}

// In random order.
RowList shuffled(const RowList& rows, Stream random) {
  RowList mixed;
  for (const std::uint32_t i : random.permutation(static_cast<std::uint32_t>(rows.size()))) mixed.push_back(rows[i]);
  return mixed;
}

Split leave_one_out(const RowList& all, std::size_t test_rows, Seed seed, std::string_view purpose) {
  if (test_rows + 2 > all.size())
    refuse_split("leave_one_out: of " + std::to_string(all.size()) + " rows " + std::to_string(test_rows) +
                     " test, and fewer than two are left",
                 "each row is measured by a model of the others", "data.split");
  const RowList rows = shuffled(all, stream(seed, purpose));
  const auto rest = rows.begin() + static_cast<std::ptrdiff_t>(test_rows);
  const RowList left = sorted({rest, rows.end()});
  return {{{left, left}}, sorted({rows.begin(), rest}), true};
}

// Deals rows to the parts in turn; goes on where it stopped.
class Dealt {
 public:
  explicit Dealt(std::size_t parts) : parts_(parts) {}
  template <class Rows>
  void deal(const Rows& rows) {
    for (const std::uint32_t i : rows) parts_[next_++ % parts_.size()].push_back(i);
  }
  std::vector<RowList> rows() && {
    for (RowList& part : parts_) part = sorted(std::move(part));
    return std::move(parts_);
  }

 private:
  std::vector<RowList> parts_;
  std::size_t next_ = 0;
};

Split draw_folds(const Dataset& dataset, const std::vector<RowList>& strata, const std::vector<std::size_t>& test,
                 const SplitSettings& settings, Seed seed, std::string_view purpose) {
  const auto k = static_cast<std::size_t>(settings.folds);
  check_folds(dataset, strata, test, k);
  Split split;
  split.repeats = static_cast<std::size_t>(settings.repeats);
  std::vector<RowList> rest;  // [stratum]
  Dealt first(k);
  for (std::size_t c = 0; c < strata.size(); ++c) {
    const RowList rows = shuffled(strata[c], stream(seed, purpose, c));
    const auto left = rows.begin() + static_cast<std::ptrdiff_t>(test[c]);
    split.test.insert(split.test.end(), rows.begin(), left);
    rest.emplace_back(left, rows.end());
    first.deal(rest.back());
  }
  split.test = sorted(std::move(split.test));
  add_folds(std::move(first).rows(), split);
  for (std::size_t repeat = 1; repeat < split.repeats; ++repeat) {
    Dealt again(k);
    for (std::size_t c = 0; c < rest.size(); ++c) again.deal(shuffled(rest[c], stream(seed, purpose, c, repeat)));
    add_folds(std::move(again).rows(), split);
  }
  return split;
}

Split draw_holdout(const std::vector<RowList>& strata, const std::vector<std::size_t>& test,
                   const std::vector<std::size_t>& measure, Seed seed, std::string_view purpose) {
  Split split;
  Fold fold;
  for (std::size_t c = 0; c < strata.size(); ++c) {
    const RowList rows = shuffled(strata[c], stream(seed, purpose, c));
    auto next = rows.begin();
    for (std::size_t i = 0; i < test[c]; ++i) split.test.push_back(*next++);
    for (std::size_t i = 0; i < measure[c] && next != rows.end(); ++i) fold.holdout.push_back(*next++);
    fold.train.insert(fold.train.end(), next, rows.end());
  }
  split.test = sorted(std::move(split.test));
  split.folds.push_back({sorted(std::move(fold.train)), sorted(std::move(fold.holdout))});
  return split;
}

void check_shares(std::size_t rows, std::size_t test, std::size_t measure, const SplitSettings& settings) {
  if (settings.test > 0 && test == 0)
    refuse_split("test: " + to_text(settings.test) + " of " + std::to_string(rows) + " rows is no row",
                 "use a larger share", "data.split.test");
  if (settings.selected() == SplitSettings::holdout && (measure == 0 || test + measure >= rows))
    refuse_split("fraction: of " + std::to_string(rows) + " rows " + std::to_string(measure) + " would hold out, " +
                     std::to_string(test) + " test, and " + std::to_string(rows - std::min(rows, test + measure)) +
                     " train",
                 "each part needs rows", "data.split.fraction");
  constexpr std::int64_t kMaxFolds = 1000;  // in all: each is a training of its own for each configuration
  if (settings.selected() == SplitSettings::kfold && settings.folds * settings.repeats > kMaxFolds)
    refuse_split("repeats: " + std::to_string(settings.repeats) + " times " + std::to_string(settings.folds) +
                     " folds are " + std::to_string(settings.folds * settings.repeats) + " trainings a configuration",
                 "at most " + std::to_string(kMaxFolds / settings.folds) + " repeats of so many folds",
                 "data.split.repeats");
}

// @param rows     of the dataset, ascending: those that are split
// @param purpose  of the random streams
Split draw_parts(const Dataset& dataset, const RowList& rows, const SplitSettings& settings, const SplitKeys& keys,
                 Seed seed, std::string_view purpose) {
  const bool holdout = settings.selected() == SplitSettings::holdout;
  const std::size_t test_rows = share_of(settings.test, rows.size()),
                    measure_rows = holdout ? share_of(settings.fraction, rows.size()) : 0;
  check_shares(rows.size(), test_rows, measure_rows, settings);
  if (settings.selected() == SplitSettings::leave_one_out) return leave_one_out(rows, test_rows, seed, purpose);
  if (settings.selected() == SplitSettings::time) return split_by_time(rows, settings, keys);
  if (!settings.group.empty()) return split_by_groups(dataset, rows, settings, keys, seed, purpose);
  const std::vector<RowList> strata = strata_of(dataset, rows, settings.stratify);
  const auto test = shares(strata, rows.size(), test_rows);
  if (!holdout) return draw_folds(dataset, strata, test, settings, seed, purpose);
  return draw_holdout(strata, test, shares(strata, rows.size(), measure_rows), seed, purpose);
}

}  // namespace

namespace {

// The folds around the search.
std::vector<Fold> draw_outer(const Dataset& dataset, const RowList& rows, const SplitSettings& settings,
                             const SplitKeys& keys, Seed seed) {
  SplitSettings outer = settings;
  if (settings.selected() != SplitSettings::time) outer.select(SplitSettings::kfold);
  outer.stratify = settings.stratify, outer.group = settings.group;
  outer.folds = settings.outer.folds, outer.repeats = 1, outer.test = 0;
  try {
    return draw_parts(dataset, rows, outer, keys, seed, "outer split").folds;
  } catch (const Error& error) {
    std::vector<Message> messages = error.messages();
    for (Message& message : messages) message.text = "outer " + message.text, message.path = "data.split.outer";
    throw Error(std::move(messages), error.fault());
  }
}

}  // namespace

Split draw_split(const Dataset& dataset, const SplitSettings& settings, Seed seed, const SplitKeys& keys) {
  RowList rows(dataset.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  const auto [folds, fold] = settings.outer;
  if (fold != OuterSettings::kAll && fold >= folds)
    refuse_split("outer.fold: " + std::to_string(fold) + ", but " +
                     (folds > 0 ? "the folds are 0 to " + std::to_string(folds - 1) : "outer.folds is missing"),
                 folds > 0 ? "name one of them, or omit fold" : "write outer: {folds: 5, fold: 0}", "data.split.outer");
  Split all = draw_parts(dataset, rows, settings, keys, seed, "split");
  if (fold == OuterSettings::kAll) return all;
  RowList left;  // without the test rows
  std::set_difference(rows.begin(), rows.end(), all.test.begin(), all.test.end(), std::back_inserter(left));
  Fold outer = std::move(draw_outer(dataset, left, settings, keys, seed)[static_cast<std::size_t>(fold)]);
  SplitSettings inner = settings;
  inner.test = 0;
  Split split;
  in_outer_fold(fold, [&] { split = draw_parts(dataset, outer.train, inner, keys, seed, "split"); });
  split.test = std::move(outer.holdout);
  return split;
}

}  // namespace holdout::data
