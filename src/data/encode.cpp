#include "encode.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/data/density.hpp>

#include "cell.hpp"
#include "column_messages.hpp"
#include "column_rules.hpp"
#include "levels.hpp"
#include "rows_fit.hpp"
#include "split_keys.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kMaxLevels = 100;  // one-hot columns of one feature
constexpr std::size_t kFewLevels = 10;   // are fine even in a file of a few rows
constexpr std::size_t kMaxClasses = 1000;
constexpr std::size_t kMaxErrors = 20;  // that take a search through all columns
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string classes_text(const std::vector<std::string>& levels, const std::vector<std::uint32_t>& order) {
  constexpr std::size_t kShown = 12;
  std::string text;
  for (std::size_t k = 0; k < std::min(kShown, order.size()); ++k)
    text += (k > 0 ? ", " : "") + quoted(levels[order[k]]);
  return order.size() > kShown ? text + ", …" : text;
}

class Encoder {
 public:
  Encoder(Table& table, const DataSettings& settings, Task task, const Spill& spill, double memory)
      : table_(table), settings_(settings), task_(task), spill_(spill), memory_(memory), reader_(settings.cells) {}
  Encoded encode();

 private:
  void choose_columns();
  void take_sparse();
  void take_dense();
  void find_least_target();
  std::vector<char> named(const std::vector<std::string>& names, const std::string& path);
  void check_column(std::size_t j);
  void check_feature(std::size_t j);
  void check_target();
  void check_same_number(std::size_t j);
  std::optional<double> number(const std::string& level) const { return number_in(level, reader_); }
  const std::string& rule(std::size_t j) const { return settings_.missing.rule(table_.columns[j].name); }
  void name_features();
  void order_classes();
  void add(std::optional<int> line, std::string text, std::string hint, std::string path = {}) {
    errors_.add(
        Message{{line ? table_.file : "", line.value_or(0), 0}, std::move(text), std::move(hint), {}, std::move(path)});
  }

  Table& table_;
  const DataSettings& settings_;
  Task task_;
  const Spill& spill_;
  const double memory_;
  const CellReader reader_;
  Errors errors_;
  std::unordered_map<std::string_view, std::size_t> place_;  // of the columns, by name
  std::size_t target_ = 0;
  std::optional<std::size_t> weight_;               // column of the table
  std::vector<std::size_t> split_;                  // columns of the table that the split follows from
  std::vector<std::size_t> features_;               // columns of the table
  std::vector<std::vector<std::uint32_t>> orders_;  // [feature]: its levels in order; empty for numbers
  std::vector<std::vector<double>> place_of_;       // [feature][level of its column]: its place in the order
  std::vector<double> class_of_;                    // [level of the target]
  std::vector<std::size_t> dropping_;               // columns of the table whose missing cells drop the row
  std::vector<FilledColumn> filled_;                // [feature column]
  Encoded out_;
};

// [column]: whether it is one of these.
std::vector<char> Encoder::named(const std::vector<std::string>& names, const std::string& path) {
  std::vector<char> found(table_.columns.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto at = place_.find(names[i]); at != place_.end()) {
      found[at->second] = 1;
      continue;
    }
    add({}, "the data have no column " + quoted(names[i]), near_names(names[i], table_.names()),
        path + "." + std::to_string(i));
    if (errors_.messages().size() >= kMaxErrors) errors_.throw_if_any();
  }
  return found;
}

