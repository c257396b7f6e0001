#include "foreign_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <holdout/base/error.hpp>

#include "stored_trials.hpp"

namespace holdout::study {
namespace {

// What a study of holdout's cannot be read without: seven attributes that are written as it is created.
constexpr int kAttributes = 7;

std::string listed(const std::vector<int>& numbers) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, numbers.size()); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(numbers[i]);
  return numbers.size() > kShown ? text + ", …" : text;
}

}  // namespace

bool marks_trials(soci::session& sql) {
  int columns = 0;
  sql << "select count(*) from pragma_table_info('trials') where name in ('holdout_number', 'holdout_check', "
         "'holdout_detail_check')",
      soci::into(columns);
  return columns == 3;
}

std::string number_column(soci::session& sql) { return marks_trials(sql) ? "holdout_number" : "number"; }

void mark_trials(soci::session& sql, long long study) {
  for (const char* column : {"holdout_number", "holdout_check", "holdout_detail_check"})
    sql << "alter table trials add column " << column << " integer";
  const std::string query =
      "update trials set holdout_number = number, holdout_detail_check = 0, holdout_check = case when state = "
      "'RUNNING' then "
      "null else 0 end where study_id = :study and number is not null and " +
      std::string(kOursUnmarked);
  sql << query, soci::use(study);
  sql << "create unique index holdout_search_numbers on trials (study_id, holdout_number)";
}

std::vector<ForeignChange> read_added(soci::session& sql, long long study) {
  const std::string others =
      marks_trials(sql) ? "holdout_number is null" : "(number is null or not " + std::string(kOursUnmarked) + ")";
  std::vector<ForeignChange> added;
  ForeignChange change;
  double value = 0;
  soci::indicator filled = soci::i_null;
  soci::statement rows =
      (sql.prepare << "select coalesce(number, -1), state, value from trials left join trial_values "
                      "on trial_values.trial_id = trials.trial_id and objective = 0 where "
                      "study_id = :study and " +
                          others + " order by number",
       soci::use(study), soci::into(change.number), soci::into(change.state), soci::into(value, filled));
  rows.execute();
  while (rows.fetch()) {
    change.value.reset();
    if (filled == soci::i_ok && std::isfinite(value)) change.value = value;
    added.push_back(change);
  }
  return added;
}

void remove_orphans(soci::session& sql) {
  for (const char* table : {"trial_params", "trial_values", "trial_intermediate_values", "trial_user_attributes",
                            "trial_system_attributes", "trial_heartbeats", "holdout_theta"})
    sql << "delete from " << table << " where trial_id > (select coalesce(max(trial_id), 0) from trials)";
}

long long count_trials(soci::session& sql, long long study) {
  long long n = 0;
  sql << "select count(holdout_number) from trials where study_id = :study", soci::use(study), soci::into(n);
  return n;
}

std::vector<int> missing_numbers(const std::vector<int>& numbers, int end) {
  constexpr std::size_t kMax = 100'000;  // a file from a stranger may claim any number
  std::vector<int> missing;
  auto at = numbers.begin();
  for (int number = 0; number < end && missing.size() < kMax; ++number) {
    while (at != numbers.end() && *at < number) ++at;  // a number that is there twice
    if (at == numbers.end() || *at != number) missing.push_back(number);
  }
  return missing;
}

std::string foreign_problem(soci::session& sql, long long study, const std::string& name,
                            std::optional<long long> trials, int end) {
  std::string now;
  int attributes = 0;
  sql << "select study_name from studies where study_id = :study", soci::use(study), soci::into(now);
  if (!sql.got_data()) return "its study was deleted by another program, as optuna can";
  if (now != name) return "its study was renamed to " + holdout::quoted(now) + " by another program";
  sql << "select count(*) from study_user_attributes where study_id = :study and \"key\" in ('holdout:format', "
         "'holdout:name', 'holdout:metric', 'holdout:study', 'holdout:space', 'holdout:fingerprint', 'holdout:folder') "
         "and value_json is not null",
      soci::use(study), soci::into(attributes);
  if (attributes != kAttributes) return "attributes of its study were deleted by another program";
  if (!trials || count_trials(sql, study) == *trials) return {};
  std::vector<int> numbers;
  int number = 0;
  soci::statement rows = (sql.prepare << "select holdout_number from trials where study_id = :study and holdout_number "
                                         "is not null order by holdout_number",
                          soci::use(study), soci::into(number));
  rows.execute();
  while (rows.fetch()) numbers.push_back(number);
  const std::vector<int> missing = missing_numbers(numbers, end);
  if (missing.empty()) return "its trials were changed by another program";
  return (missing.size() == 1 ? "trial " + listed(missing) + " was" : "trials " + listed(missing) + " were") +
         " deleted by another program";
}

std::vector<ForeignChange> foreign_changes_of(const StoredTrials& stored, std::int64_t asked) {
  std::vector<ForeignChange> changes = stored.added;
  std::vector<int> numbers;
  for (const Trial& trial : stored.trials) numbers.push_back(trial.number);
  for (const int number : stored.changed) changes.push_back({ForeignChange::Kind::changed, number, {}, {}});
  std::int64_t end = numbers.empty() ? 0 : std::int64_t{numbers.back()} + 1;
  end = std::clamp<std::int64_t>(asked, end, std::numeric_limits<int>::max());
  for (const int number : missing_numbers(numbers, static_cast<int>(end)))
    changes.push_back({ForeignChange::Kind::deleted, number, {}, {}});
  return changes;
}

}  // namespace holdout::study
