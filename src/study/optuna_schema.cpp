#include "optuna_schema.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/search/transform.hpp>

#include "attributes.hpp"

namespace holdout::study {
namespace {

// alembic_version stays empty: the first Optuna that opens the file writes its own revision there, whichever it is.
// The index on trials (study_id) has another name than Optuna's own, or a later `optuna storage upgrade` would fail.
constexpr std::string_view kSchema[] = {
    "create table studies (study_id integer not null primary key, study_name varchar(512) not null)",
    "create unique index ix_studies_study_name on studies (study_name)",
    "create table version_info (version_info_id integer not null primary key check (version_info_id = 1), "
    "schema_version integer, library_version varchar(256))",
    "create table alembic_version (version_num varchar(32) not null constraint alembic_version_pkc primary key)",
    "create table study_directions (study_direction_id integer not null primary key, direction varchar(8) not null, "
    "study_id integer not null references studies (study_id), objective integer not null, unique (study_id, "
    "objective))",
    "create table study_user_attributes (study_user_attribute_id integer not null primary key, "
    "study_id integer references studies (study_id), \"key\" varchar(512), value_json text, unique (study_id, "
    "\"key\"))",
    "create table study_system_attributes (study_system_attribute_id integer not null primary key, "
    "study_id integer references studies (study_id), \"key\" varchar(512), value_json text, unique (study_id, "
    "\"key\"))",
    "create table trials (trial_id integer not null primary key, number integer, "
    "study_id integer references studies (study_id), state varchar(8) not null, datetime_start datetime, "
    "datetime_complete datetime, holdout_number integer, holdout_check integer, holdout_detail_check integer)",
    "create index ix_trials_study_id on trials (study_id)",
    "create unique index holdout_trial_numbers on trials (study_id, number)",
    "create unique index holdout_search_numbers on trials (study_id, holdout_number)",
    "create table trial_user_attributes (trial_user_attribute_id integer not null primary key, "
    "trial_id integer references trials (trial_id), \"key\" varchar(512), value_json text, unique (trial_id, \"key\"))",
    "create table trial_system_attributes (trial_system_attribute_id integer not null primary key, "
    "trial_id integer references trials (trial_id), \"key\" varchar(512), value_json text, unique (trial_id, \"key\"))",
    "create table trial_params (param_id integer not null primary key, trial_id integer references trials (trial_id), "
    "param_name varchar(512), param_value float, distribution_json text, unique (trial_id, param_name))",
    "create table trial_values (trial_value_id integer not null primary key, "
    "trial_id integer not null references trials (trial_id), objective integer not null, value float, "
    "value_type varchar(7) not null, unique (trial_id, objective))",
    "create table trial_intermediate_values (trial_intermediate_value_id integer not null primary key, "
    "trial_id integer not null references trials (trial_id), step integer not null, intermediate_value float, "
    "intermediate_value_type varchar(7) not null, holdout_train_loss float, unique (trial_id, step))",
    // Doubles as the machine has them; read by their number only.
    "create table holdout_theta (trial_id integer not null references trials (trial_id), fold integer not null, "
    "theta blob not null, primary key (trial_id, fold))",
    "create table trial_heartbeats (trial_heartbeat_id integer not null primary key, "
    "trial_id integer not null references trials (trial_id), heartbeat datetime not null, unique (trial_id))"};

constexpr std::array<std::pair<TrialState, std::string_view>, 5> kStates{{{TrialState::waiting, "WAITING"},
                                                                          {TrialState::running, "RUNNING"},
                                                                          {TrialState::complete, "COMPLETE"},
                                                                          {TrialState::failed, "FAIL"},
                                                                          {TrialState::pruned, "PRUNED"}}};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kExact = 9007199254740992.0;  // beyond 2^53 a double no longer tells which integer was meant

// The last choice of a PATH.kind.
constexpr std::string_view kRange = "range";

std::string distribution_json(const char* name, Json attributes) {
  return text_of(Json{{"name", name}, {"attributes", std::move(attributes)}});
}

std::string categorical(const search::Parameter& parameter) {
  Json choices = Json::array();
  for (const Value& value : parameter.values) choices.push_back(to_json(value));
  if (parameter.interval) choices.push_back(kRange);
  return distribution_json("CategoricalDistribution", {{"choices", std::move(choices)}});
}

std::string range(const search::Interval& interval) {
  // Optuna cuts a range that its step does not divide, and warns at every loading: we store it cut.
  const Value last = interval.step ? search::nth(interval, search::count(interval) - 1) : Value(interval.max);
  if (!interval.integer)
    return distribution_json("FloatDistribution", {{"low", to_json(interval.min)},
                                                   {"high", to_json(last)},
                                                   {"log", interval.log},
                                                   {"step", interval.step ? to_json(*interval.step) : Json()}});
  const auto whole = [](double x) { return static_cast<std::int64_t>(x); };
  const auto* high = std::get_if<std::int64_t>(&last);
  return distribution_json("IntDistribution", {{"low", whole(interval.min)},
                                               {"high", high ? *high : whole(interval.max)},
                                               {"log", interval.log},
                                               {"step", whole(interval.step.value_or(1))}});
}

}  // namespace

std::span<const std::string_view> schema() { return kSchema; }

std::string_view state_name(TrialState state) {
  return std::find_if(kStates.begin(), kStates.end(), [state](const auto& s) { return s.first == state; })->second;
}

TrialState state_from(std::string_view name) {
  const auto found = std::find_if(kStates.begin(), kStates.end(), [name](const auto& s) { return s.second == name; });
  if (found == kStates.end()) throw std::domain_error("no state of a trial: " + holdout::quoted(name));
  return found->first;
}

StoredNumber stored(double x) {
  if (std::isnan(x)) return {0, true, "NAN"};
  if (std::isinf(x)) return {0, true, x > 0 ? "INF_POS" : "INF_NEG"};
  return {x + 0.0, false, "FINITE"};
}

double number_from(double value, bool null, std::string_view type) {
  if (type == "FINITE" && !null && std::isfinite(value)) return value;
  if (type == "INF_POS") return kInfinity;
  if (type == "INF_NEG") return -kInfinity;
  if (type == "NAN") return kNaN;
  throw std::domain_error("no type of a number: " + holdout::quoted(type));
}

StoredParameters::StoredParameters(const search::SearchSpace& space) : parameters_(space.parameters()) {
  choices_.resize(parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const search::Parameter& parameter = parameters_[i];
    std::string kind = parameter.path + (parameter.interval ? ".kind" : "");
    while (parameter.interval && space.find(kind)) kind += '_';
    for (std::size_t k = 0; k < parameter.values.size(); ++k) choices_[i].emplace(parameter.values[k], k);
    if (!parameter.values.empty()) add(std::move(kind), categorical(parameter), i, true);
    if (parameter.interval) add(parameter.path, range(*parameter.interval), i, false);
  }
}

void StoredParameters::add(std::string name, std::string distribution, std::size_t parameter, bool listed) {
  by_name_.emplace(name, columns_.size());
  columns_.push_back({std::move(name), std::move(distribution), parameter, listed});
}

std::vector<StoredParameters::Row> StoredParameters::rows(const search::Configuration& configuration) const {
  assert(configuration.values.size() == parameters_.size());
  std::vector<Row> rows;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    const Column& c = columns_[column];
    const auto& value = configuration.values[c.parameter];
    if (!value) continue;
    const auto known = choices_[c.parameter].find(*value);
    const bool from_range = known == choices_[c.parameter].end();
    const std::size_t choice = from_range ? parameters_[c.parameter].values.size() : known->second;
    assert(!from_range || parameters_[c.parameter].interval);
    if (c.listed)
      rows.push_back({column, static_cast<double>(choice)});
    else if (from_range && parameters_[c.parameter].interval->integer)
      rows.push_back({column, static_cast<double>(std::get<std::int64_t>(*value))});
    else if (from_range)
      rows.push_back({column, std::get<double>(*value) + 0.0});
  }
  return rows;
}

bool StoredParameters::read(const std::string& name, double value, search::Configuration& configuration) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return false;
  const Column& c = columns_[found->second];
  const search::Parameter& parameter = parameters_[c.parameter];
  auto& to = configuration.values[c.parameter];
  const bool whole = std::trunc(value) == value && std::abs(value) <= kExact;
  if (!c.listed) {
    if (parameter.interval->integer && !whole)
      throw std::domain_error(holdout::quoted(name) + " is no integer: " + to_text(value));
    if (parameter.interval->integer)
      to = static_cast<std::int64_t>(value);
    else
      to = value;
    return true;
  }
  const std::size_t choices = parameter.values.size() + (parameter.interval ? 1 : 0);
  if (!(whole && value >= 0 && value < static_cast<double>(choices)))
    throw std::domain_error(holdout::quoted(name) + " has no choice number " + std::to_string(value));
  if (const auto choice = static_cast<std::size_t>(value); choice < parameter.values.size())
    to = parameter.values[choice];
  return true;
}

}  // namespace holdout::study