void Encoder::choose_columns() {
  const bool sparse = !table_.sparse.start.empty();
  const auto target = sparse ? std::optional<std::size_t>(0) : table_.find(settings_.target);
  if (!target)
    add({}, "the data have no column " + quoted(settings_.target) + " for the target",
        near_names(settings_.target, table_.names()), "data.target");
  target_ = target.value_or(table_.columns.size());
  if (sparse) return;
  const auto &include = settings_.features.include, &exclude = settings_.features.exclude;
  if (!include.empty() && !exclude.empty())
    add({}, "features: include and exclude cannot both be given", "include names all that are used", "data.features");
  for (std::size_t i = 0; i < include.size(); ++i)
    for (const auto& [name, role] : {std::pair(target ? settings_.target : "", "target"),
                                     std::pair(settings_.weight.file.empty() ? settings_.weight.column : "", "weight")})
      if (!name.empty() && include[i] == name)
        add({}, quoted(include[i]) + " is the " + role + ", and cannot be a feature", "omit it",
            "data.features.include." + std::to_string(i));
  for (std::size_t j = 0; j < table_.columns.size(); ++j) place_.emplace(table_.columns[j].name, j);
  const std::vector<char> in = named(include, "data.features.include"), no = named(exclude, "data.features.exclude");
  named(settings_.categorical, "data.categorical");
  for (const MissingSettings::Column& column : settings_.missing.columns)
    if (!table_.find(column.name))
      add({}, "the data have no column " + quoted(column.name), near_names(column.name, table_.names()),
          "data.missing.columns." + column.name);
  // The split column is no feature; those for groups and order are only if they are asked for.
  for (const std::string& name : split_columns(settings_.split))
    if (const auto j = table_.find(name)) split_.push_back(*j);
  const auto splits = [&](std::size_t j) {
    const bool asked = in[j] && settings_.split.selected() != SplitSettings::column;
    return !asked && std::find(split_.begin(), split_.end(), j) != split_.end();
  };
  if (!settings_.weight.column.empty() && settings_.weight.file.empty()) weight_ = table_.find(settings_.weight.column);
  for (std::size_t j = 0; j < table_.columns.size(); ++j)
    if (j != target_ && !splits(j) && j != weight_ && (include.empty() || in[j]) && !no[j]) features_.push_back(j);
  for (const EncodeSettings::Column& column : settings_.encode.columns)
    if (const auto j = table_.find(column.name); !j)
      add({}, "the data have no column " + quoted(column.name), near_names(column.name, table_.names()),
          "data.encode." + column.name);
    else if (std::find(features_.begin(), features_.end(), *j) == features_.end())
      add({},
          quoted(column.name) + " is " + (*j == target_ ? "the target" : "no feature") + ": there is nothing to encode",
          "remove it", "data.encode." + column.name);
  if (target && features_.empty() && errors_.empty())
    add({}, "no column is left for the features: the data have " + quoted(settings_.target) + " alone",
        "add columns to the file, or see data.features", "data.file");
  errors_.throw_if_any();
}

// What features and targets have in common: no odd cells, and missing ones only if the study says what to do.
void Encoder::check_column(std::size_t j) {
  const Column& c = table_.columns[j];
  if (c.first_odd)
    errors_.add(odd_cell(table_, c, settings_.cells));
  else if (c.missing > 0 && rule(j) == "refuse")
    errors_.add(missing_cell(table_, c, j == target_));
  else if (c.missing == table_.rows())
    add(c.first_missing->line, "column " + quoted(c.name) + ": every cell is missing", "exclude it: data.features");
  else if (c.missing > 0 && !c.text && rule(j) == "level")
    add(c.first_missing->line,
        "column " + quoted(c.name) + ": a missing value, and level makes a category of it: the column holds numbers",
        "write data.missing: {default: …, columns: {" + c.name + ": indicator}}, or median, mean");
}

void Encoder::check_feature(std::size_t j) {
  check_column(j);
  const Column& c = table_.columns[j];
  if (!c.text || c.first_odd) return;
  check_same_number(j);
  const bool identifier = c.levels.size() > kFewLevels && 2 * c.levels.size() > table_.rows();
  const bool onehot = settings_.encode.rule(c.name) == "onehot";
  if (c.too_many || identifier || (onehot && c.levels.size() > kMaxLevels)) {
    const std::string count = (c.too_many ? "more than " : "") + std::to_string(c.levels.size());
    add(table_.line_of(j, 0),
        "column " + quoted(c.name) + ": text with " + count + " different values, " + quoted(c.levels[0]) + " for one",
        onehot ? "at most " + std::to_string(kMaxLevels) +
                     " can be one-hot columns, and each needs rows; exclude it: data.features.exclude" +
                     (c.too_many || identifier ? "" : ", or data.encode: {" + c.name + ": target}")
               : "each needs rows; exclude it: data.features.exclude");
  }
  if (onehot) return;
  if (c.missing > 0 && rule(j) == "level")
    add(c.first_missing->line,
        "column " + quoted(c.name) + ": a missing value, and level makes a feature of its own: it is encoded as one",
        "write data.missing: {default: …, columns: {" + c.name + ": indicator}}, or mean");
}

