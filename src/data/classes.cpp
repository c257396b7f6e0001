#include <holdout/data/classes.hpp>

#include <algorithm>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::data {

std::optional<std::size_t> find_class(std::span<const std::string> classes, std::string_view name) {
  auto at = std::find(classes.begin(), classes.end(), name);
  if (const auto x = to_real(name); x && at == classes.end())
    at = std::find_if(classes.begin(), classes.end(), [&](const std::string& c) { return to_real(c) == x; });
  if (at == classes.end()) return {};
  return static_cast<std::size_t>(at - classes.begin());
}

std::string class_hint(std::span<const std::string> classes, std::string_view name) {
  const auto is_word = [](std::string_view text) { return text.find_first_of("0123456789+-") == text.npos; };
  const std::string_view near = is_word(name) ? nearest_word(name, classes) : std::string_view();
  return (near.empty() || !is_word(near) ? "" : "did you mean " + quoted(near) + "? ") +
         "its classes: " + joined(classes);
}

}  // namespace holdout::data
