#include <cmath>
#include <limits>

#include <holdout/data/load.hpp>

namespace holdout::data {

Scaling fit_scaling(const Dataset& dataset, const RowList& rows, bool standardize) {
  // A spread below a few units in the last place of the mean is rounding, and would be blown up to standard deviation 1.
  constexpr double kNoise = 8 * std::numeric_limits<double>::epsilon();
  const std::size_t d = dataset.features;
  std::vector<double> count(d), mean(d), rest(d), square(d);
  const auto pass = [&](const auto& each) {
    for (const std::uint32_t i : rows)
      for (std::size_t j = 0; j < d; ++j)
        if (const double x = dataset.x[i * d + j]; !std::isnan(x)) each(j, x);
  };
  pass([&](std::size_t j, double x) { ++count[j], mean[j] += x; });
  for (std::size_t j = 0; j < d; ++j) mean[j] = count[j] > 0 ? mean[j] / count[j] : 0;
  // Two passes; the second also takes back what rounding did to the mean (Chan, Golub, LeVeque, 1983, eq. 1.7).
  pass([&](std::size_t j, double x) { rest[j] += x - mean[j], square[j] += (x - mean[j]) * (x - mean[j]); });
  Scaling scaling{std::vector<double>(d), std::vector<double>(d, 1.0), mean};
  if (!standardize) return scaling;
  for (std::size_t j = 0; j < d; ++j) {
    if (count[j] == 0) continue;
    const double variance = (square[j] - rest[j] * rest[j] / count[j]) / count[j];
    const double deviation = std::sqrt(variance > 0 ? variance : 0);
    scaling.mean[j] = mean[j] + rest[j] / count[j];
    if (deviation > kNoise * std::abs(mean[j])) scaling.scale[j] = deviation;
  }
  return scaling;
}

}  // namespace holdout::data
