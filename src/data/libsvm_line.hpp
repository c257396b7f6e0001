// What a line of a libsvm file is cut into.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace holdout::data {

/// Cuts the next token off the line; empty at its end.
inline std::string_view next_token(std::string_view& line) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  std::size_t length = 0;
  while (length < line.size() && !is_blank(line[length])) ++length;
  const std::string_view token = line.substr(0, length);
  line.remove_prefix(length);
  return token;
}

inline std::string_view without_comment(std::string_view line) { return line.substr(0, line.find('#')); }

inline bool whole_number(std::string_view text, std::int64_t& x) {
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), x);
  return problem == std::errc() && stop == text.data() + text.size();
}

}  // namespace holdout::data
