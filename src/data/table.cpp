#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_set>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/number.hpp>

#include "cell.hpp"
#include "csv.hpp"
#include "odd_number.hpp"

namespace holdout::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMaxErrors = 20;
constexpr std::size_t kKeptLevels = 10'000;                   // of a text column; no model here takes more
constexpr std::size_t kBlockCells = at_once(128 * 1024, 32);  // 1 MiB

CellFormat with_usual_words(CellFormat format) {
  format.missing_words = usual_missing_words();
  return format;
}

std::string cells(std::size_t n) { return std::to_string(n) + (n == 1 ? " cell" : " cells"); }

class TableReader {
 public:
  TableReader(Bytes& bytes, const TableOptions& options)
      : bytes_(bytes),
        options_(options),
        source_(bytes, options.delimiter, options.cells.encoding == "windows-1252"),
        cells_(options.cells),
        parts_(with_usual_words(options.cells)) {
    table_.file = bytes.mark().path;
  }
  Table read();

 private:
  // What is known of a column while it is read.
  struct Reading {
    bool declared = false;                                // its numbers are words
    bool parts = false;                                   // it is the column of parts
    bool key = false;                                     // all of its levels are kept
    std::vector<char> odd_level;                          // [level]: whether it is an odd number
    std::string units;                                    // of odd numbers, those of one capital letter; the first few
    std::optional<Surprise> number, infinite, odd, word;  // the first of each
  };

  void check_separator();
  void read_header();
  void check_names();
  void read_cell(std::size_t column, std::string_view text, double& out);
  std::optional<std::uint32_t> level_of(std::size_t column, std::string_view text);
  void decide(std::size_t column);
  void end_row(std::size_t width, int line);
  void check_memory() const;
  std::string wrong_delimiter(const std::string& header) const;
  void add(int line, std::string text, std::string hint = {}) {
    errors_.add(Message{{table_.file, line, 0}, std::move(text), std::move(hint)});
    if (errors_.messages().size() >= kMaxErrors) errors_.throw_if_any();
  }

  Bytes& bytes_;
  const TableOptions& options_;
  CsvCells source_;
  const CellReader cells_, parts_;
  Table table_;
  Errors errors_;
  std::vector<Reading> reading_;  // [column]
  int header_line_ = 1;           // 2 behind a line sep=;
  std::size_t block_rows_ = 1;
};

// What the delimiter should have been, if the header is one cell that another one would split.
std::string TableReader::wrong_delimiter(const std::string& header) const {
  for (const auto& [c, word] : {std::pair{',', "','"}, std::pair{';', "';'"}, std::pair{'\t', "tab"}})
    if (c != options_.delimiter && header.find(c) != std::string::npos) return word;
  return {};
}

// A first line sep=; is no header, but says something of the file.
void TableReader::check_separator() {
  const char separator = source_.separator();
  if (separator == '\0') return;
  const std::string line = std::string("line 1, sep=") + (separator == '\t' ? "tab" : std::string(1, separator));
  if (separator == options_.delimiter)
    return table_.notices.push_back(line + ", names the delimiter and is passed over");
  const std::string known = wrong_delimiter({separator});
  throw Error(Message{{table_.file, 1, 0},
                      line + ", says that another delimiter stands between cells",
                      known.empty() ? "save the file with commas, semicolons or tabs between cells"
                                    : "write delimiter: " + known + " below data:"});
}

void TableReader::read_header() {
  const std::unordered_set<std::string_view> as_text(options_.as_text.begin(), options_.as_text.end()),
      known(options_.named.begin(), options_.named.end()), keys(options_.keys.begin(), options_.keys.end());
  Cell cell;
  bool numbers = true, named = false;
  double x = 0;
  check_separator();
  while (source_.next(cell)) {
    if (table_.columns.empty()) header_line_ = source_.line();
    Column column;
    column.name = cell.text;
    column.text = as_text.contains(column.name);
    named = named || column.text || known.contains(column.name);
    numbers = numbers && kind_of(cell.text, x) == Kind::number;
    if (!is_utf8(cell.text)) add(header_line_, "the name " + quoted(cell.text) + " is not UTF-8", kNameEncoding);
    table_.columns.push_back(std::move(column));
    if (cell.last) break;
  }
  reading_.resize(table_.columns.size());
  for (std::size_t j = 0; j < reading_.size(); ++j) {
    reading_[j].declared = table_.columns[j].text, reading_[j].key = keys.contains(table_.columns[j].name);
    reading_[j].parts = !options_.parts.empty() && table_.columns[j].name == options_.parts;
  }
  if (table_.columns.empty())
    throw Error(Message{{table_.file, 0, 0}, "the file is empty", "expected a header line and rows"});
  if (table_.columns.size() == 1 && !named)
    if (const std::string word = wrong_delimiter(table_.columns[0].name); !word.empty())
      throw Error(Message{{table_.file, header_line_, 0},
                          "one column only, " + quoted(table_.columns[0].name) + ": the delimiter is not '" +
                              (options_.delimiter == '\t' ? "tab" : std::string(1, options_.delimiter)) + "'",
                          "write delimiter: " + word + " below data:"});
  if (numbers && !named)
    throw Error(
        Message{{table_.file, header_line_, 0},
                "line " + std::to_string(header_line_) + " looks like data, not like a header: the target has no name",
                "add a header line with a name for every column; if these numbers are the names, write one of "
                "them as the target"});
  check_names();
}

