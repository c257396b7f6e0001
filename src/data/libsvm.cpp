#include "libsvm.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/number.hpp>

#include "cell.hpp"
#include "libsvm_line.hpp"
#include "lines.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kMaxErrors = 20, kMaxClasses = 10'000;  // no model here takes more
constexpr std::size_t kBlockRows = at_once(128 * 1024, 8);
constexpr std::uint32_t kLargestIndex = std::uint32_t{1} << 31;
constexpr const char* kForm = "expected LABEL INDEX:VALUE INDEX:VALUE …, as in: 1 3:0.5 17:2";

class LibsvmReader {
 public:
  LibsvmReader(Bytes& bytes, const TableOptions& options) : bytes_(bytes), options_(options), lines_(bytes) {
    table_.file = bytes.mark().path;
    table_.cells = RowStore(1, kBlockRows, options.spill);
    Column label;
    label.name = kLabel;
    label.text = !options.as_text.empty();
    table_.columns.push_back(std::move(label));
  }
  Table read();

 private:
  bool read_label(std::string_view token);
  bool read_feature(std::string_view token);
  bool refuse_index(std::string_view token, std::string_view index, std::int64_t value);
  double level_of(std::string_view label);
  void order_features();
  void check_memory() const;
  bool add(std::string text, std::string hint = kForm) {
    const bool said = std::find(hints_.begin(), hints_.end(), hint) != hints_.end();
    errors_.add(Message{{table_.file, lines_.number(), 0}, std::move(text), said ? std::string() : hint});
    if (!said) hints_.push_back(std::move(hint));
    if (errors_.messages().size() >= kMaxErrors) errors_.throw_if_any();
    return false;
  }

  Bytes& bytes_;
  const TableOptions& options_;
  Lines lines_;
  Table table_;
  Errors errors_;
  std::vector<std::string> hints_;                              // that were given
  std::unordered_map<std::uint32_t, std::uint32_t> column_of_;  // [index], in the order of appearance
  std::int64_t last_index_ = -1;                                // of the row so far
  bool seen_qid_ = false;
};

double LibsvmReader::level_of(std::string_view label) {
  Column& c = table_.columns[0];
  auto at = c.index.find(label);
  if (at == c.index.end()) {
    if (c.levels.size() == kMaxClasses) {
      c.too_many = true;
      return 0;
    }
    at = c.index.emplace(label, static_cast<std::uint32_t>(c.levels.size())).first;
    c.levels.emplace_back(label);
  }
  return at->second;
}

bool LibsvmReader::read_label(std::string_view token) {
  // A line of a table or several labels: every line would be wrong in the same way.
  if (token.find(',') != token.npos)
    throw Error(Message{{table_.file, lines_.number(), 0},
                        "the label " + quoted(token) + " has commas",
                        std::string("for a CSV file write format: csv below data:; else ") + kForm});
  if (token.find(':') != token.npos) return add("the line begins with " + quoted(token) + ": its label is missing");
  double x = 0;
  const Kind kind = kind_of(token, x);
  if (kind != Kind::number && is_missing(token)) return add("label " + quoted(token) + " is a missing value", kForm);
  const bool control = std::any_of(token.begin(), token.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (control) return add("label " + quoted(token) + " has a control character", "remove it");
  if (!is_utf8(token)) return add("label " + quoted(token) + " is not UTF-8", kToUtf8);
  const bool classes = table_.columns[0].text;
  if (!classes && kind != Kind::number)
    return add("label " + quoted(token) + " is no finite number; a regression needs numbers",
               "for classes use model: {type: softmax}, or logistic if there are two");
  table_.cells.room()[0] = classes ? level_of(token) : x;
  return true;
}

bool LibsvmReader::refuse_index(std::string_view token, std::string_view index, std::int64_t value) {
  if (value >= 0 && value == last_index_)
    return add("index " + std::string(index) + " comes twice", "merge the two, or remove one");
  if (value >= 0 && value < last_index_)
    return add("index " + std::string(index) + " comes after " + std::to_string(last_index_) + ": indices must ascend",
               "sort the features of every line");
  return add("the index of " + quoted(token) + " is not a whole number from 0 to " + std::to_string(kLargestIndex));
}

bool LibsvmReader::read_feature(std::string_view token) {
  const std::size_t colon = token.find(':');
  if (colon == token.npos) return add(quoted(token) + " has no colon");
  const std::string_view index = token.substr(0, colon), value = token.substr(colon + 1);
  std::int64_t i = -1;
  if (!whole_number(index, i) || i < 0 || i > std::int64_t{kLargestIndex} || i <= last_index_)
    return refuse_index(token, index, i);
  last_index_ = i;
  double x = 0;
  if (kind_of(value, x) != Kind::number)
    return add("index " + std::string(index) + ": " + quoted(value) + " is no finite number up to 1e300");
  if (x == 0) return true;
  const auto column = column_of_.emplace(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(column_of_.size()));
  table_.sparse.columns.push_back(column.first->second);
  table_.sparse.values.push_back(x);
  return true;
}

// Columns were numbered in the order of appearance; from here on in the order of their indices.
void LibsvmReader::order_features() {
  std::vector<std::uint32_t> index_of(column_of_.size()), order(column_of_.size()), rank(column_of_.size());
  for (const auto& [index, column] : column_of_) index_of[column] = index;
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return index_of[a] < index_of[b]; });
  for (std::uint32_t k = 0; k < order.size(); ++k) rank[order[k]] = k, table_.indices.push_back(index_of[order[k]]);
  for (std::uint32_t& column : table_.sparse.columns) column = rank[column];
}

