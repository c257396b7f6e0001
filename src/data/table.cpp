#include "table.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "cell.hpp"
#include "csv.hpp"

namespace holdout::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostErrors = 20;
constexpr std::size_t kKeptLevels = 10'000;                   // of a text column; no model here takes more
constexpr std::size_t kBlockCells = at_once(128 * 1024, 32);  // 1 MiB

std::string cells(std::size_t n) { return std::to_string(n) + (n == 1 ? " cell" : " cells"); }

class TableReader {
 public:
  TableReader(Bytes& bytes, const TableOptions& options)
      : bytes_(bytes), options_(options), source_(bytes, options.delimiter) {
    table_.file = bytes.mark().path;
  }
  Table read();

 private:
  void read_header();
  void read_cell(std::size_t column, std::string_view text, double& out);
  void end_row(std::size_t width, int line);
  void check_memory() const;
  std::string wrong_delimiter(const std::string& header) const;
  void add(int line, std::string text, std::string hint = {}) {
    errors_.add(Message{{table_.file, line, 0}, std::move(text), std::move(hint)});
    if (errors_.messages().size() >= kMostErrors) errors_.throw_if_any();
  }

  Bytes& bytes_;
  const TableOptions& options_;
  CsvCells source_;
  Table table_;
  Errors errors_;
  std::vector<char> decided_;   // [column]: whether its kind is known
  std::vector<char> declared_;  // [column]: whether its numbers are words
  std::size_t block_rows_ = 1;
};

// What the delimiter should have been, if the header is one cell that another one would split.
std::string TableReader::wrong_delimiter(const std::string& header) const {
  for (const auto& [c, word] : {std::pair{',', "','"}, std::pair{';', "';'"}, std::pair{'\t', "tab"}})
    if (c != options_.delimiter && header.find(c) != std::string::npos) return word;
  return {};
}

void TableReader::read_header() {
  Cell cell;
  bool numbers = true;
  double x = 0;
  while (source_.next(cell)) {
    Column column;
    column.name = cell.text;
    column.text = std::find(options_.as_text.begin(), options_.as_text.end(), column.name) != options_.as_text.end();
    decided_.push_back(column.text), declared_.push_back(column.text);
    numbers = numbers && kind_of(cell.text, x) == Kind::number;
    if (!is_utf8(cell.text)) add(1, "the name " + quoted(cell.text) + " is not UTF-8", kToUtf8);
    table_.columns.push_back(std::move(column));
    if (cell.last) break;
  }
  if (table_.columns.empty())
    throw Error(Message{{table_.file, 0, 0}, "the file is empty", "expected a header line and rows"});
  if (table_.columns.size() == 1)
    if (const std::string word = wrong_delimiter(table_.columns[0].name); !word.empty())
      throw Error(Message{{table_.file, 1, 0},
                          "one column only, " + quoted(table_.columns[0].name) + ": the delimiter is not '" +
                              (options_.delimiter == '\t' ? "tab" : std::string(1, options_.delimiter)) + "'",
                          "write delimiter: " + word + " below data:"});
  if (numbers)
    throw Error(Message{{table_.file, 1, 0},
                        "line 1 looks like data, not like a header: the target has no name",
                        "add a header line with a name for every column"});
  std::map<std::string, std::size_t> seen;
  for (std::size_t j = 0; j < table_.columns.size(); ++j) {
    const std::string& name = table_.columns[j].name;
    if (name.empty())
      add(1, "column " + std::to_string(j + 1) + " has no name",
          j + 1 == table_.columns.size() ? "does every line end with a delimiter? remove it" : "name it in the header");
    else if (const auto [at, fresh] = seen.emplace(name, j + 1); !fresh)
      add(1,
          "column " + quoted(name) + " is there twice: columns " + std::to_string(at->second) + " and " +
              std::to_string(j + 1),
          "give every column a name of its own");
  }
  errors_.throw_if_any();
}

