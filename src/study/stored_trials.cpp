#include "stored_trials.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "attributes.hpp"
#include "foreign_rows.hpp"
#include "stored_checks.hpp"
#include "timestamp.hpp"

namespace holdout::study {
namespace {

// Entries of a trial's check that are no parameters or attributes.
constexpr std::string_view kState = "state", kValue = "value";

}  // namespace

// Optuna 3.1 would take an infinite error for the best.
Outcome storable(const Outcome& outcome) {
  Outcome out = outcome;
  if (out.state == TrialState::complete && !std::isfinite(out.value)) {
    out.state = TrialState::failed;
    out.reason = "the hold-out error is " + to_text(out.value);
  }
  if (out.state == TrialState::complete && !out.full) out.state = TrialState::pruned;
  return out;
}

TrialWriter::TrialWriter(soci::session& sql, long long study, const StoredParameters& parameters, std::string shown)
    : sql_(sql),
      parameters_(parameters),
      shown_(std::move(shown)),
      study_(study),
      blob_(sql),
      find_((sql.prepare << "select trial_id, state from trials where study_id = :study and holdout_number = :number",
             soci::use(study_), soci::use(number_), soci::into(trial_), soci::into(state_))),
      insert_((sql.prepare << "insert into trials (number, study_id, state, datetime_start, holdout_number) "
                              "values (:number, :study, 'RUNNING', :time, :ours)",
               soci::use(number_), soci::use(study_), soci::use(time_), soci::use(number_))),
      restart_((sql.prepare << "update trials set state = 'RUNNING', datetime_start = :time, datetime_complete = null, "
                               "holdout_check = null, holdout_detail_check = null where trial_id = :trial",
                soci::use(time_), soci::use(trial_))),
      parameter_((sql.prepare << "insert into trial_params (trial_id, param_name, param_value, distribution_json) "
                                 "values (:trial, :name, :value, :text)",
                  soci::use(trial_), soci::use(name_), soci::use(value_), soci::use(text_))),
      result_((sql.prepare << "insert into trial_values (trial_id, objective, value, value_type) "
                              "values (:trial, 0, :value, 'FINITE')",
               soci::use(trial_), soci::use(value_))),
      curves_(sql),
      attribute_((sql.prepare << "insert or replace into trial_user_attributes (trial_id, \"key\", value_json) "
                                 "values (:trial, :name, :text)",
                  soci::use(trial_), soci::use(name_), soci::use(text_))),
      theta_((sql.prepare << "insert into holdout_theta (trial_id, fold, theta) values (:trial, :step, :blob)",
              soci::use(trial_), soci::use(step_), soci::use(blob_))),
      end_((sql.prepare << "update trials set state = :state, datetime_complete = :time, holdout_check = :check, "
                           "holdout_detail_check = :details where trial_id = :trial",
            soci::use(state_), soci::use(time_), soci::use(check_), soci::use(detail_check_), soci::use(trial_))) {}

bool TrialWriter::find(int number) {
  number_ = number;
  find_.execute();
  if (!find_.fetch()) return false;
  find_.fetch();  // to the end, as numbers are unique: an open cursor would keep the log from being folded
  return true;
}

void TrialWriter::find_open(int number) {
  const bool found = find(number);
  if (found && !has_outcome(state_from(state_))) return;
  throw Error(Message{{shown_, 0, 0},
                      "trial " + std::to_string(number) +
                          (found ? " already has an outcome, from another program" : " was deleted by another program"),
                      "optuna and optuna-dashboard should only read a study while it runs; run it again to go on",
                      {}},
              Fault::failure);
}

int TrialWriter::begin(std::span<const Trial> trials, const std::set<int>& again) {
  const std::string now = timestamp(std::chrono::system_clock::now());
  int next = 0, next_of_ours = 0, inserted = 0;
  sql_ << "select (select coalesce(max(number) + 1, 0) from trials where study_id = :study), "
          "(select coalesce(max(holdout_number) + 1, 0) from trials where study_id = :same)",
      soci::use(study_), soci::use(study_), soci::into(next), soci::into(next_of_ours);
  for (const Trial& trial : trials) {
    time_ = now;
    if (trial.number < next_of_ours && find(trial.number)) {
      if (!again.contains(trial.number)) find_open(trial.number);
      restart();
    } else {
      next = make_room(trial.number, next);
      number_ = trial.number;
      insert_.execute(true);
      sql_.get_last_insert_id("trials", trial_);
      ++inserted;
      next_of_ours = std::max(next_of_ours, trial.number + 1);  // a trial may be begun twice at once
    }
    write_request(trial);
  }
  return inserted;
}

// Optuna counts on numbers without a gap, and the search on its own: the trial of another program that stands under the
// number of one of ours moves behind all others. @param next  the number behind all. @return the same, then
int TrialWriter::make_room(int number, int next) {
  if (number >= next) return number + 1;
  soci::statement move =
      (sql_.prepare << "update trials set number = :next where study_id = :study and number = :number", soci::use(next),
       soci::use(study_), soci::use(number));
  move.execute(true);
  return move.get_affected_rows() > 0 ? next + 1 : next;
}

// Nothing stays of what a killed process or another program wrote of it.
void TrialWriter::restart() {
  restart_.execute(true);
  for (const char* table : {"trial_params", "trial_values", "trial_intermediate_values", "holdout_theta"})
    sql_ << "delete from " << table << " where trial_id = " << trial_;
  sql_ << "delete from trial_user_attributes where \"key\" glob 'holdout:*' and trial_id = " << trial_;
}

void TrialWriter::write_request(const Trial& trial) {
  for (const auto& [column, value] : parameters_.rows(trial.configuration)) {
    name_ = parameters_.name(column), text_ = parameters_.distribution(column), value_ = value;
    parameter_.execute(true);
  }
  write(request_attributes(trial));
}

// What read_trials will find.
TrialChecks TrialWriter::checks_of(const Trial& trial, const Outcome& outcome, bool with_row) const {
  TrialChecks checks;
  checks.decisive.add(kState, state_name(outcome.state));
  if (with_row) checks.decisive.add(kValue, outcome.value);
  for (const auto& [column, value] : parameters_.rows(trial.configuration))
    checks.decisive.add(parameters_.name(column), value);
  for (const auto& attributes : {request_attributes(trial), outcome_attributes(outcome, !with_row)})
    for (const auto& [key, json] : attributes) checks.add_attribute(key, json);
  return checks;
}

void TrialWriter::write(const std::vector<Attribute>& attributes) {
  for (const auto& [key, json] : attributes) {
    name_ = key, text_ = json;
    attribute_.execute(true);
  }
}

void TrialWriter::finish(std::span<const Trial> trials) {
  const std::string now = timestamp(std::chrono::system_clock::now());
  for (const Trial& trial : trials) finish(trial, now);
}

void TrialWriter::finish(const Trial& trial, const std::string& now) {
  const Outcome outcome = storable(trial.outcome);
  assert(has_outcome(outcome.state));
  find_open(trial.number);
  const bool with_row = outcome.state != TrialState::failed && std::isfinite(outcome.value);
  if (with_row) {
    value_ = outcome.value;
    result_.execute(true);
  }
  curves_.write(trial_, outcome.curve);
  write(outcome_attributes(outcome, !with_row));
  for (std::size_t fold = 0; fold < outcome.theta.size(); ++fold) {
    const auto bytes = std::as_bytes(std::span(outcome.theta[fold]));
    step_ = static_cast<long long>(fold);
    blob_.trim(0);
    if (!bytes.empty()) blob_.write(0, reinterpret_cast<const char*>(bytes.data()), bytes.size());
    theta_.execute(true);
  }
  state_ = state_name(outcome.state), time_ = now;
  const TrialChecks checks = checks_of(trial, outcome, with_row);
  check_ = checks.decisive.value(), detail_check_ = checks.details.value();
  end_.execute(true);
}

// Optuna's tables point from one to another, and SQLite does not follow that on its own.
void remove_trials(soci::session& sql, long long study, int number) {
  for (const char* table : {"trial_params", "trial_values", "trial_intermediate_values", "trial_user_attributes",
                            "trial_system_attributes", "trial_heartbeats", "holdout_theta"})
    sql << "delete from " << table
        << " where trial_id in (select trial_id from trials where study_id = :study and holdout_number >= "
           ":number)",
        soci::use(study), soci::use(number);
  sql << "delete from trials where study_id = :study and holdout_number >= :number", soci::use(study),
      soci::use(number);
}

namespace {

struct StoredChecks {
  bool stored = false;                  // an outcome
  long long decisive = 0, details = 0;  // 0: stored before there were checks
};

class TrialReader {
 public:
  TrialReader(soci::session& sql, const StoredParameters& parameters) : sql_(sql), parameters_(parameters) {}