void TableReader::check_names() {
  std::map<std::string, std::size_t> seen;
  for (std::size_t j = 0; j < table_.columns.size(); ++j) {
    const std::string& name = table_.columns[j].name;
    if (name.empty())
      add(header_line_, "column " + std::to_string(j + 1) + " has no name",
          j + 1 == table_.columns.size() ? "does every line end with a delimiter? remove it" : "name it in the header");
    else if (const auto [at, fresh] = seen.emplace(name, j + 1); !fresh)
      add(header_line_,
          "column " + quoted(name) + " is listed twice: columns " + std::to_string(at->second) + " and " +
              std::to_string(j + 1),
          "give every column a name of its own");
  }
  errors_.throw_if_any();
}

void TableReader::read_cell(std::size_t j, std::string_view text, double& out) {
  Column& column = table_.columns[j];
  Reading& reading = reading_[j];
  const Kind kind = (reading.parts ? parts_ : cells_).kind_of(text, out);
  const auto surprise = [&](std::optional<Surprise>& first) {
    if (!first) first = Surprise{source_.line(), std::string(text.substr(0, 80)), kind == Kind::infinite};
  };
  if (kind == Kind::number && !reading.declared) {
    ++column.counts.numbers;
    return surprise(reading.number);
  }
  if (kind == Kind::missing) {
    ++column.missing, ++column.missing_words[std::string(text)];
    surprise(column.first_missing);
    out = kNaN;
    return;
  }
  if (kind == Kind::infinite && !reading.declared) {
    ++column.counts.infinite;
    surprise(reading.infinite);
    out = kNaN;
    return;
  }
  const std::optional<std::uint32_t> level = level_of(j, text);
  out = level ? *level : kNaN;
  if (reading.declared) return;
  ++column.counts.words;
  const bool odd = level && reading.odd_level[*level];
  column.counts.odd_numbers += odd;
  surprise(odd ? reading.odd : reading.word);
}

// Nothing where there are too many.
std::optional<std::uint32_t> TableReader::level_of(std::size_t j, std::string_view text) {
  constexpr std::size_t kKeptUnits = 2;
  Column& column = table_.columns[j];
  Reading& reading = reading_[j];
  const auto at = column.index.find(text);
  if (at != column.index.end()) return at->second;
  if (column.levels.size() == kKeptLevels && !reading.key) {
    column.too_many = true;
    return {};
  }
  if (!is_utf8(text))
    add(source_.line(), "column " + quoted(column.name) + ": " + quoted(text) + " is not UTF-8", kNameEncoding);
  const auto level = static_cast<std::uint32_t>(column.levels.size());
  column.index.emplace(text, level);
  column.levels.emplace_back(text);
  if (reading.declared) return level;
  const std::optional<OddNumber> odd = odd_number(text, options_.cells.decimal[0]);
  reading.odd_level.push_back(odd.has_value());
  // 12A may be a seat: a capital letter alone is a unit only if there is no other.
  if (odd && odd->unit.size() == 1 && odd->unit[0] >= 'A' && odd->unit[0] <= 'Z' && reading.units.size() < kKeptUnits &&
      reading.units.find(odd->unit) == std::string::npos)
    reading.units += odd->unit;
  return level;
}

// Most cells say what a column holds; what is not of that kind is odd, whichever comes first.
void TableReader::decide(std::size_t j) {
  constexpr std::size_t kMaxUnits = 1;
  Column& column = table_.columns[j];
  const Reading& reading = reading_[j];
  if (reading.declared) return;
  const CellCounts& n = column.counts;
  const auto first_of = [](std::initializer_list<const std::optional<Surprise>*> all) {
    std::optional<Surprise> first;
    for (const std::optional<Surprise>* each : all)
      if (*each && (!first || (*each)->line < first->line)) first = **each;
    return first;
  };
  const bool only_words = n.numbers + n.infinite == 0;
  const bool with_units = n.words > 0 && 2 * n.odd_numbers >= n.words && reading.units.size() <= kMaxUnits;
  column.text = n.words > 0 && (only_words || n.numbers + n.infinite + n.odd_numbers < n.words - n.odd_numbers);
  if (!column.text)
    column.first_odd = first_of({&reading.infinite, &reading.odd, &reading.word});
  else if (!only_words)
    column.first_odd = first_of({&reading.number, &reading.infinite});
  else if (with_units)
    column.first_odd = reading.odd;
  if (!column.text) column.levels.clear(), column.index.clear(), column.too_many = false;
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
                          to_text(options_.memory / kGigabyte, 3) + in_brackets(memory_limits()),
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
  for (std::size_t j = 0; j < columns; ++j) decide(j);
  if (table_.rows() == 0)
    throw Error(Message{{table_.file, header_line_, 0}, "a header and no rows", "add rows of data below it"});
  return std::move(table_);
}

}  // namespace

double physical_memory() { return memory_in_reach(); }

std::string near_names(std::string_view name, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  if (!nearest_word(name, names).empty()) return did_you_mean(name, names);
  if (names.size() <= kShown) return "columns: " + joined(names);
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
