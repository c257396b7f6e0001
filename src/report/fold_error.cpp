#include "fold_error.hpp"

#include <cmath>

namespace holdout::report {

std::optional<double> fold_error(std::span<const double> values, std::size_t repeats) {
  if (repeats == 0 || values.size() % repeats != 0 || values.size() / repeats < 2) return {};
  const std::size_t folds = values.size() / repeats;
  const double k = static_cast<double>(folds);
  double sum = 0;
  for (std::size_t first = 0; first < values.size(); first += folds) {
    double mean = 0, squares = 0;
    for (const double v : values.subspan(first, folds)) mean += v / k;
    for (const double v : values.subspan(first, folds)) squares += (v - mean) * (v - mean);
    sum += squares / (k - 1) / k;
  }
  const double error = std::sqrt(sum / static_cast<double>(repeats));
  return std::isfinite(error) ? std::optional(error) : std::nullopt;
}

}  // namespace holdout::report
