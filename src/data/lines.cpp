#include "lines.hpp"

#include <cstring>

#include <holdout/base/error.hpp>

namespace holdout::data {
namespace {

constexpr std::size_t kBuffer = at_once(1 << 20, 16), kLongestLine = 64 << 20;  // some million features

}  // namespace

Lines::Lines(Bytes& bytes) : bytes_(bytes), buffer_(kBuffer, '\0') {
  while (end_ < 3 && fill()) {
  }
  if (end_ >= 3 && std::memcmp(buffer_.data(), "\xef\xbb\xbf", 3) == 0) begin_ = 3;  // byte order mark
}

bool Lines::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_, begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const std::size_t got = bytes_.read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  return got > 0;
}

bool Lines::next(std::string_view& line) {
  std::size_t looked = 0;  // behind begin_
  const char* stop = nullptr;
  while (true) {
    const char* from = buffer_.data() + begin_;
    stop = static_cast<const char*>(std::memchr(from + looked, '\n', end_ - begin_ - looked));
    if (stop) break;
    looked = end_ - begin_;
    if (looked > kLongestLine)
      throw Error(Message{
          {bytes_.mark().path, number_ + 1, 0}, "the line is longer than 64 MiB", "is it a table, with line ends?"});
    if (!fill()) break;
  }
  if (!stop && begin_ == end_) return false;
  const std::size_t length = stop ? static_cast<std::size_t>(stop - (buffer_.data() + begin_)) : end_ - begin_;
  line = std::string_view(buffer_).substr(begin_, length);
  begin_ += length + (stop ? 1 : 0);
  ++number_;
  if (line.find('\0') != line.npos)
    throw Error(Message{
        {bytes_.mark().path, number_, 0}, "a NUL character", "is the file text? UTF-16 must be converted to UTF-8"});
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

}  // namespace holdout::data
