#include "split_keys.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include <holdout/base/error.hpp>

#include "cell.hpp"
#include "column_messages.hpp"
#include "iso_time.hpp"

namespace holdout::data {
namespace {

constexpr const char* kDates = "expected numbers, or dates as 2024-05-31 or 2024-05-31T12:30:00Z";

const Column& find_column(const Table& table, const std::string& name, const std::string& path) {
  const auto j = table.find(name);
  if (!j)
    throw Error(
        Message{{}, quoted(table.file) + " has no column " + quoted(name), near_names(name, table.names()), {}, path});
  return table.columns[*j];
}

[[noreturn]] void refuse_level(const Table& table, std::size_t column, std::size_t level, const std::string& text,
                               const std::string& hint) {
  throw Error(Message{{table.file, table.line_of(column, static_cast<std::uint32_t>(level)), 0},
                      "order " + quoted(table.columns[column].name) + ": " + text,
                      hint});
}

// [level]: its number; 1 and 1.0 are the same group.
std::vector<double> group_numbers(const std::vector<std::string>& levels, const CellReader& reader) {
  std::vector<double> numbers;
  std::map<double, std::size_t> seen;  // numbers among the levels
  for (const std::string& level : levels) {
    double x = 0;
    const bool number = reader.kind_of(level, x) == Kind::number;
    numbers.push_back(static_cast<double>(number ? seen.emplace(x, numbers.size()).first->second : numbers.size()));
  }
  return numbers;
}

struct Times {
  std::vector<double> values;  // [level]
  bool dates = false;
};

// Numbers all, or dates all.
Times times_of(const Table& table, std::size_t column, const CellReader& reader) {
  const std::vector<std::string>& levels = table.columns[column].levels;
  Times times;
  std::optional<std::size_t> zoned, local, number;  // the first of each kind
  for (std::size_t i = 0; i < levels.size(); ++i) {
    double x = 0;
    if (reader.kind_of(levels[i], x) == Kind::number) {
      times.values.push_back(x);
      number = number.value_or(i);
    } else if (const auto time = iso_time(levels[i])) {
      times.values.push_back(time->seconds);
      auto& first = time->zone ? zoned : local;
      first = first.value_or(i);
    } else {
      refuse_level(table, column, i, quoted(levels[i]) + " is neither a number nor a date", kDates);
    }
  }
  times.dates = zoned || local;
  if (number && times.dates)
    refuse_level(table, column, *number, quoted(levels[*number]) + " is a number among dates", kDates);
  if (zoned && local)
    refuse_level(table, column, std::max(*zoned, *local),
                 quoted(levels[std::max(*zoned, *local)]) + " and " + quoted(levels[std::min(*zoned, *local)]) +
                     " cannot be compared: one has a time zone, the other none",
                 "write the zone in all cells (Z is UTC), or in none");
  return times;
}

}  // namespace

std::vector<std::string> split_columns(const SplitSettings& settings) {
  std::vector<std::string> names;
  if (settings.selected() == SplitSettings::column && settings.file.empty()) names.push_back(settings.column_name);
  for (const std::string& name : {settings.group, settings.order})
    if (!name.empty()) names.push_back(name);
  return names;
}

void read_keys(const DataSettings& settings, TableOptions& options) {
  const std::vector<std::string>& features = settings.features.include;
  for (const auto& [key, name] : {std::pair("group", settings.split.group), std::pair("order", settings.split.order)}) {
    if (name.empty()) continue;
    const std::string path = std::string("data.split.") + key;
    if (name == settings.target)
      throw Error(Message{{},
                          path + ": " + quoted(name) + " is the target, which must not decide who trains",
                          "name another column",
                          {},
                          path});
    options.keys.push_back(name), options.named.push_back(name);
    if (std::find(features.begin(), features.end(), name) == features.end()) options.as_text.push_back(name);
  }
}

KeyColumn KeyColumn::groups(const Table& table, const DataSettings& settings) {
  const Column& c = find_column(table, settings.split.group, "data.split.group");
  const std::size_t j = *table.find(c.name);
  if (c.first_odd) throw Error(odd_cell(table, c, settings.cells));
  KeyColumn key;
  key.is_group_ = true, key.name_ = c.name, key.file_ = table.file, key.lines_ = table.lines;
  key.values_ = table.column(j);
  if (!c.text) return key;
  const std::vector<double> numbers = group_numbers(c.levels, CellReader(settings.cells));
  for (double& x : key.values_)
    if (!std::isnan(x)) x = numbers[static_cast<std::size_t>(x)];
  return key;
}

KeyColumn KeyColumn::order(const Table& table, const DataSettings& settings) {
  const Column& c = find_column(table, settings.split.order, "data.split.order");
  const std::size_t j = *table.find(c.name);
  if (c.first_odd) throw Error(odd_cell(table, c, settings.cells));
  KeyColumn key;
  key.name_ = c.name, key.file_ = table.file, key.lines_ = table.lines;
  key.values_ = table.column(j);
  if (!c.text) return key;
  const Times times = times_of(table, j, CellReader(settings.cells));
  key.dates_ = times.dates;
  for (double& x : key.values_)
    if (!std::isnan(x)) x = times.values[static_cast<std::size_t>(x)];
  return key;
}

void KeyColumn::take(const std::vector<std::uint32_t>& kept, SplitKeys& keys) const {
  constexpr std::size_t kMaxErrors = 20;
  if (values_.empty()) return;
  Errors errors;
  std::unordered_map<double, std::uint32_t> number;  // of the groups, by first appearance
  for (const std::uint32_t i : kept) {
    const double x = values_[i];
    if (std::isnan(x) && errors.messages().size() < kMaxErrors)
      errors.add(
          Message{{file_, static_cast<int>(lines_[i]), 0},
                  "column " + quoted(name_) +
                      " is empty: " + (is_group_ ? "the row belongs to no group" : "the row has no place in time"),
                  is_group_ ? "give a row that belongs to no other a group of its own, or remove the row" : kDates});
    if (is_group_)
      keys.group.push_back(number.emplace(x, static_cast<std::uint32_t>(number.size())).first->second);
    else
      keys.order.push_back(x);
  }
  errors.throw_if_any();
  if (is_group_) keys.groups = number.size();
  keys.dates = keys.dates || dates_;
}

}  // namespace holdout::data