void TableReader::read_cell(std::size_t j, std::string_view text, double& out) {
  Column& column = table_.columns[j];
  const Kind kind = kind_of(text, out);
  const bool plain_number = kind == Kind::number;
  if (plain_number && !column.text) {
    decided_[j] = true;
    return;
  }
  const auto surprise = [&](std::optional<Surprise>& first) {
    if (!first) first = Surprise{source_.line(), std::string(text.substr(0, 80)), kind == Kind::infinite};
    out = kNaN;
  };
  if (!plain_number && is_missing(text)) {
    ++column.missing;
    return surprise(column.first_missing);
  }
  if (kind == Kind::infinite && !declared_[j]) return surprise(column.first_odd);
  if (!decided_[j]) column.text = true, decided_[j] = true;
  if (!column.text || (plain_number && !declared_[j])) return surprise(column.first_odd);
  auto at = column.index.find(text);
  if (at == column.index.end()) {
    if (column.levels.size() == kKeptLevels) {
      column.too_many = true;
      out = kNaN;
      return;
    }
    if (!is_utf8(text))
      add(source_.line(), "column " + quoted(column.name) + ": " + quoted(text) + " is not UTF-8", kToUtf8);
    at = column.index.emplace(text, static_cast<std::uint32_t>(column.levels.size())).first;
    column.levels.emplace_back(text);
  }
  out = at->second;
}

void TableReader::end_row(std::size_t width, int line) {
  const std::size_t columns = table_.columns.size();
  if (width != columns) {
    std::string hint = "every row needs as many cells as the header";
    if (columns > 0 && width > columns && width % columns == 0)
      hint += "; decimal commas need another delimiter and points";
    if (!errors_.empty()) hint.clear();  // said once
    add(line, "the row has " + cells(width) + ", the header " + std::to_string(columns), hint);
    return;
  }
  table_.lines.push_back(static_cast<std::uint32_t>(line));
  table_.cells.add();
}

// Before memory is full: what the whole file will need, by the share of it that has been read.
void TableReader::check_memory() const {
  constexpr std::size_t kTelling = 16;  // blocks; a share of less tells little
  const RowStore& cells = table_.cells;
  if (cells.rows() < kTelling * block_rows_ || (cells.spilled() && cells.problem().empty())) return;
  const double share = std::min(1.0, static_cast<double>(bytes_.mark().bytes) / static_cast<double>(bytes_.size()));
  const double rows = static_cast<double>(cells.rows()) / share;
  const double bytes = rows * static_cast<double>(table_.columns.size() * sizeof(double));
  if (bytes <= options_.memory) return;
  constexpr double kGigabyte = 1e9;
  throw Error(Message{{table_.file, 0, 0},
                      "about " + to_text(rows, 2) + " rows of " + std::to_string(table_.columns.size()) +
                          " columns need " + to_text(bytes / kGigabyte, 3) + " GB; the machine has " +
                          to_text(options_.memory / kGigabyte, 3),
                      "use fewer rows or columns"});
}

Table TableReader::read() {
  read_header();
  const std::size_t columns = table_.columns.size();
  block_rows_ = std::max<std::size_t>(1, kBlockCells / columns);
  table_.cells = RowStore(columns, block_rows_, options_.spill);
  Cell cell;
  std::size_t width = 0;
  int line = 0;
  double* row = nullptr;
  while (source_.next(cell)) {
    if (width == 0) {
      line = source_.line();
      if (table_.rows() % block_rows_ == 0) check_memory();
      row = table_.cells.room().data();
    }
    if (width < columns) read_cell(width, cell.text, row[width]);
    ++width;
    if (cell.last) end_row(width, line), width = 0;
  }
  errors_.throw_if_any();
  if (table_.rows() == 0)
    throw Error(Message{{table_.file, 1, 0}, "a header and no rows", "add rows of data below it"});
  return std::move(table_);
}

}  // namespace

double physical_memory() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

std::string near_names(std::string_view name, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  if (names.size() <= kShown || !nearest_word(name, names).empty()) return did_you_mean(name, names);
  return "columns: " + joined(std::span(names).first(kShown)) + " … (" + std::to_string(names.size()) + " in all)";
}

std::optional<std::size_t> Table::find(std::string_view name) const {
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (columns[j].name == name) return j;
  return {};
}

std::vector<double> Table::column(std::size_t j) const {
  RowCursor cursor(cells);
  std::vector<double> values(rows());
  for (std::size_t i = 0; i < rows(); ++i) values[i] = cursor.row(i)[j];
  return values;
}

int Table::line_of(std::size_t j, std::uint32_t level) const {
  RowCursor cursor(cells);
  std::size_t i = 0;
  while (cursor.row(i)[j] != static_cast<double>(level)) ++i;
  return static_cast<int>(lines[i]);
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> all;
  for (const Column& column : columns) all.push_back(column.name);
  return all;
}

Table read_table(const std::string& path, const std::string& name, const TableOptions& options, FileMark& mark) {
  Bytes bytes(path, name, options.setting);
  Table table = TableReader(bytes, options).read();
  mark = bytes.mark();
  return table;
}

}  // namespace holdout::data
