#include <holdout/data/settings.hpp>
#include <holdout/data/target_transform.hpp>

namespace holdout::data {
namespace {

constexpr Info kMethods[] = {
    {"holdout", "a share of the rows, drawn once, measures the hold-out error"},
    {"kfold", "every row measures once: k trainings, their errors averaged", "Stone, JRSS B 36, 1974"},
    {"leave_one_out", "every row is measured by the model of all others; ridge regression by exact, one factorization",
     "Golub, Heath and Wahba, Technometrics 21, 1979"},
    {"column", "a column says of every row: train, holdout, test, or the number of its fold"},
    {"time", "forward chaining: every part in turn measures models of the rows before it",
     "Tashman, International Journal of Forecasting 16, 2000"},
};
constexpr std::string_view kDelimiters[] = {",", ";", "tab"};
constexpr std::string_view kFormats[] = {"auto", "csv", "libsvm"};
constexpr std::string_view kMissing[] = {"refuse", "drop_row", "mean", "median", "level", "indicator"};
constexpr std::string_view kEncodeRules[] = {"onehot", "ordinal", "target"};
constexpr std::string_view kWindows[] = {"expanding", "sliding"};
constexpr std::string_view kGapUnits[] = {"rows", "order"};
constexpr std::string_view kUnseen[] = {"refuse", "ignore"};
constexpr std::span<const std::string_view> kAnyText;

// Beyond this a fold's error says little, and the sweep is that many trainings for each configuration.
constexpr std::int64_t kMaxFolds = 1000;
constexpr NamedNumber<std::int64_t> kNoFolds[] = {{"none", OuterSettings::kNone}},
                                    kAllFolds[] = {{"all", OuterSettings::kAll}};
// Of products of features: beyond, they are alike but for rounding.
constexpr std::int64_t kHighestDegree = 20;

}  // namespace

Standardize standardize_of(const std::string& word, bool sparse) {
  if (word == "auto") return sparse ? Standardize::max_abs : Standardize::deviation;
  if (word == "true") return Standardize::deviation;
  for (const Standardize how : {Standardize::deviation, Standardize::max_abs, Standardize::robust})
    if (word == kStandardize[static_cast<std::size_t>(how)]) return how;
  return Standardize::none;
}

void standardize_field(FieldVisitor& f, std::string& word) {
  f({"standardize",
     "puts features on one scale, by the training rows: deviation (mean 0, deviation 1; true), max_abs (largest |x| "
     "1), "
     "robust (median 0, quartiles 1 apart), none (false); auto: deviation, but max_abs of sparse "
     "rows most of whose values are zeros, which stay zeros",
     Scope::cohort},
    word, kStandardize);
}

std::span<const Info> SplitSettings::alternatives() const { return kMethods; }

void SplitSettings::select(std::size_t alternative) {
  *this = SplitSettings();
  method_ = alternative;
}

void SplitSettings::fields(FieldVisitor& f) {
  if (method_ == column) {
    f({"column", "name of the column: train, holdout, test, or fold numbers with -1 for test", Scope::fixed, true},
      column_name, kAnyText);
    f({"file", "CSV file with that column, a row for each data row; the data file if left out"}, file, kAnyText);
    return;
  }
  if (method_ == holdout)
    f({"fraction", "share of all rows that measures the hold-out error"}, fraction, open(0.0, 1.0));
  if (method_ == kfold) {
    f({"folds", "parts, each of which measures once"}, folds, between<std::int64_t>(2, kMaxFolds));
    f({"repeats", "so many k-fold splits, each drawn anew: less chance in what is best"}, repeats,
      between<std::int64_t>(1, kMaxFolds));
  }
  if (method_ == time) time_fields(f);
  if (method_ == holdout || method_ == kfold) {
    f({"stratify", "keep the classes' shares in every part; means nothing for regression"}, stratify);
    f({"group", "column that says which rows belong together, of one patient for example: no group is on both sides"},
      group, kAnyText);
  }
  f({"test", "share of all rows that only the winner sees, after the search; by time: the last ones"}, test,
    half_open(0.0, 1.0));
  f({"outer", "cross-validation around the whole search: an honest error of what it chooses"}, outer, "folds");
}

void OuterSettings::fields(FieldVisitor& f) {
  f({"folds", "so many searches more, each without a part of the rows, which then measures what it chose"}, folds,
    between<std::int64_t>(2, kMaxFolds).or_word(kNoFolds));
  f({"fold", "this one of them alone, from 0, as a study of its own: its rows are the test rows"}, fold,
    between<std::int64_t>(0, kMaxFolds - 1).or_word(kAllFolds));
}

void SplitSettings::time_fields(FieldVisitor& f) {
  f({"folds", "parts of equal size at the end of the rows, each measured by a model of rows before it"}, folds,
    between<std::int64_t>(1, kMaxFolds));
  f({"window", "what trains: all rows before; or, sliding, the latest of them, as many in every fold"}, window,
    kWindows);
  f({"gap", "so many rows in front of each measured part train nothing: as far ahead as predictions will be"}, gap,
    at_least<std::int64_t>(0));
  f({"gap_unit", "of gap: rows, or order: in the unit of the order column, days for dates"}, gap_unit, kGapUnits);
  f({"order", "column of numbers or ISO dates, 2024-05-31 or 2024-05-31T12:30:00Z; the order of the file if left out"},
    order, kAnyText);
}

void FeatureSettings::fields(FieldVisitor& f) {
  f({"include", "the columns to use; all if left out"}, include, kAnyText);
  f({"exclude", "columns to leave out: identifiers, for one"}, exclude, kAnyText);
  f({"polynomial", "highest degree of powers and products of features, which become features; 1: none", Scope::cohort},
    polynomial, between<std::int64_t>(1, kHighestDegree));
}

void WeightSettings::fields(FieldVisitor& f) {
  f({"column", "name of the column: numbers >= 0, as many rows as the row stands for"}, column, kAnyText);
  f({"file", "CSV file with that column, a row for each data row; the data file if left out"}, file, kAnyText);
}

const std::string& EncodeSettings::rule(const std::string& column) const {
  static const std::string kUsual = "onehot";
  for (const Column& c : columns)
    if (c.name == column) return c.rule;
  return kUsual;
}

void EncodeSettings::fields(FieldVisitor& f) {
  for (Column& column : columns)
    f({column.name,
       "onehot: a feature each; ordinal: their place, numbers by value, words by their bytes; target: the mean target "
       "of "
       "the training rows that have it, drawn to that of all"},
      column.rule, kEncodeRules);
}

const std::string& MissingSettings::rule(const std::string& column) const {
  for (const Column& c : columns)
    if (c.name == column) return c.rule;
  return usual;
}

void MissingSettings::fields(FieldVisitor& f) {
  f({"default",
     "of all columns: refuse, drop_row, mean or median of the training rows (of words the levels' shares), level: of "
     "words a category of its own, indicator: the mean, and a column that is 1 there"},
    usual, kMissing);
  const auto add = [this](std::string_view key) { columns.push_back({std::string(key), "refuse"}); };
  f.keyed({"columns", "the same for single columns: {city: level, age: median, y: drop_row}"}, add,
          [this](FieldVisitor& g) {
            for (Column& column : columns) g({column.name, "what becomes of its missing cells"}, column.rule, kMissing);
          });
}

void CellFormat::fields(FieldVisitor& f) {
  f({"encoding", "of a CSV file; windows-1252: as Windows programs save text"}, encoding, kEncodings);
  f({"decimal", "mark in front of the fraction: \".\" or \",\""}, decimal, kDecimals);
  f({"thousands", "mark between groups of three digits: 1,234.5 or 1.234,5"}, thousands, kThousands);
  f({"missing_words", "cells that are missing values, beside empty ones: words, or numbers as \"-999\""}, missing_words,
    kAnyText);
}

void DataSettings::fields(FieldVisitor& f) {
  f({"file", "CSV with a header, or libsvm; may be gzip-compressed; relative to the study's folder", Scope::fixed,
     true},
    file, kAnyText);
  f({"format", "what the file is; auto: by its name's ending (.csv, .libsvm, .svm), else by its first line"}, format,
    kFormats);
  f({"target", "name of the column to predict; none for libsvm files, whose lines begin with it"}, target, kAnyText);
  f({"delimiter", "what stands between cells"}, delimiter, kDelimiters);
  cells.fields(f);
  standardize_field(f, standardize);
  target_transform_field(f, target_transform);
  f({"missing", "missing cells: empty ones, ?, NA, nan, null, None … (missing_words); for all columns, or by column"},
    missing, "default");
  f({"unseen",
     "categories that only rows to predict have: refuse their rows, or ignore: they are none, one-hot features are 0 "
     "(of encode: target has the mean of all targets, ordinal is filled as a missing cell)"},
    unseen, kUnseen);
  f({"categorical", "columns of numbers that are categories: one-hot"}, categorical, kAnyText);
  const auto add = [this](std::string_view key) { encode.columns.push_back({std::string(key), "onehot"}); };
  f.keyed({"encode", "what categories become, by column, which is taken as text: {city: target, size: ordinal}"}, add,
          [this](FieldVisitor& g) { encode.fields(g); });
  f({"positive", "the positive one of two classes; the last in order if left out"}, positive, kAnyText);
  f({"weight", "column of sample weights: training, standardization and metrics count a row so often"}, weight,
    "column");
  f({"features", "which columns are features; all but the target if left out"}, features);
  f({"split", "which rows train, measure, and test"}, split, ChoiceStyle{"method", false});
}

}  // namespace holdout::data
