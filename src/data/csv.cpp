#include "csv.hpp"

#include <algorithm>
#include <cstring>

#include <holdout/base/error.hpp>

#include "cell.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kBuffer = at_once(1 << 20, 16);
constexpr std::size_t kLongestCell = 1 << 20, kLongestLine = 16 << 20;  // beyond, it is no table

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

CsvCells::CsvCells(Bytes& bytes, char delimiter, bool windows_1252)
    : bytes_(bytes), delimiter_(delimiter), windows_1252_(windows_1252), buffer_(kBuffer, '\0') {
  for (std::size_t c = 0; c < 0x20; ++c) stops_[c] = c != '\t';
  stops_[0x7f] = stops_['"'] = stops_[static_cast<unsigned char>(delimiter)] = true;
  while (end_ < 3 && fill()) {
  }
  if (end_ >= 3 && std::memcmp(buffer_.data(), "\xef\xbb\xbf", 3) == 0) begin_ = 3;  // byte order mark
  if (end_ >= 2 && (std::memcmp(buffer_.data(), "\xff\xfe", 2) == 0 || std::memcmp(buffer_.data(), "\xfe\xff", 2) == 0))
    fail("the file is UTF-16", "save it as UTF-8");
  take_separator();
}

// "sep=;", perhaps with the delimiters of the other columns behind it. Reads no further than the line can be one.
void CsvCells::take_separator() {
  const auto at = [&](std::size_t i) {
    while (begin_ + i >= end_ && fill()) {
    }
    return begin_ + i < end_ ? buffer_[begin_ + i] : '\0';
  };
  const auto ends = [](char c) { return c == '\n' || c == '\r' || c == '\0'; };
  const bool quote = at(0) == '"';
  std::size_t i = quote ? 1 : 0;
  for (const char c : std::string_view("sep="))
    if ((at(i++) | 32) != (c | 32)) return;
  const char named = at(i++);
  if (ends(named) || (quote && at(i++) != '"')) return;
  while (at(i) == named) ++i;
  if (!ends(at(i))) return;
  separator_ = named;
  begin_ += i;
  if (begin_ < end_) end_record();
}

void CsvCells::fail(const std::string& what, const std::string& hint) const {
  throw Error(Message{{bytes_.mark().path, line_, 0}, what, hint});
}

bool CsvCells::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_, begin_ = 0;
  }
  if (end_ == buffer_.size()) {
    if (end_ > kLongestCell)
      fail("a cell is longer than 1 MiB: " + holdout::quoted(std::string_view(buffer_).substr(0, 60)),
           "is a quote not closed?");
    buffer_.resize(2 * buffer_.size());
  }
  const std::size_t got = bytes_.read(buffer_.data() + end_, buffer_.size() - end_);
  end_ += got;
  return got > 0;
}

bool CsvCells::next(Cell& cell) {
  while (true) {
    if (begin_ == end_ && !fill()) {
      if (at_record_) return false;
      cell = {{}, true};  // the file ends behind a delimiter
      at_record_ = true;
      return true;
    }
    if (skip_line_feed_) {
      skip_line_feed_ = false;
      if (buffer_[begin_] == '\n') {
        ++begin_;
        continue;
      }
    }
    if (at_record_) record_bytes_ = 0;
    cell_line_ = line_;
    const bool first = at_record_;
    while (buffer_[begin_] == ' ' && (begin_ + 1 < end_ || fill())) ++begin_;
    cell.text = buffer_[begin_] == '"' ? quoted_cell() : plain_cell();
    record_bytes_ += cell.text.size() + 1;
    if (record_bytes_ > kLongestLine) fail("the line is longer than 16 MiB", "is it a table, with line ends?");
    const bool was_quoted = cell.text.data() == unquoted_.data();
    cell.last = at_record_ = end_record();
    if (windows_1252_ && std::any_of(cell.text.begin(), cell.text.end(), [](unsigned char c) { return c >= 0x80; })) {
      converted_ = from_windows_1252(cell.text);
      cell.text = converted_;
    }
    if (!(first && cell.last && cell.text.empty() && !was_quoted)) return true;
  }
}

// Leaves begin_ on what ended the cell; end_record passes it. The text stays where it is: nothing is moved before the
// next call.
std::string_view CsvCells::plain_cell() {
  std::size_t length = 0;
  while (true) {
    const char* from = buffer_.data() + begin_;
    const std::size_t available = end_ - begin_;
    while (length < available && !stops_[static_cast<unsigned char>(from[length])]) ++length;
    if (length < available || !fill()) break;
  }
  const std::string_view text(buffer_.data() + begin_, length);
  if (length > kLongestCell) fail("a cell is longer than 1 MiB: " + holdout::quoted(text), "is a quote not closed?");
  begin_ += length;
  if (begin_ < end_) {
    const char c = buffer_[begin_];
    if (c == '"')
      fail("a quote inside a cell that does not begin with one: " + holdout::quoted(text),
           "write \"\" for a quote, and quote the whole cell");
    if (c == '\0')
      fail("a NUL character behind " + holdout::quoted(text), "is the file text? UTF-16 must be converted to UTF-8");
    if (c != delimiter_ && c != '\n' && c != '\r')
      fail("a control character behind " + holdout::quoted(text), "remove it");
  }
  return trimmed(text);
}

std::string_view CsvCells::quoted_cell() {
  unquoted_.clear();
  ++begin_;
  bool after_return = false;
  while (true) {
    if (begin_ == end_ && !fill())
      throw Error(Message{{bytes_.mark().path, cell_line_, 0},
                          "a quote opened here is never closed: " + holdout::quoted(unquoted_)});
    const char c = buffer_[begin_++];
    if (c == '"') {
      if (begin_ == end_) fill();
      if (begin_ == end_ || buffer_[begin_] != '"') break;
      ++begin_;
    } else if (c == '\n') {
      line_ += !after_return;  // CR LF is one line end
    } else if (c == '\r') {
      ++line_;
    } else if (c == '\0') {
      fail("a NUL character inside quotes", "is the file text? UTF-16 must be converted to UTF-8");
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
      fail("a control character inside quotes, behind " + holdout::quoted(unquoted_), "remove it");
    }
    after_return = c == '\r';
    unquoted_ += c;
    if (unquoted_.size() > kLongestCell)
      throw Error(Message{
          {bytes_.mark().path, cell_line_, 0}, "a quoted cell is longer than 1 MiB", "is the quote not closed?"});
  }
  while ((begin_ < end_ || fill()) && buffer_[begin_] == ' ') ++begin_;
  if (begin_ < end_ && buffer_[begin_] != delimiter_ && buffer_[begin_] != '\n' && buffer_[begin_] != '\r')
    fail("text behind the closing quote of " + holdout::quoted(unquoted_), "write \"\" for a quote inside quotes");
  return unquoted_;
}

bool CsvCells::end_record() {
  if (begin_ == end_) return true;  // plain_cell and quoted_cell have tried to fill: the file ends here
  const char c = buffer_[begin_++];
  if (c == delimiter_) return false;
  ++line_;
  // CR LF is one line end. The cell's text is still in the buffer: peek, and fill only if the text is not there.
  if (c == '\r') {
    if (begin_ == end_)
      skip_line_feed_ = true;
    else if (buffer_[begin_] == '\n')
      ++begin_;
  }
  return true;
}

}  // namespace holdout::data
