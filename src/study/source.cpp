#include "source.hpp"

#include <utility>

#include <holdout/base/files.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/utf8.hpp>

namespace holdout::study::yaml {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

std::string hex(unsigned char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {'0', 'x', kDigits[c >> 4], kDigits[c & 15]};
}

// What is wrong with the character at text[i], or nothing.
std::string complaint(std::string_view text, std::size_t i, std::size_t length) {
  const unsigned char c = static_cast<unsigned char>(text[i]);
  if (length == 0) return "byte " + hex(c) + " is not UTF-8";
  if (c == 0) return "a NUL byte";
  if (c == '\r') return "a carriage return without a line feed";
  if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F) return "control character " + hex(c);
  if (length == 2 && c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0)
    return "control character " + hex(static_cast<unsigned char>(text[i + 1]));
  return {};
}

void split(Source& source) {
  std::size_t begin = 0;
  for (std::size_t end; (end = source.text.find('\n', begin)) != std::string::npos; begin = end + 1)
    source.lines.push_back(source.text.substr(begin, end - begin));
  source.lines.push_back(source.text.substr(begin));
}

Source make_source(std::string name, bool file, std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  Source source{std::move(name), file, {}, {}};
  source.text.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!(text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n')) source.text += text[i];
  split(source);
  for (std::size_t i = 0; i < source.text.size();) {
    const std::size_t length = utf8_length(source.text, i);
    if (const std::string what = complaint(source.text, i, length); !what.empty())
      throw Error(message_at(mark_at(source, i), what, length == 0 ? "save the file as UTF-8" : "delete it"));
    i += length;
  }
  return source;
}

[[noreturn]] void unreadable(const std::string& file, const std::string& why, Fault fault = Fault::input) {
  const std::string full = absolute_path(file);
  throw Error({{file}, why, full == file ? "" : "looked for " + escaped(full)}, fault);
}

}  // namespace

Mark mark_at(const Source& source, std::size_t offset) {
  offset = std::min(offset, source.text.size());
  const std::string_view before(source.text.data(), offset);
  Mark mark{&source, 1, 1};
  for (const char c : before) mark.line += c == '\n';
  const std::size_t line = before.rfind('\n');
  for (std::size_t i = line == std::string_view::npos ? 0 : line + 1; i < offset; ++i)
    mark.column += (static_cast<unsigned char>(before[i]) & 0xC0) != 0x80;
  return mark;
}

std::string shown_line(const std::vector<std::string>& lines, int line) {
  // A line of a megabyte with thousands of mistakes would else be copied for each of them.
  constexpr std::size_t kWidest = 200;  // more than a message shows
  if (line < 1 || static_cast<std::size_t>(line) > lines.size()) return {};
  return lines[static_cast<std::size_t>(line) - 1].substr(0, kWidest);
}

Message message_at(const Mark& mark, const std::string& text, const std::string& hint) {
  if (!mark.source) return {{}, text, hint};
  if (!mark.source->file) return {{}, escaped(mark.source->name) + ": " + text, hint};
  Message message{{mark.source->name, mark.line, mark.column}, text, hint};
  message.source = shown_line(mark.source->lines, mark.line);
  return message;
}

Place place_of(const Mark& mark) {
  if (!mark.source) return {};
  return mark.source->file ? Place{mark.source->name, mark.line, mark.column} : Place{mark.source->name, 0, 0};
}

Source read_source(const std::string& file) {
  const Input input = open_input(file);
  if (!input.problem.empty()) unreadable(file, input.problem);
  std::string text;
  if (const int problem = read_up_to(input.file, kMaxBytes + 1, text); problem != 0)
    unreadable(file, "cannot be read: " + system_words(problem), Fault::failure);
  if (text.size() > kMaxBytes) unreadable(file, "is larger than 1 MiB: no study");
  return make_source(file, true, std::move(text));
}

Source text_source(std::string name, std::string text) { return make_source(std::move(name), true, std::move(text)); }

Source override_source(const std::string& option, std::string_view value) {
  constexpr std::size_t kWidest = 120;  // of an option in front of a message
  std::string name = option.substr(0, kWidest);
  if (option.size() > kWidest) name += "...";
  if (value.size() > kMaxBytes) throw Error(escaped(name) + ": the value is larger than 1 MiB");
  return make_source(name, false, std::string(value));
}

std::size_t closing_quote(std::string_view text, std::size_t offset) {
  const char quote = text[offset];
  for (std::size_t i = offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\')
      ++i;
    else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return i;
      ++i;  // '' inside single quotes is one quote
    }
  }
  return std::string_view::npos;
}

std::size_t closing_bracket(std::string_view text, std::size_t offset) {
  int depth = 0;
  for (std::size_t i = offset; i < text.size(); ++i) {
    const char c = text[i], before = i > 0 ? text[i - 1] : '\n';
    const bool starts =
        before == ' ' || before == '\n' || before == '[' || before == '{' || before == ',' || before == ':';
    if ((c == '"' || c == '\'') && starts) {
      i = closing_quote(text, i);
      if (i == std::string_view::npos) return i;
    } else if (c == '#' && (before == ' ' || before == '\n')) {
      i = std::min(text.find('\n', i), text.size());
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace holdout::study::yaml
