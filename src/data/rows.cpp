#include <holdout/data/rows.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include <holdout/base/number.hpp>

#include "cell.hpp"
#include "csv.hpp"
#include "libsvm_line.hpp"
#include "lines.hpp"
#include "table.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kMostRows = 1024, kMostCells = 128 * 1024;  // of a block; 1 MiB

// "red, green, …": what a message has room for.
std::string some(const std::vector<std::string>& words) {
  constexpr std::size_t kShown = 8;
  std::string text = joined(std::span(words).first(std::min(kShown, words.size())));
  return words.size() > kShown ? text + ", … (" + std::to_string(words.size()) + " in all)" : text;
}

class CsvRows final : public RowReader {
 public:
  CsvRows(const std::string& path, const RowFormat& format)
      : format_(format), bytes_(path), cells_(bytes_, format.delimiter == "tab" ? '\t' : format.delimiter[0]) {
    for (const InputColumn& column : format_.columns) {
      inputs_.push_back({&column, features_, {}});
      for (std::size_t k = 0; k < column.levels.size(); ++k) inputs_.back().index.emplace(column.levels[k], k);
      features_ += std::max<std::size_t>(1, column.levels.size());
    }
    read_header();
  }

  bool next(RowBlock& block) override;

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  // A column of the model.
  struct Input {
    const InputColumn* column;
    std::size_t first;                                      // of its features
    std::map<std::string, std::size_t, std::less<>> index;  // of its levels
  };
  // A column of the file: which column of the model it is, and which of those to keep.
  struct Use {
    std::size_t input = kNone, keep = kNone;
  };

  void read_header();
  bool read_cell(const Input& input, std::string_view text, double* features);

  const RowFormat format_;
  Bytes bytes_;
  CsvCells cells_;
  std::vector<Input> inputs_;
  std::vector<Use> uses_;
  std::size_t features_ = 0;
};

void CsvRows::read_header() {
  const std::string& file = bytes_.mark().path;
  std::vector<std::string> names;
  Cell cell;
  while (cells_.next(cell)) {
    names.emplace_back(cell.text);
    if (cell.last) break;
  }
  if (names.empty()) throw Error(Message{{file, 0, 0}, "the file is empty", "expected a header line and rows"});
  uses_.resize(names.size());
  Errors errors;
  const auto find = [&](const std::string& name, const char* what) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      std::string hint = near_names(name, names);
      if (names.size() == 1 && names[0].find_first_of(",;\t") != std::string::npos)
        hint = "the file has one column, " + quoted(names[0]) + ": is the delimiter another one? --delimiter";
      errors.add(Message{{file, 1, 0}, std::string(what) + quoted(name) + " is missing", hint});
    } else if (std::find(at + 1, names.end(), name) != names.end()) {
      errors.add(Message{{file, 1, 0}, "column " + quoted(name) + " is there twice", "rename the one that is another"});
    }
    return static_cast<std::size_t>(at - names.begin());
  };
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (const std::size_t j = find(inputs_[i].column->name, "column "); j < names.size()) uses_[j].input = i;
  for (std::size_t k = 0; k < format_.keep.size(); ++k)
    if (const std::size_t j = find(format_.keep[k], "column to keep: "); j < names.size()) uses_[j].keep = k;
  errors.throw_if_any();
}

bool CsvRows::read_cell(const Input& input, std::string_view text, double* features) {
  const auto& [column, first, index] = input;
  const std::size_t width = std::max<std::size_t>(1, column->levels.size());
  double x = 0;
  const Kind kind = kind_of(text, x);
  const auto refuse = [&](const std::string& what, std::string hint) {
    add(Message{
        {bytes_.mark().path, cells_.line(), 0}, "column " + quoted(input.column->name) + ": " + what, std::move(hint)});
    return false;
  };
  if (kind != Kind::number && is_missing(text)) {
    std::fill_n(features + first, width, std::numeric_limits<double>::quiet_NaN());
    if (format_.fill_missing) return true;
    return refuse("a missing value, " + quoted(text),
                  "the model was trained without: with data.missing: mean it would take them");
  }
  if (column->levels.empty()) {
    features[first] = x;
    if (kind == Kind::number) return true;
    return refuse(quoted(text) + (kind == Kind::infinite ? " is no finite number up to 1e300" : " is not a number"),
                  "the model was trained with numbers there");
  }
  const auto level = index.find(text);
  if (level == index.end())
    return refuse(quoted(text) + " is none of the values that the model was trained with", some(column->levels));
  features[first + level->second] = 1;
  return true;
}

bool CsvRows::next(RowBlock& block) {
  block = {};
  block.rows.features = features_;
  const std::size_t most = std::clamp<std::size_t>(kMostCells / std::max<std::size_t>(1, features_), 1, kMostRows);
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
    features_ = format.features.size();
  }

  bool next(RowBlock& block) override {
    block = {};
    block.rows.features = features_;
    SparseRows& sparse = block.rows.sparse;
    sparse.start.push_back(0);
    std::string_view line;
    while (block.rows.rows < kMostRows && sparse.values.size() < kMostCells &&
           (block.rows.rows == 0 || lines_.buffered()) && lines_.next(line)) {
      line = without_comment(line);
      std::string_view token = next_token(line);
      if (token.empty()) continue;
      if (token.find(':') == token.npos) token = next_token(line);  // a label, which nobody needs
      if (token.starts_with("qid:")) token = next_token(line);
      const bool good = read_features(token, line, sparse);
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
  bool read_features(std::string_view token, std::string_view rest, SparseRows& sparse) {
    std::int64_t last = -1;
    for (; !token.empty(); token = next_token(rest)) {
      const std::size_t colon = std::min(token.find(':'), token.size());
      std::int64_t index = -1;
      double x = 0;
      if (!whole_number(token.substr(0, colon), index) || index <= last)
        return odd(quoted(token) + ": expected INDEX:VALUE, with indices that ascend");
      if (colon == token.size() || kind_of(token.substr(colon + 1), x) != Kind::number)
        return odd(quoted(token) + ": the value is no finite number up to 1e300");
      last = index;
      const auto feature = feature_of_.find(index);
      if (feature == feature_of_.end() || x == 0) continue;
      sparse.columns.push_back(feature->second), sparse.values.push_back(x);
    }
    return true;
  }
  bool odd(std::string text) {
    add(Message{{bytes_.mark().path, lines_.number(), 0}, std::move(text), "as in: 1 3:0.5 17:2"});
    return false;
  }

  Bytes bytes_;
  Lines lines_;
  std::unordered_map<std::int64_t, std::uint32_t> feature_of_;  // [index]
  std::size_t features_ = 0;
};

}  // namespace

void RowReader::add(Message message) {
  constexpr std::size_t kMostErrors = 20;
  if (odd_.messages().size() < kMostErrors) odd_.add(std::move(message));
}

std::unique_ptr<RowReader> open_rows(const std::string& path, const RowFormat& format) {
  if (format.sparse) return std::make_unique<LibsvmRows>(path, format);
  return std::make_unique<CsvRows>(path, format);
}

}  // namespace holdout::data
