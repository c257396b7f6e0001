#include <holdout/study/starter.hpp>

#include <algorithm>
#include <cmath>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/data/density.hpp>

#include "yaml.hpp"

namespace holdout::study {
namespace {

using data::ColumnOverview;
using Kind = ColumnOverview::Kind;

constexpr std::size_t kMaxClasses = 20;         // whole numbers with more different values are numbers
constexpr std::size_t kRowsForOneSplit = 1000;  // fewer: every row should measure once
constexpr double kWorkForExact = 2e7;  // rows · features · classes that a minimum is searched with in seconds

std::string counted(std::size_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

// "a, b, c, …", escaped: for comments.
std::string some(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) text += (i > 0 ? ", " : "") + escaped(names[i]);
  return names.size() > kShown ? text + ", …" : text;
}

std::string flow_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "[" : ", ") + yaml::yaml_text(name);
  return text + "]";
}

// Why a column cannot be a feature, or would be no use; empty: it can.
std::string reason_against(const ColumnOverview& column, std::size_t rows) {
  constexpr std::size_t kMaxLevels = 100, kFewLevels = 10;  // as the encoder takes them
  if (column.kind == Kind::missing) return "every cell is missing";
  if (column.kind == Kind::mixed)
    return "numbers and words (" + holdout::quoted(column.odd->second) + " in line " +
           std::to_string(column.odd->first) + "): mend it, or list it in data.categorical";
  if (column.different == 1) return "the same in every row";
  if (column.kind == Kind::words) {
    if (column.values.empty() || column.different > kMaxLevels ||
        (column.different > kFewLevels && 2 * column.different > rows))
      return "words, " + std::string(column.values.empty() ? "more than " : "") + std::to_string(column.different) +
             " different ones: " +
             (column.values.empty() || 2 * column.different > rows ? "no category"
                                                                   : "too many features; encode: {…: target} is one");
    return {};
  }
  const bool numbers_rows = column.whole && column.missing == 0 && rows > kFewLevels &&
                            column.most - column.least + 1 == static_cast<double>(rows) &&
                            (column.values.empty() || column.different == rows);
  return numbers_rows ? "it only numbers the rows" : "";
}

constexpr std::size_t kFolds = 5;  // of the splits that are proposed

// The words of a name: patient_id, PatientID and "patient id" are of patient and id.
std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
    const bool begins = (upper || lower) && (!(before >= 'A' && before <= 'Z') && !(before >= 'a' && before <= 'z'));
    const bool hump = upper && before >= 'a' && before <= 'z';
    if (begins || hump) words.emplace_back();
    if (upper || lower) words.back() += static_cast<char>(upper ? c - 'A' + 'a' : c);
    before = c;
  }
  return words;
}

