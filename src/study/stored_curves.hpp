// Learning curves in an Optuna database: a trial's intermediate values, many to a statement.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include <soci/soci.h>

#include <holdout/study/trial.hpp>

namespace holdout::study {

/// Prepared statements that write curves: most of what a sweep stores. Rows of one statement share the cost of running
/// it.
class CurveWriter {
 public:
  explicit CurveWriter(soci::session& sql);
  CurveWriter(const CurveWriter&) = delete;  // the statements are bound to the members
  CurveWriter& operator=(const CurveWriter&) = delete;

  /// @param trial  its trial_id
  void write(long long trial, std::span<const CurvePoint> curve);

 private:
  struct Row {
    long long step = 0;
    double value = 0, train_loss = 0;
    soci::indicator value_null = soci::i_ok, train_loss_null = soci::i_ok;
    std::string type;
  };
  static constexpr std::size_t kRows = 20;

  soci::statement insert(soci::session& sql, std::size_t rows);
  void fill(std::span<const CurvePoint> points);

  long long trial_ = 0;
  std::array<Row, kRows> rows_;
  soci::statement one_, many_;
};

/// The learning curve of a trial, by epoch.
std::vector<CurvePoint> read_curve(soci::session& sql, long long study, int number);

}  // namespace holdout::study
