// A table as read: columns of numbers or of text, nothing left out yet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <holdout/data/dataset.hpp>

#include "bytes.hpp"

namespace holdout::data {

/// Where a column surprises: shown only if the column is used.
struct Surprise {
  int line = 0;
  std::string cell;
  bool infinite = false;
};

/// Which cells of a column are numbers, and which are not. Whether it is a column of numbers is decided by most of
/// them, once all have been read: not by those that come first.
struct CellCounts {
  std::size_t numbers = 0, infinite = 0, words = 0;
  std::size_t odd_numbers = 0;  // of the words: 28.8 kg, 12%, 1 000 (odd_number.hpp)
};

struct Column {
  std::string name;
  bool text = false;                                        // cells are indices of `levels`
  std::vector<std::string> levels;                          // in the order of appearance
  std::map<std::string, std::uint32_t, std::less<>> index;  // of the levels
  bool too_many = false;                                    // more levels than were kept
  std::size_t missing = 0;                                  // cells
  std::map<std::string, std::size_t> missing_words;         // how many of those cells have which text
  CellCounts counts;                                        // of columns that are not declared as text
  std::optional<Surprise> first_missing, first_odd;         // odd: not of the kind that most cells are of
};

struct Table {
  std::string file;  // as messages call it
  std::vector<Column> columns;
  RowStore cells;                      // NaN: missing or odd
  std::vector<std::uint32_t> lines;    // [row]: its line in the file
  SparseRows sparse;                   // of a sparse file: its features; the one column is the label
  std::vector<std::uint32_t> indices;  // of a sparse file: [feature]: its index in the file, ascending
  std::vector<std::string> notices;    // what the user should know of the file

  std::size_t rows() const { return cells.rows(); }
  std::vector<double> column(std::size_t j) const;
  /// The first line where column `j`, of text, has this level.
  int line_of(std::size_t j, std::uint32_t level) const;
  std::optional<std::size_t> find(std::string_view name) const;
  std::vector<std::string> names() const;
};

/// Bytes that this machine has, or that this process may have of them.
double physical_memory();

/// "did you mean 'x'?", or the first columns there are.
std::string near_names(std::string_view name, const std::vector<std::string>& names);

/// How a file is read.
struct TableOptions {
  char delimiter = ',';
  std::vector<std::string> as_text;   // columns whose numbers are words
  std::string setting;                // that names the file
  double memory = physical_memory();  // bytes; a table that needs more of it is refused while it is read
  Spill spill = {};
  CellFormat cells = {};
  std::vector<std::string> named = {};  // columns that the study names: a first line that has one is a header
  std::vector<std::string> keys = {};   // columns of text of which all levels are kept, however many
  // The column of parts, where -1 is a fold number whatever stands for missing values elsewhere: the usual words alone
  // are missing cells. Empty: none.
  std::string parts = {};
};

/// @param path  to open; `name` is how messages call it
/// @param mark  is filled with what the file was
/// @throws Error with the lines of all that is wrong (at most 20)
Table read_table(const std::string& path, const std::string& name, const TableOptions& options, FileMark& mark);

}  // namespace holdout::data