bool has_word(const ColumnOverview& column, std::initializer_list<std::string_view> known) {
  const std::vector<std::string> words = words_of(column.name);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

// Rows that share a value of it may be of one source.
bool looks_like_group(const ColumnOverview& column, std::size_t rows) {
  const bool whole = column.kind == Kind::words || (column.kind == Kind::numbers && column.whole);
  return whole && !column.dates && 2 * column.different <= rows &&
         has_word(column, {"id",        "patient", "subject",  "person",   "user",    "customer", "client",
                           "group",     "site",    "hospital", "school",   "store",   "shop",     "session",
                           "machine",   "device",  "sensor",   "station",  "batch",   "plot",     "family",
                           "household", "speaker", "author",   "document", "company", "farm",     "animal"});
}

bool looks_like_time(const ColumnOverview& column) {
  return column.dates || (column.kind == Kind::numbers &&
                          has_word(column, {"date", "time", "timestamp", "datetime", "year", "epoch", "unixtime"}));
}

class Starter {
 public:
  Starter(const data::Overview& overview, const std::string& target, const StarterFiles& files)
      : overview_(overview), files_(files), libsvm_(overview.format == data::FileFormat::libsvm) {
    find_target(target);
    choose_features();
  }
  std::string text();

 private:
  void find_target(const std::string& name);
  void choose_features();
  void line(const std::string& yaml, const std::string& comment = {});
  void data_section();
  void missing();
  void categories();
  void split();
  void other_splits(const std::string& test);
  void model_section();
  void rare_class();
  void training_section(bool exact);
  std::string what_target_is() const;
  std::size_t classes() const { return classifies_ ? target_->different : 0; }

  const data::Overview& overview_;
  const StarterFiles& files_;
  bool libsvm_, classifies_ = false;
  const ColumnOverview* target_ = nullptr;
  std::vector<const ColumnOverview*> features_;
  std::vector<std::pair<std::string, std::string>> against_;  // column and why it is left out
  std::string out_;
};

void Starter::find_target(const std::string& name) {
  std::vector<std::string> names;
  for (const ColumnOverview& column : overview_.columns) {
    names.push_back(column.name);
    if (libsvm_ || column.name == name) target_ = &column;
  }
  if (libsvm_ && !name.empty())
    throw Error("a libsvm file has no column names: the label that each line begins with is predicted",
                "leave --target away");
  if (!target_)
    throw Error(name.empty() ? "which column is to be predicted? --target is missing"
                             : "the data have no column " + holdout::quoted(name) + " for the target",
                name.empty() ? "columns: " + joined(names) : did_you_mean(name, names));
  const std::string of = "target " + holdout::quoted(target_->name);
  if (target_->kind == Kind::missing) throw Error(of + ": every cell is missing", "choose another column");
  if (target_->kind == Kind::mixed)
    throw Error(of + ": " + holdout::quoted(target_->odd->second) + " in line " + std::to_string(target_->odd->first) +
                    " is not of the kind that most cells are of",
                "numbers or words, not both: mend the cell");
  if (target_->different == 1)
    throw Error(of + " is the same in every row: there is nothing to learn", "choose another column");
  const std::size_t known = overview_.rows - target_->missing;
  if (target_->kind == Kind::words) {
    classifies_ = true;
    if (target_->values.empty() || (target_->different > kMaxClasses && 2 * target_->different > known))
      throw Error(of + " holds words, " + std::to_string(target_->different) +
                      (target_->values.empty() ? " or more" : "") + " different ones: neither numbers nor classes",
                  "choose another column");
  } else {
    classifies_ = target_->whole && !target_->values.empty() && target_->different <= kMaxClasses &&
                  (target_->different == 2 || 10 * target_->different <= known);
  }
}

void Starter::choose_features() {
  for (const ColumnOverview& column : overview_.columns) {
    if (&column == target_) continue;
    if (const std::string reason = reason_against(column, overview_.rows); reason.empty())
      features_.push_back(&column);
    else
      against_.emplace_back(column.name, reason);
  }
  if (features_.empty() && !libsvm_) {
    std::string reasons;
    for (const auto& [name, reason] : against_)
      reasons += (reasons.empty() ? "" : "; ") + holdout::quoted(name) + ": " + reason;
    throw Error("no column besides the target can be a feature", reasons.empty() ? "add columns to the file" : reasons);
  }
}

// A line, its comment in a column where that has room.
void Starter::line(const std::string& yaml, const std::string& comment) {
  constexpr std::size_t kColumn = 44;
  out_ += yaml;
  if (!comment.empty()) out_ += std::string(yaml.size() < kColumn ? kColumn - yaml.size() : 2, ' ') + "# " + comment;
  out_ += "\n";
}

std::string Starter::what_target_is() const {
  if (!classifies_)
    return std::string(target_->whole ? "whole numbers" : "numbers") + " from " + to_text(target_->least, 4) + " to " +
           to_text(target_->most, 4) + ": a regression";
  std::vector<std::string> shares;
  for (const auto& [value, n] : target_->values) shares.push_back(value + " (" + std::to_string(n) + " rows)");
  std::string text = counted(classes(), "class");
  if (classes() != 1) text = std::to_string(classes()) + " classes";
  text += ": " + some(shares);
  return target_->kind == Kind::numbers ? text + "; as a number: type: linear" : text;
}

void Starter::data_section() {
  line("data:");
  line("  file: " + yaml::yaml_text(files_.data), "relative to this file");
  if (libsvm_)
    line("  format: libsvm", "the label that each line begins with is predicted: " + what_target_is());
  else
    line("  target: " + yaml::yaml_text(target_->name), what_target_is());
  if (overview_.delimiter != ",") line("  delimiter: " + std::string(overview_.delimiter == "tab" ? "tab" : "\";\""));
  if (overview_.cells.encoding != "utf-8")
    line("  encoding: " + overview_.cells.encoding, "as Windows programs save text");
  if (overview_.cells.decimal != ".") line("  decimal: \"" + overview_.cells.decimal + "\"", "in front of fractions");
  if (overview_.cells.thousands != "none")
    line("  thousands: " + (overview_.cells.thousands == "space" ? "space" : "\"" + overview_.cells.thousands + "\""),
         "between groups of three digits");
  if (classes() == 2)
    line("  # positive: " + yaml::yaml_text(target_->values.back().first), "the class that auc and f1 are about");
  constexpr double kWide = 100;  // largest to smallest: errors of the large ones outweigh all others
  if (!classifies_ && target_->least > 0 && target_->most > kWide * target_->least)
    line("  # target_transform: log", "the largest target is " + to_text(target_->most / target_->least, 2) +
                                          " times the smallest: relative errors may be meant");
  missing();
  categories();
  if (!against_.empty()) {
    std::vector<std::string> names;
    out_ += "  # Left out:\n";
    for (const auto& [name, reason] : against_) {
      names.push_back(name);
      out_ += "  #   " + escaped(name) + ": " + reason + "\n";
    }
    line("  features: {exclude: " + flow_list(names) + "}");
  }
  double widest = 0, narrowest = INFINITY;
  for (const ColumnOverview* column : features_)
    if (column->kind == Kind::numbers)
      widest = std::max(widest, column->most - column->least),
      narrowest = std::min(narrowest, column->most - column->least);
  const bool zeros = libsvm_ && data::mostly_zeros(overview_.nonzeros, overview_.rows, overview_.features);
  line(zeros ? "  standardize: max_abs" : "  standardize: deviation",
       zeros     ? "divides by the largest |x|; zeros stay zeros"
       : libsvm_ ? "divides by deviations; zeros stay zeros"
       : widest > 10 * narrowest
           ? "ranges differ: the widest is " + to_text(widest / narrowest, 2) + " times the narrowest"
           : "means and deviations of the training rows");
  split();
}

// Gaps in columns of words are categories of their own, those of numbers are filled, and rows without target dropped.
void Starter::missing() {
  std::vector<std::string> gaps;
  std::string columns;
  std::size_t cells = 0, filled = 0;
  const auto name = [&](const ColumnOverview& column, const char* rule) {
    columns += (columns.empty() ? "" : ", ") + yaml::yaml_text(column.name) + ": " + rule;
  };
  for (const ColumnOverview* column : features_) {
    if (column->missing == 0) continue;
    gaps.push_back(column->name), cells += column->missing;
    if (column->kind == Kind::words)
      name(*column, "level");
    else
      ++filled;
  }
  if (target_->missing > 0 && gaps.empty())
    return line("  missing: drop_row", "the target is missing in " + counted(target_->missing, "row"));
  if (target_->missing > 0) name(*target_, "drop_row");
  if (gaps.empty()) return;
  const std::string usual = filled > 0 ? "mean" : "refuse", what = counted(cells, "cell") + " of " + some(gaps);
  if (columns.empty())
    return line("  missing: mean", what + ": the training rows' mean; or median, indicator, drop_row");
  line("  missing: {default: " + usual + ", columns: {" + columns + "}}",
       what + "; level: a category of its own" +
           (target_->missing > 0 ? "; " + counted(target_->missing, "row") + " without target" : ""));
}

// What only the user knows of columns of words, as comments: what rows to predict will have, and whether a category
// says more than the mean target of its rows.
void Starter::categories() {
  constexpr std::size_t kManyLevels = 10;
  std::string columns;
  std::size_t words = 0, levels = 0;
  for (const ColumnOverview* column : features_) {
    words += column->kind == Kind::words;
    if (column->kind != Kind::words || column->different <= kManyLevels || classes() > 2) continue;
    columns += (columns.empty() ? "" : ", ") + yaml::yaml_text(column->name) + ": target";
    levels += column->different;
  }
  if (words > 0)
    line("  # unseen: ignore", "if rows to predict have categories that are not here: none of them, noted");
  if (!columns.empty())
    line("  # encode: {" + columns + "}", "the mean target of a category in place of " + counted(levels, "feature"));
}

void Starter::split() {
  std::size_t least = overview_.rows;  // rows of the smallest class
  if (classifies_)
    for (const auto& [value, n] : target_->values) least = std::min(least, n);
  const std::string test = overview_.rows >= 50 ? ", test: 0.2" : "";
  const std::string what = test.empty() ? "" : "; test: a share that only the winner sees";
  // Each class needs a row in every fold; of a small one the test part may take a row more than its share.
  const std::size_t of_test = test.empty() ? 0 : (least + 4) / 5, folds = std::min(kFolds, least - of_test);
  if (overview_.rows >= kRowsForOneSplit || overview_.rows < 10 || folds < 3)
    line("  split: {method: holdout, fraction: 0.25" + test + "}", "a quarter measures the error" + what);
  else
    line("  split: {method: kfold, folds: " + std::to_string(folds) + test + "}",
         "few rows: each measures once" + what);
  other_splits(test);
}

// What the names and values of columns suggest, as comments: only the user knows whether rows belong together.
void Starter::other_splits(const std::string& test) {
  for (const ColumnOverview& column : overview_.columns) {
    if (&column == target_ || column.missing > 0 || column.different <= kFolds) continue;
    const std::string name = yaml::yaml_text(column.name);
    if (looks_like_time(column))
      line("  # split: {method: time, folds: " + std::to_string(kFolds) + ", order: " + name + test + "}",
           "if later rows are to be predicted from earlier ones");
    else if (looks_like_group(column, overview_.rows))
      line("  # split: {method: kfold, folds: " + std::to_string(kFolds) + ", group: " + name + test + "}",
           "if rows of one " + escaped(column.name) + " belong together: they stay on one side");
  }
}

void Starter::model_section() {
  line("model:");
  if (!classifies_)
    line("  type: linear", "least squares; or mlp for more than straight lines");
  else if (classes() == 2)
    line("  type: logistic", "two classes; or svm, or mlp");
  else
    line("  type: softmax", "several classes; or mlp");
  line("  l2: {min: 1e-6, max: 100, scale: log, points: 49}", "λ of the penalty (λ/2)‖w‖²: this is searched");
  rare_class();
}

// Of classes that are much rarer than others, the rarest may deserve to count more.
void Starter::rare_class() {
  constexpr std::size_t kMuchRarer = 4;  // times
  if (!classifies_ || classes() < 2) return;
  const auto by_rows = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [least, most] = std::minmax_element(target_->values.begin(), target_->values.end(), by_rows);
  if (least->second == 0 || most->second < kMuchRarer * least->second) return;
  const std::size_t times = most->second / least->second;
  line("  # class_weight: {classes: {" + yaml::yaml_text(least->first) + ": {min: 1, max: " + std::to_string(times) +
           ", scale: log, points: 5}}}",
       "the most frequent class has " + std::to_string(times) +
           " times as many rows: how much a row counts in training");
}

void Starter::training_section(bool exact) {
  if (exact) {
    line("training:");
    line("  optimizer: exact", "the minimum of J itself: no learning rate, no epochs");
    return;
  }
  out_ += "# Much data: mini-batches, and random draws of the penalty and the step size together.\n";
  line("training:");
  line("  optimizer: adam", "holdout list optimizers");
  line("  learning_rate: {min: 1e-4, max: 0.1, scale: log}");
  line("  batch_size: 256", "rows a step");
  line("  epochs: 10", "passes over the training rows");
}

std::string Starter::text() {
  const std::size_t features = libsvm_ ? overview_.features : features_.size();
  const double work = static_cast<double>(overview_.rows) * static_cast<double>(features) *
                      static_cast<double>(std::max<std::size_t>(1, classes()));
  const bool exact = libsvm_ ? static_cast<double>(overview_.nonzeros) < kWorkForExact / 10 : work < kWorkForExact;
  out_ = "# " + std::string(classifies_ ? "Which class?" : "How much?") + " A first study of '" +
         escaped(target_->name) + "', by holdout init.\n#\n# " + counted(overview_.rows, "row") + ", " +
         counted(features, "feature column") + ". Change what you like:\n" + "#   holdout validate " +
         escaped(files_.study) + "    every mistake, the search space, the number of trials\n" + "#   holdout run " +
         escaped(files_.study) + "         search, report, best configuration, tuned model\n";
  line("name: " + yaml::yaml_text(files_.name));
  line("seed: 7", "of the split and of all draws");
  data_section();
  model_section();
  training_section(exact);
  line(std::string("objective: {metric: ") + (classifies_ ? "log_loss}" : "mse}"),
       classifies_ ? "holdout list metrics" : "mean squared error; holdout list metrics");
  if (exact)
    line("search: {method: grid}", "the points of every range");
  else
    line("search: {method: random, trials: 64}", "independent draws from the ranges");
  out_ +=
      "\n# Once this runs, to see whether more than straight lines helps:\n"
      "#   model: {type: mlp, hidden: {values: [[16], [64]]}, l2: {min: 1e-6, max: 0.1, scale: log}}\n"
      "#   training: {optimizer: adam, learning_rate: {min: 1e-4, max: 0.1, scale: log}, batch_size: 32, epochs: 50}\n"
      "#   search: {method: random, trials: 64}\n";
  return std::move(out_);
}

}  // namespace

std::string starter_study(const data::Overview& overview, const std::string& target, const StarterFiles& files) {
  return Starter(overview, target, files).text();
}

}  // namespace holdout::study