  StoredTrials all(long long study, const search::SearchSpace& space, Depth depth) {
    check_columns();
    read_states(study, space.size());
    read_parameters();
    read_results();
    read_attributes(depth);
    StoredTrials stored;
    stored.changed = take_back_changed(depth);
    for (const Trial& trial : trials_) check(trial, space);
    const auto before = [](const Trial& a, const Trial& b) { return a.number < b.number; };
    if (!std::is_sorted(trials_.begin(), trials_.end(), before)) std::sort(trials_.begin(), trials_.end(), before);
    stored.trials = std::move(trials_);
    return stored;
  }

 private:
  // Its place in trials_; nothing for the trials of other studies and programs.
  std::optional<std::size_t> place(long long id) const {
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || *found != id) return {};
    return static_cast<std::size_t>(found - ids_.begin());
  }

  // SQLite keeps text in a column of numbers if another program wants it, and would hand it out as a zero.
  void check_columns() {
    constexpr std::string_view kWrong[] = {
        "select count(*) from trials where number is not null and (typeof(number) <> 'integer' or number < 0 or number "
        "> 2147483647)",
        "select count(*) from trial_params where typeof(param_value) not in ('real', 'integer', 'null')",
        "select count(*) from trial_values where typeof(value) not in ('real', 'integer', 'null')"};
    for (const std::string_view query : kWrong) {
      long long count = 0;
      sql_ << std::string(query), soci::into(count);
      if (count > 0) throw std::domain_error("a number of a trial, or of its values, is none");
    }
  }

