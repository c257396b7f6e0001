#include "levels.hpp"

#include <algorithm>
#include <numeric>

namespace holdout::data {

std::optional<double> number_in(const std::string& level, const CellReader& reader) {
  double x = 0;
  return reader.kind_of(level, x) == Kind::number ? std::optional(x) : std::nullopt;
}

bool all_numbers(const std::vector<std::string>& levels, const CellReader& reader) {
  return std::all_of(levels.begin(), levels.end(), [&](const auto& l) { return number_in(l, reader).has_value(); });
}

std::vector<std::uint32_t> sorted_levels(const std::vector<std::string>& levels, const CellReader& reader) {
  std::vector<std::uint32_t> order(levels.size());
  std::iota(order.begin(), order.end(), 0u);
  const bool numbers = all_numbers(levels, reader);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (!numbers) return levels[a] < levels[b];
    const double x = *number_in(levels[a], reader), y = *number_in(levels[b], reader);
    return x != y ? x < y : levels[a] < levels[b];
  });
  return order;
}

}  // namespace holdout::data
