#include "rows_fit.hpp"

#include <string>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/number.hpp>

namespace holdout::data {

void check_rows_fit(const Table& table, std::size_t features, double memory) {
  const std::size_t rows = table.rows();
  const double bytes = static_cast<double>(rows) * static_cast<double>(features) * sizeof(double);
  constexpr double kCopies = 2.5, kGigabyte = 1e9;  // as read, standardized for training, and room to work
  if (kCopies * bytes > memory)
    throw Error(Message{{table.file, 0, 0},
                        std::to_string(rows) + " rows of " + std::to_string(features) + " features need about " +
                            to_text(kCopies * bytes / kGigabyte, 3) + " GB; the machine has " +
                            to_text(memory / kGigabyte, 3) + in_brackets(memory_limits()),
                        "use fewer rows, or fewer columns: data.features"});
}

}  // namespace holdout::data
