// Lines of a text file, one after another; they end with LF, CR LF or the file.
#pragma once

#include <string>
#include <string_view>

#include "bytes.hpp"

namespace holdout::data {

/// Memory is bounded by the longest line, not by the file.
class Lines {
 public:
  explicit Lines(Bytes& bytes);

  /// The next line, without its end; valid until the next call. False at the end of the file.
  /// @throws Error with the line, if it is too long or has a NUL character
  bool next(std::string_view& line);
  /// Whether bytes wait that were read already: else next() may have to wait for a pipe.
  bool buffered() const { return begin_ < end_; }
  /// Of the line that was handed out last, from 1.
  int number() const { return number_; }

 private:
  bool fill();

  Bytes& bytes_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is not yet handed out
  int number_ = 0;
};

}  // namespace holdout::data
