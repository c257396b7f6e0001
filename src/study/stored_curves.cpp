#include "stored_curves.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "foreign_rows.hpp"
#include "optuna_schema.hpp"

namespace holdout::study {

CurveWriter::CurveWriter(soci::session& sql) : one_(insert(sql, 1)), many_(insert(sql, kRows)) {}

soci::statement CurveWriter::insert(soci::session& sql, std::size_t rows) {
  std::string text =
      "insert into trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type, "
      "holdout_train_loss) values ";
  soci::statement statement(sql);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string n = std::to_string(i);
    text +=
        (i == 0 ? "(:trial" : ", (:trial") + n + ", :step" + n + ", :value" + n + ", :type" + n + ", :loss" + n + ")";
    Row& row = rows_[i];
    statement.exchange(soci::use(trial_));
    statement.exchange(soci::use(row.step));
    statement.exchange(soci::use(row.value, row.value_null));
    statement.exchange(soci::use(row.type));
    statement.exchange(soci::use(row.train_loss, row.train_loss_null));
  }
  statement.alloc();
  statement.prepare(text);
  statement.define_and_bind();
  return statement;
}

void CurveWriter::fill(std::span<const CurvePoint> points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const CurvePoint& point = points[i];
    const StoredNumber holdout = stored(point.holdout);
    Row& row = rows_[i];
    row.step = point.epoch;
    row.value = holdout.value, row.value_null = holdout.null ? soci::i_null : soci::i_ok, row.type = holdout.type;
    // SQLite has infinities, and NULL for NaN; only Optuna's own columns need a type beside them.
    row.train_loss = point.train_loss;
    row.train_loss_null = std::isnan(point.train_loss) ? soci::i_null : soci::i_ok;
  }
}

void CurveWriter::write(long long trial, std::span<const CurvePoint> curve) {
  trial_ = trial;
  for (; curve.size() >= kRows; curve = curve.subspan(kRows)) {
    fill(curve.first(kRows));
    many_.execute(true);
  }
  for (; !curve.empty(); curve = curve.subspan(1)) {
    fill(curve.first(1));
    one_.execute(true);
  }
}

std::vector<CurvePoint> read_curve(soci::session& sql, long long study, int number) {
  std::vector<CurvePoint> curve;
  long long step = 0;
  double value = 0, train_loss = 0;
  soci::indicator filled = soci::i_null, loss_filled = soci::i_null;
  std::string type;
  soci::statement rows =
      (sql.prepare << "select step, intermediate_value, intermediate_value_type, holdout_train_loss from "
                      "trial_intermediate_values join trials using (trial_id) where study_id = :study and " +
                          number_column(sql) + " = :number order by step",
       soci::use(study), soci::use(number), soci::into(step), soci::into(value, filled), soci::into(type),
       soci::into(train_loss, loss_filled));
  rows.execute();
  while (rows.fetch()) {
    if (step < 0 || (!curve.empty() && step == curve.back().epoch))
      throw std::domain_error("a point of a learning curve at epoch " + std::to_string(step));
    curve.push_back({step, loss_filled == soci::i_ok ? train_loss : std::numeric_limits<double>::quiet_NaN(),
                     number_from(value, filled != soci::i_ok, type)});
  }
  return curve;
}

}  // namespace holdout::study
