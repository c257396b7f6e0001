// Optuna's relational schema, version 12 (the one since 1.x): its tables, and hyperparameters as it stores them.
// Sources: optuna/storages/_rdb/models.py and optuna/distributions.py; tried with 3.1.0, 3.6.2, 4.0.0, 4.9.0, 5.0.0rc1.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <holdout/search/space.hpp>
#include <holdout/study/trial.hpp>

namespace holdout::study {

inline constexpr int kOptunaSchema = 12;

/// The statements that make all tables, and what holdout adds to them: a unique index on a trial's number; each trial's
/// number in the search, which trials of other programs lack, and checksums of its outcome (trial_check.hpp); the
/// training loss beside each point of a curve (columns that Optuna does not know it leaves alone); parameters of
/// models.
std::span<const std::string_view> schema();

/// RUNNING, COMPLETE …: Optuna stores states by name.
std::string_view state_name(TrialState state);
/// @throws std::domain_error for a word that is none of them
TrialState state_from(std::string_view name);

/// A number as Optuna's value columns hold it.
struct StoredNumber {
  double value = 0;
  bool null = false;      // not finite: the type says what it was
  std::string_view type;  // FINITE, INF_POS, INF_NEG, NAN
};
StoredNumber stored(double x);
/// @throws std::domain_error for a type that is none of them
double number_from(double value, bool null, std::string_view type);

/// How the parameters of a space are stored: as one or two of Optuna's each.
///
/// listed values: categorical, its value the index of the choice. A range: float or int. Both ("zero or the range"):
/// the categorical `PATH.kind`, whose last choice is the word "range", and PATH itself only where that was chosen.
class StoredParameters {
 public:
  struct Row {
    std::size_t column;
    double value;
  };

  explicit StoredParameters(const search::SearchSpace& space);

  const std::string& name(std::size_t column) const { return columns_[column].name; }
  const std::string& distribution(std::size_t column) const { return columns_[column].distribution; }

  /// The rows of a configuration of the space; parameters without a value have none.
  std::vector<Row> rows(const search::Configuration& configuration) const;
  /// Puts one row back. Names that are not of the space, which Optuna may have added, are left alone.
  /// @return whether the name is of the space
  bool read(const std::string& name, double value, search::Configuration& configuration) const;

 private:
  struct Column {
    std::string name, distribution;
    std::size_t parameter;
    bool listed;  // an index into the parameter's values, not a number of its range
  };

  void add(std::string name, std::string distribution, std::size_t parameter, bool listed);

  std::vector<search::Parameter> parameters_;
  std::vector<std::map<Value, std::size_t>> choices_;     // [parameter]: the first place of each listed value
  std::vector<Column> columns_;                           // in the order of parameters, listed values before the range
  std::unordered_map<std::string, std::size_t> by_name_;  // column
};

}  // namespace holdout::study
