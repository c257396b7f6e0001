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
#include "lines.hpp"
#include "odd_number.hpp"
#include "table.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kMaxRows = 1024, kMaxCells = 128 * 1024;  // of a block; 1 MiB
constexpr std::size_t kMaxErrors = 20;

// "red, green, …": what a message has room for.
std::string some(const std::vector<std::string>& words) {
  constexpr std::size_t kShown = 8;
  std::string text = joined(std::span(words).first(std::min(kShown, words.size())));
  return words.size() > kShown ? text + ", … (" + std::to_string(words.size()) + " in all)" : text;
}

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
  bool read_unseen(Input& input, std::string_view text);
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
        hint = std::string("the file is not UTF-8: ") + kToUtf8;
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

// A word that no row of the training had: the features of its column stay 0.
bool CsvRows::read_unseen(Input& input, std::string_view text) {
  constexpr std::size_t kMaxKept = 8;
  if (!format_.ignore_unseen)
    return refuse(input, quoted(text) + " is none of the values that the model was trained with",
                  some(input.column->levels));
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
  if (place == column.levels.size()) return read_unseen(input, text);
  features[input.first + place] = 1;
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

class LibsvmRows final : public RowReader {
 public:
  LibsvmRows(const std::string& path, const RowFormat& format) : bytes_(path), lines_(bytes_) {
    if (!format.keep.empty()) throw Error("a libsvm file has no columns to keep", "leave --keep away");
    for (std::uint32_t j = 0; j < format.features.size(); ++j)
      if (const auto index = to_integer(format.features[j])) feature_of_.emplace(*index, j);
    features_ = format.features.size(), features_names_ = format.features, classes_ = format.classes;
  }

  std::vector<std::string> notes() const override;
  bool next(RowBlock& block) override {
    block = {};
    block.rows.features = features_;
    SparseRows& sparse = block.rows.sparse;
    sparse.start.push_back(0);
    std::string_view line;
    while (block.rows.rows < kMaxRows && sparse.values.size() < kMaxCells &&
           (block.rows.rows == 0 || lines_.buffered()) && lines_.next(line)) {
      line = without_comment(line);
      std::string_view token = next_token(line);
      if (token.empty()) continue;
      const bool labelled = token.find(':') == token.npos;
      bool good = !labelled || read_label(token);
      if (labelled) token = next_token(line);
      if (token.starts_with("qid:")) token = next_token(line);
      good = good && read_features(token, line, sparse);
      if (!good) {
        sparse.columns.resize(sparse.start.back()), sparse.values.resize(sparse.start.back());
        ++odd_rows_;
      }
      sparse.start.push_back(sparse.values.size());
      block.good.push_back(good);
      ++block.rows.rows;
    }
    block.rows.y.assign(block.rows.rows, 0);
    return block.rows.rows > 0;
  }

 private:
  bool read_label(std::string_view token);
  bool is_class(std::string_view label) const;
  bool read_features(std::string_view token, std::string_view rest, SparseRows& sparse);
  bool odd(std::string text, const std::string& hint = "as in: 1 3:0.5 17:2") {
    add(Message{{bytes_.mark().path, lines_.number(), 0}, std::move(text), hint});
    return false;
  }

  Bytes bytes_;
  Lines lines_;
  std::unordered_map<std::int64_t, std::uint32_t> feature_of_;  // [index]
  std::vector<std::string> features_names_, classes_;
  std::size_t features_ = 0;
  std::map<std::int64_t, std::size_t> unknown_;  // indices that the model does not know, with their values; not all
  std::size_t unknown_values_ = 0;
  std::vector<std::string> labels_;  // that are no classes of the model: the first few
  std::size_t other_labels_ = 0;     // rows that have such ones
};

// Nobody needs it, but a file whose lines begin with anything else is of another kind.
bool LibsvmRows::read_label(std::string_view token) {
  constexpr const char* kExpected = "expected LABEL INDEX:VALUE INDEX:VALUE …, as in: 1 3:0.5 17:2";
  if (token.find(',') != token.npos)
    throw Error(Message{{bytes_.mark().path, lines_.number(), 0},
                        "the line begins with " + quoted(token) +
                            ", as those of a CSV file do; the model was trained on "
                            "a libsvm file",
                        kExpected});
  double x = 0;
  if (classes_.empty() ? kind_of(token, x) != Kind::word : is_class(token)) return true;
  if (kind_of(token, x) == Kind::word)
    return odd("label " + quoted(token) + " is neither a number nor a class of the model", kExpected);
  constexpr std::size_t kMaxKept = 8;
  ++other_labels_;
  if (std::find(labels_.begin(), labels_.end(), token) == labels_.end() && labels_.size() < kMaxKept)
    labels_.emplace_back(token);
  return true;
}

// Numbers are compared as such: +1 is 1.
bool LibsvmRows::is_class(std::string_view label) const {
  if (std::find(classes_.begin(), classes_.end(), label) != classes_.end()) return true;
  double x = 0, y = 0;
  return kind_of(label, x) == Kind::number && std::any_of(classes_.begin(), classes_.end(), [&](const auto& name) {
           return kind_of(name, y) == Kind::number && x == y;
         });
}

bool LibsvmRows::read_features(std::string_view token, std::string_view rest, SparseRows& sparse) {
  constexpr std::size_t kMaxKept = 1000;
  std::int64_t last = -1;
  std::size_t known = 0;
  std::vector<std::string> unknown;
  for (; !token.empty(); token = next_token(rest)) {
    const std::size_t colon = std::min(token.find(':'), token.size());
    std::int64_t index = -1;
    double x = 0;
    if (!whole_number(token.substr(0, colon), index) || index <= last)
      return odd(quoted(token) + ": expected INDEX:VALUE, with indices that ascend");
    if (colon == token.size()) return odd(quoted(token) + ": expected INDEX:VALUE, as libsvm files have them");
    if (kind_of(token.substr(colon + 1), x) != Kind::number)
      return odd(quoted(token) + ": the value is no finite number up to 1e300");
    last = index;
    const auto feature = feature_of_.find(index);
    known += feature != feature_of_.end();
    if (x == 0) continue;
    if (feature != feature_of_.end()) {
      sparse.columns.push_back(feature->second), sparse.values.push_back(x);
      continue;
    }
    unknown.push_back(std::to_string(index));
    ++unknown_values_;
    if (unknown_.size() < kMaxKept || unknown_.count(index) > 0) ++unknown_[index];
  }
  if (known > 0 || unknown.empty()) return true;
  return odd("the model knows none of the row's indices: " + some(unknown),
             "it was trained with the indices " + some(features_names_));
}

std::vector<std::string> LibsvmRows::notes() const {
  std::vector<std::string> all;
  if (other_labels_ > 0)
    all.push_back(std::to_string(other_labels_) + (other_labels_ == 1 ? " row has a label" : " rows have labels") +
                  " that the model does not know (" + some(labels_) +
                  "): labels are not used; its classes: " + some(classes_));
  if (unknown_values_ == 0) return all;
  std::vector<std::string> indices;
  for (const auto& [index, n] : unknown_) indices.push_back(std::to_string(index));
  std::string text = std::to_string(unknown_values_) +
                     (unknown_values_ == 1 ? " value has an index" : " values have indices") +
                     " that the model does not know, and count as 0: " + some(indices);
  if (unknown_.begin()->first == 0) text += "; the model counts from 1: are the indices shifted?";
  all.push_back(std::move(text));
  return all;
}

}  // namespace

void RowReader::add(Message message) {
  if (odd_.messages().size() < kMaxErrors) odd_.add(std::move(message));
}

std::unique_ptr<RowReader> open_rows(const std::string& path, const RowFormat& format) {
  if (format.sparse) return std::make_unique<LibsvmRows>(path, format);
  return std::make_unique<CsvRows>(path, format);
}

}  // namespace holdout::data
