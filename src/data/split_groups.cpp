#include "split_groups.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_map>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "split_parts.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Groups in parts, and χ² of the table of their rows.
class Dealer {
 public:
  Dealer(const GroupCounts& counts, std::span<const double> share)
      : classes_(counts.classes), columns_(classes_ > 1 ? classes_ + 1 : 1), groups_(counts.groups()) {
    count_.reserve(groups_ * columns_);
    for (std::size_t g = 0; g < groups_; ++g) {
      const auto first = counts.count.begin() + static_cast<std::ptrdiff_t>(g * classes_);
      count_.insert(count_.end(), first, first + static_cast<std::ptrdiff_t>(classes_));
      if (columns_ > classes_)
        count_.push_back(std::accumulate(first, first + static_cast<std::ptrdiff_t>(classes_), 0.0));
    }
    std::vector<double> total(columns_);
    for (std::size_t i = 0; i < count_.size(); ++i) total[i % columns_] += count_[i];
    for (const double t : share)
      for (const double n : total) due_.push_back(t * n);
    inside_.resize(due_.size()), members_.resize(share.size());
    part_.assign(groups_, kNone);
  }

  void deal(Stream& random) {
    std::vector<std::uint32_t> order = random.permutation(static_cast<std::uint32_t>(groups_));
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return magnitude(a) > magnitude(b); });
    for (const std::uint32_t g : order) {
      std::size_t best = 0;
      for (std::size_t b = 1; b < parts(); ++b)
        if (gain(g, b) < gain(g, best)) best = b;
      put(g, best);
    }
    fill_empty(order);
    // χ² falls with each, so this ends; a few rounds do nearly all of it.
    constexpr int kMaxRounds = 20;
    for (int round = 0; round < kMaxRounds; ++round) {
      bool better = false;
      for (const std::uint32_t g : order) better = move(g) || better;
      for (std::size_t i = 0; i + 1 < order.size(); ++i) better = exchange(order, i) || better;
      if (!better) break;
    }
  }

  std::vector<std::size_t> parts_of_groups() && { return std::move(part_); }

 private:
  std::size_t parts() const { return members_.size(); }
  const double* rows_of(std::size_t group) const { return &count_[group * columns_]; }
  unsigned magnitude(std::size_t group) const {
    return static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(rows_of(group)[columns_ - 1])));
  }

  // What χ² grows by if `sign` times the rows of the group come to the part.
  double change(std::size_t group, std::size_t part, double sign) const {
    const double *rows = rows_of(group), *inside = &inside_[part * columns_], *due = &due_[part * columns_];
    double sum = 0;
    for (std::size_t c = 0; c < columns_; ++c)
      if (due[c] > 0) sum += rows[c] * (rows[c] + sign * 2 * (inside[c] - due[c])) / due[c];
    return sum;
  }
  double gain(std::size_t group, std::size_t part) const { return change(group, part, 1); }

  void put(std::size_t group, std::size_t part) {
    if (const std::size_t before = part_[group]; before != kNone) {
      for (std::size_t c = 0; c < columns_; ++c) inside_[before * columns_ + c] -= rows_of(group)[c];
      --members_[before];
    }
    for (std::size_t c = 0; c < columns_; ++c) inside_[part * columns_ + c] += rows_of(group)[c];
    ++members_[part], part_[group] = part;
  }

  // A small part may be due less than half of every group, and still needs one: the smallest of what is listed twice.
  void fill_empty(const std::vector<std::uint32_t>& order) {
    for (std::size_t b = 0; b < parts(); ++b) {
      if (members_[b] > 0) continue;
      std::size_t best = kNone;
      for (const std::uint32_t g : order)
        if (members_[part_[g]] > 1 && (best == kNone || rows_of(g)[columns_ - 1] < rows_of(best)[columns_ - 1]))
          best = g;
      put(best, b);
    }
  }

  // Below, what differs by rounding alone counts as equal.
  static constexpr double kRounding = 1e-9;

  bool move(std::size_t group) {
    const std::size_t from = part_[group];
    if (members_[from] < 2) return false;
    const double leaving = change(group, from, -1);
    std::size_t best = from;
    double least = -kRounding;
    for (std::size_t b = 0; b < parts(); ++b)
      if (const double by = b == from ? 0 : leaving + gain(group, b); by < least) least = by, best = b;
    if (best == from) return false;
    put(group, best);
    return true;
  }

  // With one of those behind it in the order: with any of them, or where they are many, which would be quadratic work,
  // with one of nearly the same size.
  bool exchange(const std::vector<std::uint32_t>& order, std::size_t at) {
    constexpr std::size_t kMaxPairs = 4'000'000, kMinReach = 32;
    const std::size_t reach = std::max(kMinReach, kMaxPairs / groups_);
    const std::uint32_t a = order[at];
    for (std::size_t i = at + 1; i < std::min(order.size(), at + 1 + reach); ++i) {
      const std::uint32_t b = order[i];
      const std::size_t x = part_[a], y = part_[b];
      if (x == y) continue;
      double by = 0;
      const double *in = rows_of(b), *out = rows_of(a);
      for (std::size_t c = 0; c < columns_; ++c) {
        const double d = in[c] - out[c];  // what x gets, and y gives
        if (const double due = due_[x * columns_ + c]; due > 0)
          by += d * (d + 2 * (inside_[x * columns_ + c] - due)) / due;
        if (const double due = due_[y * columns_ + c]; due > 0)
          by += d * (d - 2 * (inside_[y * columns_ + c] - due)) / due;
      }
      if (by >= -kRounding) continue;
      put(a, y), put(b, x);
      return true;
    }
    return false;
  }

  std::size_t classes_, columns_, groups_;
  std::vector<double> count_;         // [group][column]: rows of each class, then of all
  std::vector<double> due_, inside_;  // [part][column]
  std::vector<std::size_t> members_;  // [part]: groups
  std::vector<std::size_t> part_;     // [group]
};