  void read_states(long long study, std::size_t space_size) {
    long long id = 0, count = 0;
    StoredChecks checks;
    int number = 0;
    std::string state;
    soci::indicator checked = soci::i_null, detailed = soci::i_null;
    sql_ << "select count(*) from trials", soci::into(count);
    const auto size = static_cast<std::size_t>(count);
    trials_.reserve(size), ids_.reserve(size), checks_.reserve(size), stored_checks_.reserve(size);
    soci::statement rows =
        (sql_.prepare
             << (marks_trials(sql_)
                     ? "select trial_id, holdout_number, state, holdout_check, holdout_detail_check from trials "
                       "where study_id = :study and holdout_number is not null order by trial_id"
                     : "select trial_id, number, state, 0, 0 from trials where study_id = :study and number is "
                       "not null and " +
                           std::string(kOursUnmarked) + " order by trial_id"),
         soci::use(study), soci::into(id), soci::into(number), soci::into(state), soci::into(checks.decisive, checked),
         soci::into(checks.details, detailed));
    rows.execute();
    while (rows.fetch()) {
      if (number < 0) throw std::domain_error("a trial with the number " + std::to_string(number));
      Trial& trial = trials_.emplace_back();
      ids_.push_back(id);
      trial.number = number;
      trial.outcome.state = state_from(state);
      trial.configuration.values.resize(space_size);
      // Its attribute is missing where it was not measured; a value that is missing is none.
      if (has_outcome(trial.outcome.state))
        trial.outcome.gradient_norm = trial.outcome.value = std::numeric_limits<double>::quiet_NaN();
      checks_.emplace_back().decisive.add(kState, state);
      checks.stored = checked == soci::i_ok;
      if (detailed != soci::i_ok) checks.details = 0;
      stored_checks_.push_back(checks);
    }
  }

