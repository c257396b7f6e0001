// Rows of a libsvm file for a model that is trained already.
#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include <holdout/base/number.hpp>

#include "cell.hpp"
#include "libsvm_line.hpp"
#include "lines.hpp"
#include "row_block.hpp"

namespace holdout::data {
namespace {

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

std::unique_ptr<RowReader> open_libsvm_rows(const std::string& path, const RowFormat& format) {
  return std::make_unique<LibsvmRows>(path, format);
}

}  // namespace holdout::data
