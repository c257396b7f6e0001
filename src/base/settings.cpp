#include <holdout/base/settings.hpp>

#include <holdout/base/number.hpp>

namespace holdout {

std::string to_text(const Value& value) {
  struct {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t n) const { return std::to_string(n); }
    std::string operator()(double x) const { return to_text(x); }
    std::string operator()(const std::string& s) const { return s; }
  } text;
  return std::visit(text, value);
}

namespace {

template <class T>
std::string describe_range(const Range<T>& range, const std::string& noun) {
  const auto text = [](T x) { return to_text(Value(x)); };
  const bool below = range.min != std::numeric_limits<T>::lowest(), above = range.max != std::numeric_limits<T>::max();
  std::string out = noun;
  if (below && above && !range.open_min && !range.open_max)
    out += " from " + text(range.min) + " to " + text(range.max);
  else {
    if (below) out += (range.open_min ? " > " : " >= ") + text(range.min);
    if (below && above) out += " and";
    if (above) out += (range.open_max ? " < " : " <= ") + text(range.max);
  }
  for (const NamedNumber<T>& word : range.words) out += " or '" + std::string(word.name) + "'";
  return out;
}

}  // namespace

std::string describe(const Range<double>& range) { return describe_range(range, "a number"); }
std::string describe(const Range<std::int64_t>& range) { return describe_range(range, "an integer"); }

}  // namespace holdout
