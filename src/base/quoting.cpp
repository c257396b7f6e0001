#include <holdout/base/quoting.hpp>

#include <algorithm>

#include <holdout/base/utf8.hpp>

namespace holdout {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

void append_hex(std::string& out, std::string_view escape, unsigned n, int digits) {
  out += escape;
  for (int i = digits - 1; i >= 0; --i) out += kDigits[(n >> (4 * i)) & 15];
}

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text, i);
    const char c = text[i];
    if (n == 0) {
      out += "\\ufffd", ++i;
      continue;
    }
    const std::string_view character = text.substr(i, n);
    i += n;
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (control(c) || c == '<' || c == '>' || c == '&' || character == "\u2028" || character == "\u2029")
      append_hex(out, "\\u", code_point(character), 4);
    else
      out += character;
  }
  return out + '"';
}

std::string csv_quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=,:@%+-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  if (!std::any_of(word.begin(), word.end(), control)) {
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    return text + "'";
  }
  std::string text = "$'";
  for (const char c : word) {
    if (c == '\'' || c == '\\')
      (text += '\\') += c;
    else if (c == '\n')
      text += "\\n";
    else if (control(c))
      append_hex(text, "\\x", static_cast<unsigned char>(c), 2);
    else
      text += c;
  }
  return text + "'";
}

}  // namespace holdout
