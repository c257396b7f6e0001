// What other programs may do to the rows of a study: Optuna, its dashboard and plain SQL write into the same database.
// Trials of the search bear its number (holdout_number), which no other program writes; databases of older versions
// have no such column until they are opened for going on. Each function belongs into a transaction or a snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <soci/soci.h>

#include <holdout/study/foreign_change.hpp>

namespace holdout::study {

struct StoredTrials;

/// Whether trials bear their number in the search.
bool marks_trials(soci::session& sql);
/// The column that has it.
std::string number_column(soci::session& sql);
/// Adds the marks to the database of an older version: every trial of the study that holdout wrote.
void mark_trials(soci::session& sql, long long study);
/// Where there are no marks, a condition on a row of `trials`: it is RUNNING, or has what every outcome of ours has.
inline constexpr std::string_view kOursUnmarked =
    "(state = 'RUNNING' or exists (select 1 from trial_user_attributes a where a.trial_id = trials.trial_id and "
    "a.\"key\" = 'holdout:end'))";

/// Trials of the study that no search asked for.
std::vector<ForeignChange> read_added(soci::session& sql, long long study);

/// Removes what belongs to trials that come after the last one: another program deleted those without it, and the next
/// trials would get their ids.
void remove_orphans(soci::session& sql);

/// How many trials of the search there are.
long long count_trials(soci::session& sql, long long study);

/// What another program did to the study as a whole, and to the number of its trials: "its study was deleted by another
/// program", "trials 3, 7 were deleted by another program". Empty: nothing.
/// @param name    the study's
/// @param trials  how many there have to be; empty: any number
/// @param end     the number behind the largest one that was begun
std::string foreign_problem(soci::session& sql, long long study, const std::string& name,
                            std::optional<long long> trials, int end);

/// The numbers that are missing below `end`, at most so many.
/// @param numbers  ascending
std::vector<int> missing_numbers(const std::vector<int>& numbers, int end);

/// What other programs did to trials that were read.
/// @param asked  how many trials the search asked for; 0: not known
std::vector<ForeignChange> foreign_changes_of(const StoredTrials& stored, std::int64_t asked);

}  // namespace holdout::study
