#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <holdout/data/load.hpp>

namespace holdout::data {
namespace {

// A power of two near the size of a column's numbers, so that their sums and squares are doubles; 1 where they are
// anyway. Products with powers of two are exact.
double unit_of(double largest) {
  constexpr double kFar = 1e100;
  if (largest == 0 || (largest > 1 / kFar && largest < kFar)) return 1;
  return std::ldexp(1.0, std::clamp(std::ilogb(largest), -1000, 1000));
}

// The values of a feature in rows that count, with their weights; missing ones are left out.
using Weighted = std::vector<std::pair<double, double>>;

// Where half of the weight lies below; between two values where that is between them. As for weights that are numbers
// of equal rows.
double median_of(Weighted& values) {
  std::sort(values.begin(), values.end());
  double all = 0, below = 0;
  for (const auto& [x, w] : values) all += w;
  for (std::size_t i = 0; i < values.size(); ++i) {
    below += values[i].second;
    if (2 * below > all || i + 1 == values.size()) return values[i].first;
    if (2 * below == all) return values[i].first / 2 + values[i + 1].first / 2;
  }
  return 0;
}

// Calls each(feature, its values) for dense features that have any. A few at once: their columns are in memory.
template <class Each>
void for_columns(const Dataset& dataset, const RowList& rows, const std::vector<std::size_t>& features,
                 const Each& each) {
  constexpr std::size_t kMaxValues = std::size_t{4} << 20;
  const std::size_t at_once = std::max<std::size_t>(1, kMaxValues / std::max<std::size_t>(1, rows.size()));
  for (std::size_t first = 0; first < features.size(); first += at_once) {
    const std::size_t count = std::min(at_once, features.size() - first);
    std::vector<Weighted> columns(count);
    DenseRows dense(dataset);
    for (const std::uint32_t i : rows) {
      const double w = dataset.weight(i);
      if (!(w > 0)) continue;
      const std::span<const double> row = dense.row(i);
      for (std::size_t k = 0; k < count; ++k)
        if (const double x = row[features[first + k]]; !std::isnan(x)) columns[k].emplace_back(x, w);
    }
    for (std::size_t k = 0; k < count; ++k)
      if (!columns[k].empty()) each(features[first + k], columns[k]);
  }
}

// Puts the medians of features that are to be filled with them.
void fill_medians(const Dataset& dataset, const RowList& rows, std::vector<double>& fill) {
  std::vector<std::size_t> features;
  for (std::size_t j = 0; j < dataset.median.size(); ++j)
    if (dataset.median[j]) features.push_back(j);
  for_columns(dataset, rows, features, [&](std::size_t j, Weighted& values) { fill[j] = median_of(values); });
}

// Of sorted values: where a share q of them lies below, linear between two, as load.hpp defines it.
double quantile_of(const Weighted& values, double q) {
  double all = 0;
  for (const auto& [x, w] : values) all += w;
  const double first = values.front().second / 2, whole = all - first - values.back().second / 2;
  double below = 0, before = 0;  // S_{k−1}, and the place of the value before
  for (std::size_t k = 0; k < values.size(); ++k) {
    const auto& [x, w] = values[k];
    const double place = below + w / 2 - first;
    if (k > 0 && place >= q * whole) {
      const double low = values[k - 1].first;
      return low + (x - low) * ((q * whole - before) / (place - before));
    }
    below += w, before = place;
  }
  return values.back().first;
}

// @param noise  a distance below that share of the median is rounding
void fit_quartiles(const Dataset& dataset, const RowList& rows, double noise, Scaling& scaling) {
  std::vector<std::size_t> features(dataset.features);
  std::iota(features.begin(), features.end(), std::size_t{0});
  for_columns(dataset, rows, features, [&](std::size_t j, Weighted& values) {
    scaling.mean[j] = median_of(values);  // sorts them
    const double distance = quantile_of(values, 0.75) - quantile_of(values, 0.25);
    if (distance > noise * std::abs(scaling.mean[j])) scaling.scale[j] = distance;
  });
}

}  // namespace

Scaling fit_scaling(const Dataset& dataset, const RowList& rows, Standardize how) {
  // A spread below a few units in the last place of the mean is rounding, and would be blown up to standard
  // deviation 1.
  constexpr double kNoise = 8 * std::numeric_limits<double>::epsilon();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::size_t d = dataset.features;
  std::vector<double> count(d), mean(d), rest(d), square(d), least(d, kInfinity), most(d, -kInfinity), unit(d);
  DenseRows dense(dataset);
  const auto pass = [&](const auto& each) {
    const SparseRows& sparse = dataset.sparse;
    for (const std::uint32_t i : rows) {
      const double w = dataset.weight(i);
      if (!(w > 0)) continue;
      if (dataset.is_sparse()) {
        for (std::size_t k = sparse.start[i]; k < sparse.start[i + 1]; ++k)
          each(sparse.columns[k], sparse.values[k], w);
      } else {
        const std::span<const double> row = dense.row(i);
        for (std::size_t j = 0; j < d; ++j)
          if (!std::isnan(row[j])) each(j, row[j], w);
      }
    }
  };
  // Arrays by pointer: through references to the vectors every number would look them up again.
  pass([count = count.data(), least = least.data(), most = most.data()](std::size_t j, double x, double w) {
    count[j] += w, least[j] = std::min(least[j], x), most[j] = std::max(most[j], x);
  });
  // The zeros that sparse rows do not store.
  std::vector<double> zeros(d);
  double all = 0;
  for (const std::uint32_t i : rows) all += dataset.weight(i);
  for (std::size_t j = 0; j < d && dataset.is_sparse(); ++j) {
    zeros[j] = all - count[j], count[j] += zeros[j];
    if (zeros[j] > 0) least[j] = std::min(least[j], 0.0), most[j] = std::max(most[j], 0.0);
  }
  for (std::size_t j = 0; j < d; ++j) unit[j] = count[j] > 0 ? 1 / unit_of(std::max(-least[j], most[j])) : 1;
  pass([mean = mean.data(), unit = unit.data()](std::size_t j, double x, double w) { mean[j] += w * (x * unit[j]); });
  for (std::size_t j = 0; j < d; ++j) mean[j] = count[j] > 0 ? mean[j] / count[j] : 0;
  // Two passes; the second also takes back what rounding did to the mean (Chan, Golub, LeVeque, 1983, eq. 1.7).
  pass([rest = rest.data(), square = square.data(), mean = mean.data(), unit = unit.data()](std::size_t j, double x,
                                                                                            double w) {
    const double difference = x * unit[j] - mean[j];
    rest[j] += w * difference, square[j] += w * (difference * difference);
  });
  for (std::size_t j = 0; j < d; ++j) rest[j] -= zeros[j] * mean[j], square[j] += zeros[j] * mean[j] * mean[j];
  Scaling scaling{std::vector<double>(d), std::vector<double>(d, 1.0), std::vector<double>(d)};
  for (std::size_t j = 0; j < d; ++j) {
    if (count[j] == 0) continue;
    const double deviation = std::sqrt(std::max(0.0, (square[j] - rest[j] * rest[j] / count[j]) / count[j]));
    const double center = mean[j] + rest[j] / count[j];
    // n equal numbers, added up and divided by n, need not give that number.
    scaling.fill[j] = least[j] == most[j] ? least[j] : center / unit[j];
    if (const double largest = std::max(-least[j], most[j]); how == Standardize::max_abs && largest > 0)
      scaling.scale[j] = largest;
    if (how != Standardize::deviation) continue;
    if (!dataset.is_sparse()) scaling.mean[j] = scaling.fill[j];
    if (least[j] < most[j] && deviation > kNoise * std::abs(center)) scaling.scale[j] = deviation / unit[j];
  }
  fill_medians(dataset, rows, scaling.fill);
  if (how == Standardize::robust && !dataset.is_sparse()) fit_quartiles(dataset, rows, kNoise, scaling);
  return scaling;
}

}  // namespace holdout::data
