#include <holdout/data/rows.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <holdout/base/number.hpp>

#include "cell.hpp"
#include "csv.hpp"
#include "libsvm_line.hpp"
#include "odd_number.hpp"
#include "row_block.hpp"
#include "table.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kMaxErrors = 20;

class CsvRows final : public RowReader {
 public:
  CsvRows(const std::string& path, const RowFormat& format)
      : format_(format),
        bytes_(path),
        cells_(bytes_, format.delimiter == "tab" ? '\t' : format.delimiter[0], format.cells.encoding == "windows-1252"),
        reader_(format.cells) {
    for (const InputColumn& column : format_.columns) {
      Input input{&column, features_, {}, {}, 0, {}};
      for (std::size_t k = 0; k < column.levels.size(); ++k) {
        input.index.emplace(column.levels[k], k);
        if (double x = 0; reader_.kind_of(column.levels[k], x) == Kind::number) input.numbers.emplace(x, k);
      }
      if (input.numbers.size() < column.levels.size()) input.numbers.clear();
      inputs_.push_back(std::move(input));
      features_ += column.features();
    }
    read_header();
  }

  bool next(RowBlock& block) override;
  std::vector<std::string> notes() const override;

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  // A column of the model.
  struct Input {
    const InputColumn* column;
    std::size_t first;                                      // of its features
    std::map<std::string, std::size_t, std::less<>> index;  // of its levels
    std::map<double, std::size_t> numbers;                  // the same, where all are numbers
    std::size_t unseen = 0;                                 // cells that were none of them, and ignored
    std::vector<std::string> unseen_words;                  // the first few
  };
  // A column of the file: which column of the model it is, and which of those to keep.
  struct Use {
    std::size_t input = kNone, keep = kNone;
  };

  void check_separator() const;
  void check_format(std::string_view line) const;
  void read_header();
  bool read_cell(Input& input, std::string_view text, double* features);
  bool read_unseen(Input& input, std::string_view text, double& feature);
  bool read_missing(const Input& input, std::string_view text, double* features);
  bool refuse(const Input& input, const std::string& what, std::string hint) {
    add(Message{
        {bytes_.mark().path, cells_.line(), 0}, "column " + quoted(input.column->name) + ": " + what, std::move(hint)});
    return false;
  }

  const RowFormat format_;
  Bytes bytes_;
  CsvCells cells_;
  const CellReader reader_;
  std::vector<Input> inputs_;
  std::vector<Use> uses_;
  std::size_t features_ = 0;
};

void CsvRows::check_separator() const {
  const char separator = cells_.separator();
  const std::string known = separator == '\t' ? "tab" : std::string(1, separator);
  if (separator != '\0' && known != format_.delimiter)
    throw Error(Message{
        {bytes_.mark().path, 1, 0},
        "line 1, sep=" + known + ", says that another delimiter stands between cells than " + quoted(format_.delimiter),
        "--delimiter '" + known + "'"});
}

// A line of a libsvm file is a header of one column.
void CsvRows::check_format(std::string_view line) const {
  const std::string label(next_token(line));
  const std::string_view pair = next_token(line);
  std::int64_t index = 0;
  const std::size_t colon = pair.find(':');
  if (colon != pair.npos && whole_number(pair.substr(0, colon), index))
    throw Error(Message{{bytes_.mark().path, 1, 0},
                        "the file begins as a libsvm file does: " + quoted(label + " " + std::string(pair)),
                        "the model was trained on a CSV file: expected a header line with its columns"});
}

void CsvRows::read_header() {
  check_separator();
  const std::string& file = bytes_.mark().path;
  std::vector<std::string> names;
  Cell cell;
  while (cells_.next(cell)) {
    names.emplace_back(cell.text);
    if (cell.last) break;
  }
  if (names.empty()) throw Error(Message{{file, 0, 0}, "the file is empty", "expected a header line and rows"});
  if (names.size() == 1) check_format(names[0]);
  uses_.resize(names.size());
  Errors errors;
  std::unordered_map<std::string_view, std::size_t> place;  // of the first column with a name
  std::unordered_set<std::string_view> twice;
  for (std::size_t j = 0; j < names.size(); ++j)
    if (!place.emplace(names[j], j).second) twice.insert(names[j]);
  const auto find = [&](const std::string& name, const char* what) {
    const auto at = place.find(name);
    if (errors.messages().size() >= kMaxErrors) errors.throw_if_any();
    if (at == place.end()) {
      std::string hint = near_names(name, names);
      if (names.size() == 1 && names[0].find_first_of(",;\t") != std::string::npos)
        hint = "the file has one column, " + quoted(names[0]) + ": is the delimiter another one? --delimiter";
      if (!std::all_of(names.begin(), names.end(), [](const std::string& n) { return is_utf8(n); }))
        hint.assign("the file is not UTF-8: ").append(kToUtf8);
      errors.add(Message{{file, 1, 0}, std::string(what) + quoted(name) + " is missing", hint});
      return names.size();
    }
    if (twice.contains(name))
      errors.add(Message{{file, 1, 0}, "column " + quoted(name) + " is listed twice", "rename one of the two"});
    return at->second;
  };
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (const std::size_t j = find(inputs_[i].column->name, "column "); j < names.size()) uses_[j].input = i;
  for (std::size_t k = 0; k < format_.keep.size(); ++k)
    if (const std::size_t j = find(format_.keep[k], "column to keep: "); j < names.size()) uses_[j].keep = k;
  errors.throw_if_any();
}