void Encoder::check_target() {
  check_column(target_);
  const Column& c = table_.columns[target_];
  if (const std::string& r = rule(target_); c.missing > 0 && r != "refuse" && r != "drop_row")
    add(c.first_missing->line, "target " + quoted(c.name) + ": a missing value, and there is nothing to fill it with",
        "drop its rows: missing: {default: " + settings_.missing.usual + ", columns: {" + c.name + ": drop_row}}");
  if (c.first_odd || (c.text && c.levels.empty())) return;  // the latter: every cell is missing
  if (task_ == Task::regression) {
    if (c.text)
      add(table_.line_of(target_, 0),
          "target " + quoted(c.name) + " holds text, " + quoted(c.levels[0]) + "; a regression needs numbers",
          std::string("for classes use model: {type: ") + (c.levels.size() > 2 ? "softmax}" : "logistic}"));
    return;
  }
  for (std::uint32_t level = 0; level < c.levels.size(); ++level)
    if (const auto x = number(c.levels[level]); x && std::trunc(*x) != *x)
      return add(table_.line_of(target_, level),
                 "target " + quoted(c.name) + ": label " + quoted(c.levels[level]) + " is no class",
                 "classes are words or whole numbers; for a measured target use model: {type: linear}");
  check_same_number(target_);
  if (c.too_many || c.levels.size() > kMaxClasses)
    return add({}, "target " + quoted(c.name) + " has more than " + std::to_string(kMaxClasses) + " classes",
               "for a measured target use model: {type: linear}", "data.target");
  if (c.levels.size() < 2)
    add({}, "target " + quoted(c.name) + " has one class only, " + quoted(c.levels[0]),
        "a classification needs rows of two classes or more", "data.target");
}

// 1 and 1.0 would be two levels of one number.
void Encoder::check_same_number(std::size_t j) {
  const Column& c = table_.columns[j];
  if (!all_numbers(c.levels, reader_)) return;
  const std::vector<std::uint32_t> order = sorted_levels(c.levels, reader_);
  for (std::size_t k = 1; k < order.size(); ++k)
    if (const std::string& a = c.levels[order[k - 1]], &b = c.levels[order[k]]; *number(a) == *number(b))
      return add(table_.line_of(j, std::max(order[k - 1], order[k])),
                 "column " + quoted(c.name) + ": " + quoted(a) + " and " + quoted(b) + " are the same number",
                 "spell it in one way");
}

void Encoder::name_features() {
  Dataset& data = out_.dataset;
  for (const std::size_t j : features_) {
    const Column& c = table_.columns[j];
    orders_.push_back(c.text ? sorted_levels(c.levels, reader_) : std::vector<std::uint32_t>());
    InputColumn& column = out_.columns.emplace_back();
    column.name = c.name, column.missing = missing_of(rule(j), c);
    if (c.text) column.encoding = encoding_of(settings_.encode.rule(c.name));
    const bool one = !c.text || column.coded();
    if (column.encoding == InputColumn::Encoding::target)
      data.encoded.push_back({static_cast<std::uint32_t>(data.feature_names.size()), c.levels.size()});
    if (one) data.feature_names.push_back(c.name);
    if (one && rule(j) == "median") {
      data.median.resize(data.feature_names.size());
      data.median.back() = 1;
    }
    place_of_.emplace_back(c.levels.size());
    for (std::size_t place = 0; place < orders_.back().size(); ++place) {
      const std::uint32_t level = orders_.back()[place];
      place_of_.back()[level] = static_cast<double>(place);
      column.levels.push_back(c.levels[level]);
      if (!one) data.feature_names.push_back(c.name + "=" + c.levels[level]);
    }
    if (column.tells_missing()) data.feature_names.push_back(missing_feature(c.name));
  }
  data.features = data.feature_names.size();
}

void Encoder::order_classes() {
  const std::vector<std::string>& levels = table_.columns[target_].levels;
  std::vector<std::uint32_t> order = sorted_levels(levels, reader_);
  if (!settings_.positive.empty()) {
    auto at = std::find_if(order.begin(), order.end(), [&](auto l) { return levels[l] == settings_.positive; });
    if (const auto x = number(settings_.positive); x && at == order.end())
      at = std::find_if(order.begin(), order.end(), [&](auto l) { return number(levels[l]) == x; });
    if (at == order.end())  // a near name might be that of the other class: all are named
      add({}, "no row has the class " + quoted(settings_.positive), "the classes: " + classes_text(levels, order),
          "data.positive");
    else if (order.size() != 2)
      add({}, "positive is for two classes; the target has " + std::to_string(order.size()), "omit it",
          "data.positive");
    else if (at == order.begin())
      std::swap(order[0], order[1]);
    errors_.throw_if_any();
  }
  class_of_.resize(levels.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    class_of_[order[k]] = static_cast<double>(k);
    out_.dataset.classes.push_back(levels[order[k]]);
  }
}

// Rows and features are as the file has them.
void Encoder::take_sparse() {
  Dataset& data = out_.dataset;
  data.sparse = std::move(table_.sparse);
  data.rows = table_.rows(), data.features = table_.indices.size();
  for (const std::uint32_t index : table_.indices) data.feature_names.push_back(std::to_string(index));
  for (const double label : table_.column(target_))
    data.y.push_back(task_ == Task::classification ? class_of_[static_cast<std::size_t>(label)] : label);
  out_.kept.resize(table_.rows());
  std::iota(out_.kept.begin(), out_.kept.end(), 0u);
  const Standardize how = standardize_of(settings_.standardize, mostly_zeros(data));
  if (how == Standardize::deviation || how == Standardize::max_abs)
    out_.notices.push_back(std::string("sparse features are divided by their ") +
                           (how == Standardize::max_abs ? "largest absolute values" : "standard deviations") +
                           " and not centred: zeros stay zeros");
}

