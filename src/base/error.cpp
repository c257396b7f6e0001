#include <holdout/base/error.hpp>

#include <algorithm>
#include <cstdio>
#include <tuple>

#include <holdout/base/utf8.hpp>

namespace holdout {
namespace {

std::string in_order(const std::vector<Message>& messages) {
  std::string all;
  for (const Message& m : messages) all += (all.empty() ? "" : "\n") + to_string(m);
  return all;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    const std::size_t n = utf8_length(text, i);
    const bool c1_control = n == 2 && c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (n == 0 || c < 0x20 || c == 0x7F || c1_control) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", c);
      out += hex;
      i += 1;
      continue;
    } else
      out += text.substr(i, n);
    i += n;
  }
  return out;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMax = 40;
  if (text.size() <= kMax) return "'" + escaped(text) + "'";
  std::size_t end = kMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return "'" + escaped(text.substr(0, end)) + "…'";
}

std::string to_string(const Message& m) {
  std::string out;
  if (!m.place.file.empty()) {
    out += escaped(m.place.file) + ":";
    if (m.place.line > 0) out += std::to_string(m.place.line) + ":";
    if (m.place.line > 0 && m.place.column > 0) out += std::to_string(m.place.column) + ":";
    out += " ";
  }
  out += "error: " + escaped(m.text);
  if (!m.source.empty() && m.place.column > 0) {
    constexpr std::size_t kWidest = 160;  // a longer line would hide the message
    std::string line = m.source.substr(0, kWidest);
    std::replace(line.begin(), line.end(), '\t', ' ');
    if (static_cast<std::size_t>(m.place.column) <= kWidest)
      out += "\n    " + escaped(line) + "\n    " + std::string(static_cast<std::size_t>(m.place.column) - 1, ' ') + "^";
  }
  if (!m.hint.empty()) out += "\n  " + escaped(m.hint);
  return out;
}

Error::Error(Message message, Fault fault) : Error(std::vector<Message>{std::move(message)}, fault) {}

Error::Error(std::vector<Message> messages, Fault fault)
    : std::runtime_error(in_order(messages)), messages_(std::move(messages)), fault_(fault) {}

Error::Error(std::string text, std::string hint, Fault fault)
    : Error(Message{{}, std::move(text), std::move(hint)}, fault) {}

void Errors::add(const Error& error) {
  messages_.insert(messages_.end(), error.messages().begin(), error.messages().end());
}

void Errors::throw_if_any() const {
  if (messages_.empty()) return;
  std::vector<Message> sorted = messages_;
  const auto place = [](const Message& m) { return std::tie(m.place.file, m.place.line, m.place.column); };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const Message& a, const Message& b) { return place(a) < place(b); });
  throw Error(std::move(sorted));
}

}  // namespace holdout
