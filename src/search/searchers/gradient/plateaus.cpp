#include "plateaus.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace holdout::search {

std::vector<Plateau> plateaus_below(std::span<const double> x, std::span<const double> values, double below) {
  constexpr double kEqual = 1e-12;  // relative: sums of the same shares, in another order
  std::vector<Plateau> all;
  for (std::size_t first = 0; first < x.size();) {
    std::size_t last = first;  // of the run
    const auto equal = [&](double v) { return std::abs(v - values[first]) <= kEqual * std::abs(values[first]); };
    while (last + 1 < x.size() && equal(values[last + 1])) ++last;
    const bool falls = first == 0 || values[first - 1] > values[first],
               rises = last + 1 == x.size() || values[last + 1] > values[first];
    if (falls && rises && values[first] < below)
      all.push_back({(x[first] + x[last]) / 2, values[first], x[last] - x[first]});
    first = last + 1;
  }
  std::stable_sort(all.begin(), all.end(), [](const Plateau& a, const Plateau& b) {
    return a.value != b.value ? a.value < b.value : a.width > b.width;
  });
  return all;
}

}  // namespace holdout::search
