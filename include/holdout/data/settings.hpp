// Settings of a study's `data:` section: which file, what to predict, how it is encoded and split.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <holdout/base/settings.hpp>
#include <holdout/data/cell_format.hpp>
#include <holdout/data/dataset.hpp>

namespace holdout::data {

/// `data.standardize:` in the order of Standardize, then auto: deviation, of sparse rows max_abs; and the words that it
/// had as a switch, which the reader of studies replaces by deviation and none.
inline constexpr std::string_view kStandardize[] = {"none", "deviation", "max_abs", "robust", "auto", "true", "false"};

/// @param word  of kStandardize
/// @param sparse  what auto depends on
Standardize standardize_of(const std::string& word, bool sparse);

/// The key of `data:` that it is, which configurations have as well.
void standardize_field(FieldVisitor& f, std::string& word);
/// `data.split.outer:` cross-validation around the whole search, which says how good what it chooses is.
struct OuterSettings {
  static constexpr std::int64_t kNone = 0, kAll = -1;
  std::int64_t folds = kNone;  // each is held out of a search of its own, and measures what that chose
  std::int64_t fold = kAll;    // from 0; this one alone, as a study whose test rows are those of the fold
  void fields(FieldVisitor& f);
};

/// `data.split:` which rows train, which measure the hold-out error, which only the winner sees.
class SplitSettings final : public Choice {
 public:
  enum Method : std::size_t { holdout, kfold, leave_one_out, column, time };
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override { return method_; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;

  double fraction = 0.25;            // holdout: share of all rows that measures
  std::int64_t folds = 5;            // kfold, time
  std::int64_t repeats = 1;          // kfold: so many k-fold splits, each drawn anew
  bool stratify = true;              // holdout, kfold: every part has the classes' shares; means nothing for regression
  std::string group;                 // holdout, kfold: a column; rows with the same value are on one side. Empty: none
  double test = 0;                   // all but column: share of all rows set aside for the winner; time: the last rows
  std::string window = "expanding";  // time: expanding, all rows before; sliding, the latest, as many in every fold
  std::int64_t gap = 0;              // time: so much in front of what is measured trains nothing
  std::string gap_unit = "rows";     // time: rows, or order: the unit of the order column, days for dates
  std::string order;                 // time: a column of numbers or ISO dates; empty: the rows are in order
  OuterSettings outer;               // all but column
  std::string column_name;           // column: its values are train, holdout, test, or fold numbers (−1: test)
  std::string file;                  // column: a side file with one row for each data row; empty: the data file

 private:
  void time_fields(FieldVisitor& f);
  std::size_t method_ = holdout;
};

/// `data.features:` which columns are features, all but the target and the split column if nothing is said; and what is
/// made of them.
struct FeatureSettings {
  std::vector<std::string> include, exclude;  // column names; not both
  std::int64_t polynomial = 1;                // highest degree of their products (polynomial.hpp), 1: none
  void fields(FieldVisitor& f);
};

/// `data.weight:` how many rows each row stands for.
struct WeightSettings {
  std::string column;  // its name; empty: every row counts once
  std::string file;    // a side file with one row for each data row; empty: the data file
  void fields(FieldVisitor& f);
};

/// `data.missing:` what becomes of missing cells: refuse, drop_row, mean, median, level or indicator.
struct MissingSettings {
  struct Column {
    std::string name, rule;
  };
  std::string usual = "refuse";  // of columns that are not named
  std::vector<Column> columns;
  const std::string& rule(const std::string& column) const;
  void fields(FieldVisitor& f);
};

/// `data.encode:` what categories of single columns become: onehot, ordinal or target; of all others onehot.
struct EncodeSettings {
  struct Column {
    std::string name, rule;
  };
  std::vector<Column> columns;
  /// onehot where nothing is said
  const std::string& rule(const std::string& column) const;
  void fields(FieldVisitor& f);
};

/// `data:`
struct DataSettings {
  std::string file;                  // may be gzip-compressed (.gz); relative to the study's folder
  std::string format = "auto";       // csv, libsvm, or auto: by the name's ending, else by the first line
  std::string target;                // csv: name of the column to predict; libsvm: none, labels come first
  std::string delimiter = ",";       // between cells: "," ";" or tab
  std::string standardize = "auto";  // of kStandardize; with locations and scales of the training rows only
  CellFormat cells;                  // csv: encoding, decimal, thousands, missing_words
  MissingSettings missing;
  std::string target_transform = "none";  // of kTargetTransforms
  std::string unseen = "refuse";          // categories that only rows to predict have: refuse or ignore
  std::vector<std::string> categorical;   // columns of numbers that are categories
  EncodeSettings encode;
  std::string positive;  // two classes: the positive one; empty: the last in order
  WeightSettings weight;
  FeatureSettings features;
  SplitSettings split;
  void fields(FieldVisitor& f);
};

}  // namespace holdout::data