// A word that no row of the training had: the features of its column stay 0; a place among the levels is missing, and
// the mean of the targets is that of all rows.
// @param feature  the first of the column
bool CsvRows::read_unseen(Input& input, std::string_view text, double& feature) {
  constexpr std::size_t kMaxKept = 8;
  if (!format_.ignore_unseen)
    return refuse(input, quoted(text) + " is none of the values that the model was trained with",
                  some(input.column->levels));
  if (input.column->encoding == InputColumn::Encoding::ordinal) feature = std::numeric_limits<double>::quiet_NaN();
  if (input.column->encoding == InputColumn::Encoding::target) feature = input.column->prior;
  ++input.unseen;
  auto& words = input.unseen_words;
  if (words.size() < kMaxKept && std::find(words.begin(), words.end(), text) == words.end()) words.emplace_back(text);
  return true;
}

std::vector<std::string> CsvRows::notes() const {
  std::vector<std::string> all;
  for (const Input& input : inputs_)
    if (input.unseen > 0)
      all.push_back("column " + quoted(input.column->name) + ": " + std::to_string(input.unseen) +
                    (input.unseen == 1 ? " cell has a value" : " cells have values") +
                    " that the model was not trained with, and that count as none (data.unseen: ignore): " +
                    some(input.unseen_words));
  return all;
}

bool CsvRows::read_cell(Input& input, std::string_view text, double* features) {
  const InputColumn& column = *input.column;
  double x = 0;
  const Kind kind = reader_.kind_of(text, x);
  if (kind == Kind::missing) return read_missing(input, text, features);
  if (column.levels.empty()) {
    features[input.first] = x;
    if (kind == Kind::number) return true;
    if (kind == Kind::infinite)
      return refuse(input, quoted(text) + " is no finite number up to 1e300",
                    "the model was trained with numbers there");
    const std::optional<OddNumber> odd = odd_number(text, format_.cells.decimal[0]);
    return refuse(input, quoted(text) + " is not a number" + (odd ? ": it " + odd->what : ""),
                  "the model was trained with numbers there");
  }
  const auto level = input.index.find(text);
  std::size_t place = level != input.index.end() ? level->second : column.levels.size();
  if (level == input.index.end() && kind == Kind::number)
    if (const auto same = input.numbers.find(x); same != input.numbers.end()) place = same->second;
  if (place == column.levels.size()) return read_unseen(input, text, features[input.first]);
  if (column.encoding == InputColumn::Encoding::onehot)
    features[input.first + place] = 1;
  else
    features[input.first] =
        column.encoding == InputColumn::Encoding::target ? column.values[place] : static_cast<double>(place);
  return true;
}

bool CsvRows::read_missing(const Input& input, std::string_view text, double* features) {
  using Missing = InputColumn::Missing;
  const InputColumn& column = *input.column;
  if (column.missing == Missing::refuse)
    return refuse(input, "a missing value, " + quoted(text),
                  "the model was trained without: with data.missing: mean it would take them");
  const std::size_t width = column.features() - (column.tells_missing() ? 1 : 0);
  if (column.missing != Missing::level)
    std::fill_n(features + input.first, width, std::numeric_limits<double>::quiet_NaN());
  if (column.tells_missing()) features[input.first + width] = 1;
  return true;
}

bool CsvRows::next(RowBlock& block) {
  block = {};
  block.rows.features = features_;
  const std::size_t most = std::clamp<std::size_t>(kMaxCells / std::max<std::size_t>(1, features_), 1, kMaxRows);
  Cell cell;
  while (block.rows.rows < most && (block.rows.rows == 0 || cells_.buffered()) && cells_.next(cell)) {
    const std::size_t row = block.rows.rows++;
    const int line = cells_.line();
    block.rows.x.resize((row + 1) * features_);
    block.kept.resize((row + 1) * format_.keep.size());
    double* features = block.rows.x.data() + row * features_;
    bool good = true;
    std::size_t width = 0;
    while (true) {
      if (width < uses_.size()) {
        const Use use = uses_[width];
        if (use.keep != kNone) block.kept[row * format_.keep.size() + use.keep] = cell.text;
        if (use.input != kNone) good = read_cell(inputs_[use.input], cell.text, features) && good;
      }
      ++width;
      if (cell.last) break;
      cells_.next(cell);  // there is one: this was not the last
    }
    if (width != uses_.size()) {
      add(Message{{bytes_.mark().path, line, 0},
                  "the row has " + std::to_string(width) + " cells, the header " + std::to_string(uses_.size()),
                  "every row needs as many cells as the header"});
      good = false;
    }
    if (!good) std::fill_n(features, features_, 0.0), ++odd_rows_;
    block.good.push_back(good);
  }
  block.rows.y.assign(block.rows.rows, 0);
  return block.rows.rows > 0;
}

}  // namespace

std::string some(const std::vector<std::string>& words) {
  constexpr std::size_t kShown = 8;
  std::string text = joined(std::span(words).first(std::min(kShown, words.size())));
  return words.size() > kShown ? text + ", … (" + std::to_string(words.size()) + " in all)" : text;
}

void RowReader::add(Message message) {
  if (odd_.messages().size() < kMaxErrors) odd_.add(std::move(message));
}

std::unique_ptr<RowReader> open_rows(const std::string& path, const RowFormat& format) {
  if (format.sparse) return open_libsvm_rows(path, format);
  return std::make_unique<CsvRows>(path, format);
}

}  // namespace holdout::data
