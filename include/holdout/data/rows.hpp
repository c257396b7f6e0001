// Rows of a file for a model that is trained already: read in blocks, so that memory is bounded by the width of the
// rows and not by their number, and matched with the model's columns by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/data/load.hpp>

namespace holdout::data {

/// What a model takes from a file.
struct RowFormat {
  bool sparse = false;                // a libsvm file
  std::string delimiter = ",";        // of a CSV file: "," ";" or tab
  std::vector<InputColumn> columns;   // CSV; others that the file has are passed over. Missing cells that are filled
                                      // are handed through as NaN
  std::vector<std::string> features;  // libsvm: indices; others that the file has are passed over and
                                      // noted; a row that has only others is odd
  std::vector<std::string> keep;      // CSV: columns whose cells are handed through as text
  CellFormat cells = {};              // CSV
  std::vector<std::string> classes = {};  // libsvm: labels that are no numbers
  bool ignore_unseen = false;  // CSV: words that are no level of their column are none, and noted; else they are odd
};

/// Some rows. Those that are odd have zeros in place of features.
struct RowBlock {
  Dataset rows;                   // features and rows; no targets, all 0
  std::vector<char> good;         // [row]: no cell of it is odd
  std::vector<std::string> kept;  // [row][column to keep]
};

class RowReader {
 public:
  virtual ~RowReader() = default;

  /// The next rows, at least one: as many as fit a block, or have arrived in a pipe. False at the end.
  /// @throws Error where the file cannot be read on: an unclosed quote, a cut gzip file
  virtual bool next(RowBlock& block) = 0;
  /// What was odd so far, with lines: the first 20.
  const Errors& odd() const { return odd_; }
  /// What the user should know of the rows so far: what the model does not know in them, and passes over.
  virtual std::vector<std::string> notes() const { return {}; }
  /// How many rows were odd so far.
  std::size_t odd_rows() const { return odd_rows_; }

 protected:
  void add(Message message);
  std::size_t odd_rows_ = 0;

 private:
  Errors odd_;
};

/// Opens a file, plain or gzip-compressed, or a pipe, and reads a CSV file's header.
/// @param path  "-": standard input
/// @throws Error with every column that is missing, or why the file cannot be read
std::unique_ptr<RowReader> open_rows(const std::string& path, const RowFormat& format);

}  // namespace holdout::data
