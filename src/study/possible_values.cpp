#include "possible_values.hpp"

#include <algorithm>
#include <string>

namespace holdout::study {
namespace {

void add_number(const Value& value, std::vector<double>& numbers) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) numbers.push_back(static_cast<double>(*n));
  if (const auto* x = std::get_if<double>(&value)) numbers.push_back(*x);
}

}  // namespace

const search::Parameter* PossibleValues::parameter(std::string_view path) const {
  const auto at = std::find_if(parameters_.begin(), parameters_.end(), [&](const auto& p) { return p.path == path; });
  return at == parameters_.end() ? nullptr : &*at;
}

bool PossibleValues::may_be(std::string_view path, std::string_view word, std::string_view fixed) const {
  const search::Parameter* searched = parameter(path);
  if (!searched) return word == fixed;
  return std::find(searched->values.begin(), searched->values.end(), Value(std::string(word))) !=
         searched->values.end();
}

std::vector<std::string_view> PossibleValues::names(std::string_view path, const Choice& choice) const {
  std::vector<std::string_view> possible;
  for (const Info& info : choice.alternatives())
    if (may_be(path, info.name, choice.alternatives()[choice.selected()].name)) possible.push_back(info.name);
  return possible;
}

double PossibleValues::smallest(std::string_view path, double fixed) const {
  const std::vector<double> all = numbers(path, fixed);
  return all.empty() ? fixed : *std::min_element(all.begin(), all.end());
}

double PossibleValues::largest(std::string_view path, double fixed) const {
  const std::vector<double> all = numbers(path, fixed);
  return all.empty() ? fixed : *std::max_element(all.begin(), all.end());
}

// Settings of one alternative of a searched choice are constants where they are not searched themselves.
std::vector<double> PossibleValues::numbers(std::string_view path, double fixed) const {
  std::vector<double> all;
  for (const Constant& constant : constants_)
    if (constant.path == path) add_number(constant.value, all);
  if (const search::Parameter* searched = parameter(path)) {
    for (const Value& value : searched->values) add_number(value, all);
    if (searched->interval) all.insert(all.end(), {searched->interval->min, searched->interval->max});
  } else if (all.empty()) {
    all.push_back(fixed);
  }
  return all;
}

}  // namespace holdout::study