  // Trials that are not as they were stored have no outcome. @return their numbers
  std::vector<int> take_back_changed(Depth depth) {
    const auto fits = [](const TrialCheck& now, long long stored) { return stored == 0 || stored == now.value(); };
    std::vector<int> changed;
    for (std::size_t i = 0; i < trials_.size(); ++i) {
      const StoredChecks& stored = stored_checks_[i];
      const bool same = stored.stored ? fits(checks_[i].decisive, stored.decisive) &&
                                            (depth == Depth::answers || fits(checks_[i].details, stored.details))
                                      : !has_outcome(trials_[i].outcome.state);
      if (same) continue;
      changed.push_back(trials_[i].number);
      trials_[i].outcome = {};
      trials_[i].outcome.state = TrialState::running;
    }
    std::sort(changed.begin(), changed.end());
    return changed;
  }

  void read_parameters() {
    long long id = 0;
    double value = 0;
    std::string name;
    soci::statement rows = (sql_.prepare << "select trial_id, param_name, param_value from trial_params where "
                                            "param_name is not null and param_value is not null",
                            soci::into(id), soci::into(name), soci::into(value));
    rows.execute();
    while (rows.fetch())
      if (const auto at = place(id); at && parameters_.read(name, value, trials_[*at].configuration))
        checks_[*at].decisive.add(name, value);
  }

  void read_results() {
    long long id = 0;
    double value = 0;
    soci::indicator filled = soci::i_null;
    std::string type;
    soci::statement rows = (sql_.prepare << "select trial_id, value, value_type from trial_values where objective = 0",
                            soci::into(id), soci::into(value, filled), soci::into(type));
    rows.execute();
    while (rows.fetch())
      if (const auto at = place(id)) {
        trials_[*at].outcome.value = number_from(value, filled != soci::i_ok, type);
        checks_[*at].decisive.add(kValue, trials_[*at].outcome.value);
      }
  }

  void read_attributes(Depth depth) {
    long long id = 0;
    std::string key, json;
    std::string query =
        "select trial_id, \"key\", value_json from trial_user_attributes where \"key\" is not null and value_json is "
        "not null";
    if (depth == Depth::answers) {
      query += " and \"key\" not in (";
      for (const std::string_view detail : detail_attributes())
        query.append(query.ends_with('(') ? "'" : ", '").append(detail).append("'");
      query += ")";
    }
    soci::statement rows = (sql_.prepare << query, soci::into(id), soci::into(key), soci::into(json));
    rows.execute();
    while (rows.fetch())
      if (const auto at = place(id)) {
        read_attribute(key, json, trials_[*at]);
        checks_[*at].add_attribute(key, json);
      }
  }

  soci::session& sql_;
  const StoredParameters& parameters_;
  std::vector<long long> ids_;  // ascending; in the same order:
  std::vector<Trial> trials_;
  std::vector<TrialChecks> checks_;  // of what is read
  std::vector<StoredChecks> stored_checks_;
};

}  // namespace

StoredTrials read_trials(soci::session& sql, long long study, const StoredParameters& parameters,
                         const search::SearchSpace& space, Depth depth) {
  // One moment of the database, also while a run goes on elsewhere.
  soci::transaction snapshot(sql);
  StoredTrials all = TrialReader(sql, parameters).all(study, space, depth);
  all.added = read_added(sql, study);
  snapshot.commit();
  return all;
}

std::vector<std::vector<double>> read_theta(soci::session& sql, long long study, int number) {
  std::vector<std::vector<double>> folds;
  soci::blob blob(sql);
  soci::statement rows =
      (sql.prepare << "select theta from holdout_theta join trials using (trial_id) where study_id = "
                      ":study and " +
                          number_column(sql) + " = :number order by fold",
       soci::use(study), soci::use(number), soci::into(blob));
  rows.execute();
  while (rows.fetch()) {
    if (blob.get_len() % sizeof(double) != 0) throw std::domain_error("parameters of a model that are no numbers");
    std::vector<double>& theta = folds.emplace_back(blob.get_len() / sizeof(double));
    if (!theta.empty()) blob.read(0, reinterpret_cast<char*>(theta.data()), blob.get_len());
  }
  return folds;
}

}  // namespace holdout::study
