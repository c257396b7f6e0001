#include "lists.hpp"

#include <algorithm>
#include <charconv>

namespace holdout::study {

std::string list_text(std::span<const std::int64_t> values) {
  std::string out;
  for (const std::int64_t value : values) out += (out.empty() ? "" : ", ") + std::to_string(value);
  return "[" + out + "]";
}

std::vector<std::int64_t> list_from(std::string_view text) {
  std::vector<std::int64_t> values;
  const char *at = text.data(), *const end = at + text.size();
  const auto digit = [](char c) { return c == '-' || (c >= '0' && c <= '9'); };
  while ((at = std::find_if(at, end, digit)) != end) at = std::from_chars(at, end, values.emplace_back()).ptr;
  return values;
}

std::string item_path(const std::string& list, std::size_t item) { return list + "." + std::to_string(item); }

}  // namespace holdout::study
