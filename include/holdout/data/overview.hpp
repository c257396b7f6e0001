// What is in a data file, before anybody has said what to do with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <holdout/data/load.hpp>

namespace holdout::data {

struct ColumnOverview {
  enum class Kind {
    numbers,
    words,
    mixed,    // numbers and words, or numbers with units: `odd` is the first cell that is not of the column's kind
    missing,  // no cell has a value
  };
  std::string name;
  Kind kind = Kind::numbers;
  std::size_t missing = 0;                                  // cells
  double least = 0, most = 0;                               // of numbers
  bool whole = false;                                       // all numbers are whole
  bool dates = false;                                       // all words are dates or times as ISO 8601 has them
  std::vector<std::pair<std::string, std::size_t>> values;  // different ones and how often; empty if they are many
  std::size_t different = 0;                                // how many; at least so many where `values` is empty
  std::optional<std::pair<int, std::string>> odd;           // line and cell
};

struct Overview {
  FileFormat format = FileFormat::csv;
  std::string delimiter = ",";  // of a CSV file: "," ";" or tab, whichever splits the header into most
  CellFormat cells;             // of a CSV file: the one with which most columns can be read
  std::size_t rows = 0;
  std::vector<ColumnOverview> columns;     // libsvm: one, the label
  std::size_t features = 0, nonzeros = 0;  // libsvm
};

/// Different values of a column that are counted.
inline constexpr std::size_t kCountedValues = 1000;

/// Reads the whole file, CSV files more than once where their cells are written in another way than programs do.
/// @param target  name of a column, if it is known: a first line of numbers that has it is a header
/// @throws Error with the lines of all that cannot be read
Overview overview(const std::string& path, const std::string& target = {});

}  // namespace holdout::data
