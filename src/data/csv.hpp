// Cells of a CSV file, one after another (RFC 4180; also CR alone as line end, and spaces around cells).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "bytes.hpp"

namespace holdout::data {

struct Cell {
  std::string_view text;  // without quotes and surrounding spaces; valid until the next cell is asked for
  bool last = false;      // of its record
};

/// Memory is bounded by the longest cell, not by the file.
class CsvCells {
 public:
  /// @param windows_1252  the file is in that encoding; cells come out as UTF-8
  CsvCells(Bytes& bytes, char delimiter, bool windows_1252 = false);

  /// The next cell; false at the end of the file. Blank lines are passed over.
  /// @throws Error with the line, if quotes are not closed, a cell or line is too long, or has a control character
  bool next(Cell& cell);
  /// Whether bytes wait that were read already: else next() may have to wait for a pipe.
  bool buffered() const { return begin_ < end_; }
  /// What a first line sep=; names, as spreadsheets write it in front of the header; it is passed over. 0: there is
  /// none.
  char separator() const { return separator_; }
  /// The line of the cell that was handed out last, from 1.
  int line() const { return cell_line_; }

 private:
  bool fill();                     // more bytes behind end_; false at the end of the file
  std::string_view quoted_cell();  // begin_ stands on the opening quote
  std::string_view plain_cell();
  void take_separator();
  bool end_record();  // passes a delimiter or a line end: true if the record ends here
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const;

  Bytes& bytes_;
  char delimiter_, separator_ = '\0';
  bool windows_1252_;
  std::array<bool, 256> stops_{};  // where a plain cell may end, and what it may not hold
  std::string buffer_, unquoted_, converted_;
  std::size_t begin_ = 0, end_ = 0;  // of what is not yet consumed
  std::size_t record_bytes_ = 0;
  bool at_record_ = true;        // the next cell is the first of its record
  bool skip_line_feed_ = false;  // the buffer ended between CR and LF
  int line_ = 1, cell_line_ = 1;
};

}  // namespace holdout::data
