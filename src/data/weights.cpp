#include "weights.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::data {
namespace {

const std::string kPath = "data.weight";

[[noreturn]] void refuse(std::string text, std::string hint, const std::string& path = kPath) {
  throw Error(Message{{}, std::move(text), std::move(hint), {}, path});
}

[[noreturn]] void refuse_cell(const Table& table, int line, std::string text, std::string hint) {
  throw Error(Message{{table.file, line, 0}, std::move(text), std::move(hint)});
}

std::vector<double> column_of(const Table& table, const std::string& name, bool may_miss) {
  const auto j = table.find(name);
  if (!j) refuse(quoted(table.file) + " has no column " + quoted(name), near_names(name, table.names()));
  const Column& c = table.columns[*j];
  const std::string what = "weight " + quoted(name) + ": ";
  if (!c.levels.empty())
    refuse_cell(table, table.line_of(*j, 0), what + quoted(c.levels[0]) + " is text",
                "expected numbers >= 0, as many rows as the row stands for");
  if (c.first_odd)
    refuse_cell(table, c.first_odd->line,
                what + quoted(c.first_odd->cell) +
                    (c.first_odd->infinite ? " is no finite number up to 1e300" : " is not a number"),
                "expected a number >= 0");
  if (c.missing > 0 && !may_miss)
    refuse_cell(table, c.first_missing->line, what + "a missing value, " + quoted(c.first_missing->cell),
                "write 0 for a row that is not to count");
  std::vector<double> weights = table.column(*j);
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] < 0)
      refuse_cell(table, static_cast<int>(table.lines[i]), what + to_text(weights[i]) + " is negative",
                  "expected a number >= 0: 0 for a row that is not to count");
  return weights;
}

}  // namespace

std::vector<double> weights_of(const Table& table, const DataSettings& settings,
                               const std::function<Table(const TableOptions&)>& read_side) {
  const auto& [column, file] = settings.weight;
  if (column.empty() && file.empty()) return {};
  if (column.empty()) refuse("data.weight: 'column' is missing", "name the column of " + quoted(file), kPath + ".file");
  std::vector<double> weights;
  if (file.empty()) {
    if (column == settings.target)
      refuse(quoted(column) + " is the target, and cannot be the weight", "name another column");
    const bool splits = settings.split.selected() == SplitSettings::column && settings.split.file.empty();
    if (splits && column == settings.split.column_name)
      refuse(quoted(column) + " is the split column, and cannot be the weight", "name another column");
    weights = column_of(table, column, settings.missing.rule(column) == "drop_row");
  } else {
    TableOptions options{settings.delimiter == "tab" ? '\t' : settings.delimiter[0], {}, kPath + ".file"};
    options.cells = settings.cells, options.named = {column};
    const Table side = read_side(options);
    weights = column_of(side, column, false);
    if (side.rows() != table.rows())
      refuse(quoted(file) + " has " + std::to_string(side.rows()) + " rows, the data " + std::to_string(table.rows()),
             "the file of weights needs one row for each data row, in the same order", kPath + ".file");
  }
  double most = 0;
  for (const double w : weights) most = std::max(most, w);
  if (!(most > 0)) {
    const bool missing = std::any_of(weights.begin(), weights.end(), [](double w) { return std::isnan(w); });
    refuse("the weights in " + quoted(column) + " are all 0" + (missing ? " or missing" : ""), "some row has to count");
  }
  const double unit = std::ldexp(1.0, std::clamp(std::ilogb(most), -1000, 1000));
  for (double& w : weights) w /= unit;
  return weights;
}

void note_weights(const std::vector<double>& weights, const std::string& column, std::vector<std::string>& notices) {
  double sum = 0, squares = 0;
  for (const double w : weights) sum += w, squares += w * w;
  const auto unused = std::count(weights.begin(), weights.end(), 0.0);
  // Kish, Survey Sampling, 1965, § 11.7: so many rows of equal weight tell as much of a mean.
  notices.push_back("rows count by their weights in " + quoted(column) + ": " + std::to_string(weights.size()) +
                    " rows are worth " + to_text(sum * sum / squares, 4) + " of equal weight" +
                    (unused > 0 ? "; " + std::to_string(unused) + " of weight 0" : ""));
}

}  // namespace holdout::data