// As for tables of cells: what the whole file will need, by the share of it that has been read.
void LibsvmReader::check_memory() const {
  const double share = std::min(1.0, static_cast<double>(bytes_.mark().bytes) / static_cast<double>(bytes_.size()));
  constexpr double kGigabyte = 1e9, kPair = sizeof(double) + sizeof(std::uint32_t), kCopies = 2.5;  // as encode.cpp
  const double bytes = kCopies * kPair * static_cast<double>(table_.sparse.values.size()) / share;
  if (bytes <= options_.memory) return;
  throw Error(Message{{table_.file, 0, 0},
                      "the features that are not 0 need about " + to_text(bytes / kGigabyte, 3) +
                          " GB; the machine has " + to_text(options_.memory / kGigabyte, 3) +
                          in_brackets(memory_limits()),
                      "use fewer rows"});
}

Table LibsvmReader::read() {
  constexpr std::size_t kTelling = 1 << 16;  // rows between looks at the memory
  std::string_view line;
  table_.sparse.start.push_back(0);
  while (lines_.next(line)) {
    line = without_comment(line);
    std::string_view token = next_token(line);
    if (token.empty()) continue;
    bool good = read_label(token);
    last_index_ = -1;
    std::int64_t query = 0;
    for (bool first = true; good && !(token = next_token(line)).empty(); first = false)
      if (!first || !token.starts_with("qid:"))
        good = read_feature(token);
      else if (seen_qid_ = true; !whole_number(token.substr(4), query))
        good = add(quoted(token) + ": a query is a whole number");
    if (!good) continue;
    table_.cells.add();
    table_.lines.push_back(static_cast<std::uint32_t>(lines_.number()));
    table_.sparse.start.push_back(table_.sparse.values.size());
    if (table_.rows() % kTelling == 0) check_memory();
  }
  errors_.throw_if_any();
  if (table_.rows() == 0) throw Error(Message{{table_.file, 0, 0}, "the file has no rows", kForm});
  order_features();
  if (table_.indices.empty())
    throw Error(Message{{table_.file, 0, 0}, "no row has a feature with another value than 0", kForm});
  if (seen_qid_) table_.notices.push_back("query numbers (qid:) are not used: rows are split one by one");
  if (table_.indices[0] == 0) table_.notices.push_back("the file has a feature 0: its indices count from 0");
  return std::move(table_);
}

}  // namespace

Table read_libsvm(const std::string& path, const std::string& name, const TableOptions& options, FileMark& mark) {
  Bytes bytes(path, name, options.setting);
  Table table = LibsvmReader(bytes, options).read();
  mark = bytes.mark();
  return table;
}

bool looks_like_libsvm(const std::string& path, const std::string& name, const std::string& setting) {
  Bytes bytes(path, name, setting);
  Lines lines(bytes);
  std::string_view line;
  while (lines.next(line)) {
    line = without_comment(line);
    const std::string_view label = next_token(line), pair = next_token(line);
    if (label.empty()) continue;
    std::int64_t index = 0;
    const std::size_t colon = std::min(pair.find(':'), pair.size());
    return label.find(':') == label.npos && colon < pair.size() &&
           (pair.starts_with("qid:") || whole_number(pair.substr(0, colon), index));
  }
  return false;
}

}  // namespace holdout::data
