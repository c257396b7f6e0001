// What a split follows from besides the classes: the group of each row, or its place in time, from columns of the data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <holdout/data/settings.hpp>

#include "split.hpp"
#include "table.hpp"

namespace holdout::data {

/// The columns of the data file that the split names, and that are no features because of it: split column, group or
/// order.
std::vector<std::string> split_columns(const SplitSettings& settings);

/// How the columns for groups and order are to be read: as words, whatever their cells look like, and all of them. What
/// is also a feature stays what it is for it.
/// @param options  gets what the settings ask for
/// @throws Error if one of them is the target
void read_keys(const DataSettings& settings, TableOptions& options);

/// A column for groups or order, for all rows of its table.
class KeyColumn {
 public:
  KeyColumn() = default;
  /// @throws Error if the table has no such column, or, for an order, with the line of a cell that is neither number
  /// nor date
  static KeyColumn groups(const Table& table, const DataSettings& settings);
  static KeyColumn order(const Table& table, const DataSettings& settings);

  /// The keys of the rows that are kept. @param kept  [row of the dataset]: its row in the table
  /// @throws Error with the lines of kept rows that have no value
  void take(const std::vector<std::uint32_t>& kept, SplitKeys& keys) const;

 private:
  bool is_group_ = false, dates_ = false;
  std::string name_, file_;
  std::vector<double> values_;        // [row of the table]; NaN: missing
  std::vector<std::uint32_t> lines_;  // [row of the table]
};

}  // namespace holdout::data
