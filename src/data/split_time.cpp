#include "split_time.hpp"

#include <algorithm>
#include <numeric>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "split_parts.hpp"

namespace holdout::data {
namespace {

constexpr double kSecondsOfDay = 86400;

// Rows in the order of time, cut where time goes on.
class Timeline {
 public:
  Timeline(const RowList& rows, const SplitSettings& settings, const SplitKeys& keys)
      : settings_(settings), rows_(rows) {
    if (!keys.order.empty())
      std::stable_sort(rows_.begin(), rows_.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return keys.order[a] < keys.order[b]; });
    for (std::size_t p = 0; p < rows_.size(); ++p) {
      times_.push_back(keys.order.empty() ? static_cast<double>(p) : keys.order[rows_[p]]);
      if (p == 0 || times_[p] != times_[p - 1]) starts_.push_back(p);
    }
    const bool days = settings.gap_unit == "order" && keys.dates;
    gap_ = static_cast<double>(settings.gap) * (days ? kSecondsOfDay : 1);
  }

  std::size_t rows() const { return rows_.size(); }
  /// Different times.
  std::size_t times() const { return starts_.size(); }
  /// The time that begins nearest to position p, of two as near the earlier, but none before `least` or behind `most`.
  std::size_t time_near(std::size_t p, std::size_t least, std::size_t most) const {
    const auto next = std::lower_bound(starts_.begin(), starts_.end(), p);
    auto t = static_cast<std::size_t>(next - starts_.begin());
    if (t > 0 && (next == starts_.end() || p - starts_[t - 1] <= *next - p)) --t;
    if (next != starts_.end() && *next == p) t = static_cast<std::size_t>(next - starts_.begin());
    return std::clamp(t, least, most);
  }
  std::size_t start(std::size_t time) const { return starts_[time]; }
  /// Where the rows that may train end if the part that begins here is measured.
  std::size_t train_end(std::size_t part) const {
    if (settings_.gap_unit == "rows") return part - std::min(part, static_cast<std::size_t>(settings_.gap));
    const auto end =
        std::lower_bound(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(part), times_[part] - gap_);
    return static_cast<std::size_t>(end - times_.begin());
  }
  /// Of the dataset, ascending.
  RowList between(std::size_t begin, std::size_t end) const {
    RowList some(rows_.begin() + static_cast<std::ptrdiff_t>(begin), rows_.begin() + static_cast<std::ptrdiff_t>(end));
    std::sort(some.begin(), some.end());
    return some;
  }

 private:
  const SplitSettings& settings_;
  RowList rows_;
  std::vector<double> times_;        // [position]
  std::vector<std::size_t> starts_;  // [time]: position of its first row
  double gap_;                       // in the unit of times_
};

void check_times(const Timeline& line, const SplitSettings& settings) {
  const std::size_t folds = static_cast<std::size_t>(settings.folds), parts = folds + 1 + (settings.test > 0 ? 1 : 0);
  if (line.times() >= parts) return;
  const std::size_t most = line.times() > parts - folds ? line.times() - (parts - folds) : 0;
  const std::string what = settings.order.empty()
                               ? rows_text(line.times())
                               : quoted(settings.order) + " has " + std::to_string(line.times()) + " different values";
  refuse_split("folds: " + std::to_string(folds) + " by time" + (settings.test > 0 ? " and a test part" : "") +
                   " need " + std::to_string(parts) + " different times, but " + what,
               most > 0 ? "use at most " + std::to_string(most) + (most == 1 ? " fold" : " folds")
                        : std::string("rows of one time cannot be split: name another order, or use method: kfold"),
               "data.split.folds");
}

// [fold]: the position where its part begins; then where the last one ends.
std::vector<std::size_t> cuts(const Timeline& line, const SplitSettings& settings) {
  const std::size_t folds = static_cast<std::size_t>(settings.folds), n = line.rows();
  std::size_t end_time = line.times(), end = n;
  if (settings.test > 0) {
    end_time = line.time_near(n - share_of(settings.test, n), folds + 1, line.times() - 1);
    end = line.start(end_time);
  }
  const std::size_t size = end / (folds + 1);
  std::vector<std::size_t> cuts;
  std::size_t last = 0;  // time
  for (std::size_t k = 0; k < folds; ++k) {
    last = line.time_near(end - (folds - k) * size, last + 1, end_time - (folds - k));
    cuts.push_back(line.start(last));
  }
  cuts.push_back(end);
  return cuts;
}

}  // namespace

Split split_by_time(const RowList& rows, const SplitSettings& settings, const SplitKeys& keys) {
  const Timeline line(rows, settings, keys);
  check_times(line, settings);
  const std::vector<std::size_t> begin = cuts(line, settings);
  const std::size_t width = line.train_end(begin[0]), end = begin.back();
  const std::string unit =
      settings.gap_unit == "rows" || settings.order.empty() ? "rows" : "in the unit of " + quoted(settings.order);
  if (width == 0)
    refuse_split("gap: " + std::to_string(settings.gap) + " " + unit +
                     " leaves no training row in front of the first " + "part that is measured, which begins behind " +
                     rows_text(begin[0]),
                 settings.gap_unit == "rows" && !settings.order.empty()
                     ? "use a smaller gap or fewer folds; or gap_unit: order if it is counted as " +
                           quoted(settings.order) + " is, dates in days"
                     : "use a smaller gap, or fewer folds",
                 "data.split.gap");
  const auto window = [&](std::size_t last) {
    return line.between(settings.window == "sliding" && last > width ? last - width : 0, last);
  };
  Split split;
  for (std::size_t k = 0; k + 1 < begin.size(); ++k)
    split.folds.push_back({window(line.train_end(begin[k])), line.between(begin[k], begin[k + 1])});
  if (end < line.rows()) split.test = line.between(end, line.rows());
  split.refit = window(end < line.rows() ? line.train_end(end) : end);
  return split;
}

}  // namespace holdout::data