// Which rows are kept, and their features: in memory if they are few, or there is no other place.
void Encoder::take_dense() {
  Dataset& data = out_.dataset;
  const std::size_t d = data.features;
  const bool many = !spill_.folder.empty() && table_.rows() * d * sizeof(double) > spill_.bytes;
  if (!many) check_rows_fit(table_, d, memory_);
  if (many)
    data.many = RowStore(d, spill_);
  else
    data.x.reserve(table_.rows() * d);
  data.y.reserve(table_.rows()), out_.kept.reserve(table_.rows());
  for (const std::size_t j : features_)
    if (rule(j) == "drop_row") dropping_.push_back(j);
  if (rule(target_) == "drop_row") dropping_.push_back(target_);
  if (weight_ && rule(*weight_) == "drop_row") dropping_.push_back(*weight_);
  for (const std::size_t j : split_)
    if (settings_.split.selected() != SplitSettings::column && rule(j) == "drop_row") dropping_.push_back(j);
  filled_.resize(features_.size());
  RowCursor cells(table_.cells);
  for (std::size_t i = 0; i < table_.rows(); ++i) {
    table_.cells.forget_before(i);
    const std::span<const double> cell = cells.row(i);
    const double target = cell[target_];
    const bool dropped =
        std::any_of(dropping_.begin(), dropping_.end(), [&](std::size_t j) { return std::isnan(cell[j]); });
    if (dropped) continue;
    if (!many) data.x.resize(data.x.size() + d);
    double* x = many ? data.many.room().data() : data.x.data() + data.x.size() - d;
    for (std::size_t f = 0; f < features_.size(); ++f) {
      const double value = cell[features_[f]];
      const bool missing = std::isnan(value);
      const InputColumn& column = out_.columns[f];
      const double filled = column.missing == InputColumn::Missing::level ? 0 : kNaN;
      if (orders_[f].empty()) *x++ = value;
      if (column.coded())
        *x++ = missing ? kNaN : place_of_[f][static_cast<std::size_t>(value)];
      else
        for (const std::uint32_t level : orders_[f])
          *x++ = missing ? filled : value == static_cast<double>(level) ? 1 : 0;
      if (column.tells_missing()) *x++ = missing;
      filled_[f].cells += missing;
    }
    if (many) data.many.add();
    data.y.push_back(task_ == Task::classification ? class_of_[static_cast<std::size_t>(target)] : target);
    out_.kept.push_back(static_cast<std::uint32_t>(i));
  }
}

void Encoder::find_least_target() {
  const std::vector<double>& y = out_.dataset.y;
  if (task_ != Task::regression || y.empty()) return;
  const auto least = static_cast<std::size_t>(std::min_element(y.begin(), y.end()) - y.begin());
  out_.least_target = table_.lines[out_.kept[least]];
}

Encoded Encoder::encode() {
  choose_columns();
  for (const std::size_t j : features_) check_feature(j);
  check_target();
  errors_.throw_if_any();
  Dataset& data = out_.dataset;
  data.task = task_;
  data.target_name = table_.columns[target_].name;
  out_.notices = table_.notices;
  if (task_ == Task::classification) order_classes();
  if (!table_.sparse.start.empty()) {
    take_sparse();
    find_least_target();
    return std::move(out_);
  }
  name_features();
  std::vector<std::string> names = data.feature_names;
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    throw Error(Message{{table_.file, 1, 0},
                        "two features are called " + quoted(*twice) + ": a column, and a level of another",
                        "rename the column"});
  take_dense();
  find_least_target();
  data.rows = data.y.size();
  if (data.rows == 0)
    throw Error(
        Message{{table_.file, 0, 0}, "every row has a missing value: none is left", "set data.missing to mean"});
  for (std::size_t f = 0; f < features_.size(); ++f)
    filled_[f].column = &table_.columns[features_[f]], filled_[f].rule = rule(features_[f]);
  std::vector<const Column*> dropping;
  for (const std::size_t j : dropping_) dropping.push_back(&table_.columns[j]);
  const std::vector<std::string> noted = missing_notices(table_.rows(), data.rows, dropping, filled_);
  out_.notices.insert(out_.notices.end(), noted.begin(), noted.end());
  return std::move(out_);
}

}  // namespace

Encoded encode(Table&& table, const DataSettings& settings, Task task, const Spill& spill, double memory) {
  return Encoder(table, settings, task, spill, memory).encode();
}

}  // namespace holdout::data