// The groups of some rows.
struct Members {
  std::vector<RowList> rows;  // [group]
  GroupCounts counts;
};

Members members_of(const Dataset& dataset, const RowList& rows, const SplitSettings& settings, const SplitKeys& keys) {
  Members members;
  members.counts.classes = settings.stratify && !dataset.classes.empty() ? dataset.classes.size() : 1;
  const std::size_t classes = members.counts.classes;
  std::vector<std::size_t> place(keys.groups, kNone);
  for (const std::uint32_t i : rows) {
    std::size_t& at = place[keys.group[i]];
    if (at == kNone) {
      at = members.rows.size();
      members.rows.emplace_back();
      members.counts.count.resize(members.counts.count.size() + classes);
    }
    members.rows[at].push_back(i);
    members.counts.count[at * classes + (classes > 1 ? static_cast<std::size_t>(dataset.y[i]) : 0)] += 1;
  }
  return members;
}

// [part]: its rows, ascending.
std::vector<RowList> dealt(const Members& members, std::span<const double> share, Stream random) {
  const std::vector<std::size_t> part = deal_groups(members.counts, share, random);
  std::vector<RowList> rows(share.size());
  for (std::size_t g = 0; g < part.size(); ++g)
    rows[part[g]].insert(rows[part[g]].end(), members.rows[g].begin(), members.rows[g].end());
  for (RowList& list : rows) std::sort(list.begin(), list.end());
  return rows;
}

std::string groups_text(std::size_t n) { return std::to_string(n) + (n == 1 ? " group" : " groups"); }

// @param test   whether the test part is still to be taken from them
// @param apart  whether it has been
void check_groups(std::size_t groups, bool test, bool apart, const SplitSettings& settings) {
  const bool folds = settings.selected() == SplitSettings::kfold;
  const std::size_t wanted = folds ? static_cast<std::size_t>(settings.folds) : 2, left = groups - (test ? 1 : 0);
  if (groups >= (test ? 1 : 0) + wanted) return;
  const std::string has = quoted(settings.group) + " has " + groups_text(groups) +
                          (test    ? ", one of them to test"
                           : apart ? " besides those of the test part"
                                   : "");
  if (folds)
    refuse_split(
        "folds: " + std::to_string(settings.folds) + ", but " + has,
        (left >= 2 ? "use at most " + std::to_string(left) + " folds" : std::string("collect rows of more groups")) +
            ", or omit group: rows of one group then train and measure",
        "data.split.folds");
  refuse_split("group: " + has + "; training and hold-out part need one each",
               "collect rows of more groups, or omit group: rows of one group then train and measure",
               "data.split.group");
}

}  // namespace

std::vector<std::size_t> deal_groups(const GroupCounts& counts, std::span<const double> share, Stream random) {
  Dealer dealer(counts, share);
  dealer.deal(random);
  return std::move(dealer).parts_of_groups();
}

Split split_by_groups(const Dataset& dataset, const RowList& rows, const SplitSettings& settings, const SplitKeys& keys,
                      Seed seed, std::string_view purpose) {
  const auto n = static_cast<double>(rows.size());
  const bool folds = settings.selected() == SplitSettings::kfold;
  Members members = members_of(dataset, rows, settings, keys);
  check_groups(members.rows.size(), settings.test > 0, false, settings);
  Split split;
  RowList rest = rows;
  if (settings.test > 0) {
    const double share[] = {settings.test, 1 - settings.test};
    std::vector<RowList> parts = dealt(members, share, stream(seed, purpose));
    split.test = std::move(parts[0]), rest = std::move(parts[1]);
    members = members_of(dataset, rest, settings, keys);
    check_groups(members.rows.size(), false, true, settings);
  }
  if (!folds) {
    constexpr double kMost = 0.99;  // the test part may have become too large for the fraction that was asked for
    const double fraction = std::min(kMost, settings.fraction * n / static_cast<double>(rest.size()));
    const double share[] = {fraction, 1 - fraction};
    std::vector<RowList> parts = dealt(members, share, stream(seed, purpose, 1));
    split.folds.push_back({std::move(parts[1]), std::move(parts[0])});
    return split;
  }
  split.repeats = static_cast<std::size_t>(settings.repeats);
  const auto k = static_cast<std::size_t>(settings.folds);
  const std::vector<double> share(k, 1 / static_cast<double>(k));
  for (std::size_t repeat = 0; repeat < split.repeats; ++repeat)
    add_folds(dealt(members, share, stream(seed, purpose, 1, repeat)), split);
  return split;
}

}  // namespace holdout::data
