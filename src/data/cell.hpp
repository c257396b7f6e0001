// What the text of a cell is: a number, a missing value, a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <holdout/data/cell_format.hpp>

namespace holdout::data {

enum class Kind { number, infinite, missing, word };

/// As to_real, but for speed without the detour through optional. Infinite: beyond 1e300, or spelled inf; too small is
/// 0. Never missing: that is a table's matter.
Kind kind_of(std::string_view text, double& x);

/// Whether a text is one of the usual words for a missing value, or empty.
bool is_missing(std::string_view text);

/// Reads the cells of one file.
class CellReader {
 public:
  explicit CellReader(const CellFormat& format);

  /// @param x  set where the cell is a number
  Kind kind_of(std::string_view text, double& x) const;

 private:
  bool plain(std::string_view text, std::string& number) const;

  std::vector<std::string> missing_;    // words, sorted
  std::vector<double> missing_number_;  // those that are numbers
  char decimal_, thousands_;            // 0: no mark of thousands
};

/// Words end up in reports, which are UTF-8.
bool is_utf8(std::string_view text);
/// Windows-1252 to UTF-8. The five bytes that mean nothing there stay as they are, and are no UTF-8.
std::string from_windows_1252(std::string_view text);
/// What to do about a text that is not UTF-8, in a libsvm file and in a CSV file.
inline constexpr const char* kToUtf8 = "convert the file: iconv -f cp1252 -t utf-8";
inline constexpr const char* kNameEncoding =
    "if a Windows program saved the file: encoding: windows-1252 below data:; or convert the file: iconv -f cp1252 -t "
    "utf-8";

}  // namespace holdout::data
