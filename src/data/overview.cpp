#include <holdout/data/overview.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "bytes.hpp"
#include "cell.hpp"
#include "iso_time.hpp"
#include "libsvm.hpp"
#include "lines.hpp"
#include "table.hpp"

namespace holdout::data {
namespace {

// The one that cuts the header into most cells; what stands in quotes does not count.
std::string delimiter_of(const std::string& path) {
  Bytes bytes(path);
  Lines lines(bytes);
  std::string_view header;
  while (header.find_first_not_of(" \t") == header.npos && lines.next(header)) {
  }
  if (const std::size_t named = header.find("sep=");
      named <= 1 && named + 4 < header.size()) {  // spreadsheets' own word
    const char c = header[named + 4];
    return c == '\t' ? "tab" : std::string(1, c);
  }
  const auto cuts = [&](char delimiter) {
    bool quoted = false;
    std::size_t n = 0;
    for (const char c : header)
      if (c == '"')
        quoted = !quoted;
      else
        n += c == delimiter && !quoted;
    return n;
  };
  std::string best = ",";
  std::size_t most = cuts(',');
  for (const auto& [c, name] : {std::pair{';', ";"}, std::pair{'\t', "tab"}})
    if (cuts(c) > most) best = name, most = cuts(c);
  return best;
}

ColumnOverview overview_of(const Table& table, std::size_t j) {
  const Column& column = table.columns[j];
  ColumnOverview out;
  out.name = column.name, out.missing = column.missing;
  std::map<double, std::size_t> count;  // of levels or of numbers
  bool many = false, first = true;
  out.whole = !column.text;
  for (const double x : table.column(j)) {
    if (std::isnan(x)) continue;
    if (!many) ++count[x];
    many = many || count.size() > kCountedValues;
    out.least = first ? x : std::min(out.least, x), out.most = first ? x : std::max(out.most, x);
    out.whole = out.whole && std::trunc(x) == x;
    first = false;
  }
  using Kind = ColumnOverview::Kind;
  out.kind = column.first_odd ? Kind::mixed : first ? Kind::missing : column.text ? Kind::words : Kind::numbers;
  if (column.first_odd) out.odd.emplace(column.first_odd->line, column.first_odd->cell);
  out.dates = out.kind == Kind::words && std::all_of(column.levels.begin(), column.levels.end(),
                                                     [](const std::string& level) { return iso_time(level); });
  out.different = many ? kCountedValues : count.size();
  if (many) return out;
  for (const auto& [x, n] : count)
    out.values.emplace_back(column.text ? column.levels[static_cast<std::size_t>(x)] : to_text(x), n);
  return out;
}

std::size_t odd_columns(const Table& table) {
  return static_cast<std::size_t>(std::count_if(table.columns.begin(), table.columns.end(),
                                                [](const Column& c) { return c.first_odd.has_value(); }));
}

// Files that are not UTF-8 are tried as Windows saves them.
Table read_any(const std::string& path, TableOptions& options) {
  FileMark mark;
  try {
    return read_table(path, path, options, mark);
  } catch (const Error& error) {
    const bool encoding = std::any_of(error.messages().begin(), error.messages().end(),
                                      [](const Message& m) { return m.hint == kNameEncoding; });
    if (!encoding || options.cells.encoding == "windows-1252") throw;
    options.cells.encoding = "windows-1252";
    return read_table(path, path, options, mark);
  }
}

// With the marks in front of fractions and between thousands that leave the fewest columns odd.
Table read_best(const std::string& path, TableOptions& options) {
  Table best = read_any(path, options);
  const auto may_be_other_marks = [](const Column& c) {
    return c.first_odd && c.first_odd->cell.find_first_of("0123456789") != std::string::npos;
  };
  if (std::none_of(best.columns.begin(), best.columns.end(), may_be_other_marks)) return best;
  CellFormat chosen = options.cells;
  for (const auto& [decimal, thousands] :
       {std::pair(",", "none"), std::pair(",", "."), std::pair(",", "space"), std::pair(".", ","),
        std::pair(".", "space"), std::pair(".", "'"), std::pair(",", "'")}) {
    options.cells.decimal = decimal, options.cells.thousands = thousands;
    Table other = read_any(path, options);
    if (odd_columns(other) < odd_columns(best)) best = std::move(other), chosen = options.cells;
  }
  options.cells = chosen;
  return best;
}

}  // namespace

Overview overview(const std::string& path, const std::string& target) {
  const Bytes readable(path);  // says best why there is none
  DataSettings settings;
  settings.file = path;
  Overview all;
  const std::string setting;  // a command names the file, not a study
  all.format =
      known_format(settings).value_or(looks_like_libsvm(path, path, setting) ? FileFormat::libsvm : FileFormat::csv);
  const bool libsvm = all.format == FileFormat::libsvm;
  if (!libsvm) all.delimiter = delimiter_of(path);
  TableOptions options{all.delimiter == "tab" ? '\t' : all.delimiter[0], {}, setting};
  options.named.push_back(target);
  FileMark mark;
  if (libsvm) {
    TableOptions labels = options;
    labels.as_text.push_back(kLabel);  // words or numbers: both can be read so
    Table table = read_libsvm(path, path, labels, mark);
    all.features = table.indices.size(), all.nonzeros = table.sparse.values.size();
    ColumnOverview label = overview_of(table, 0);
    const auto& levels = table.columns[0].levels;
    if (std::all_of(levels.begin(), levels.end(), [](const auto& l) { return to_real(l).has_value(); })) {
      label.kind = ColumnOverview::Kind::numbers;
      label.whole = std::all_of(levels.begin(), levels.end(), [](const auto& l) { return to_integer(l).has_value(); });
      label.least = label.most = *to_real(levels[0]);
      for (const std::string& level : levels)
        label.least = std::min(label.least, *to_real(level)), label.most = std::max(label.most, *to_real(level));
    }
    all.rows = table.rows();
    all.columns.push_back(std::move(label));
    return all;
  }
  const Table table = read_best(path, options);
  all.cells = options.cells;
  all.rows = table.rows();
  for (std::size_t j = 0; j < table.columns.size(); ++j) all.columns.push_back(overview_of(table, j));
  return all;
}

}  // namespace holdout::data
