#include "stored_study.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/version.hpp>
#include <holdout/study/fingerprint.hpp>
#include <holdout/train/metric.hpp>

#include "attributes.hpp"
#include "json_fields.hpp"
#include "stored_checks.hpp"
#include "study_attributes.hpp"

namespace holdout::study {
namespace {

constexpr const char* kAnotherFolder = "a new run needs another folder: --out";

Error refused(const std::string& path, std::string text, std::string hint) {
  return Error(Message{{path, 0, 0}, std::move(text), std::move(hint), {}});
}

void check_sound(Database& database) {
  database.guarded([&] {
    std::string first;
    database.sql() << "pragma quick_check(1)", soci::into(first);
    if (first != "ok") throw database.damaged(first);
  });
}

// The database's study is the one that still bears its own name: Optuna can copy, rename and delete studies.
long long find_study(Database& database) {
  soci::session& sql = database.sql();
  const std::string& file = database.shown();
  int tables = 0, ours = 0;
  sql << "select count(*) from sqlite_master where type = 'table' and name in ('studies', 'study_directions', "
         "'study_user_attributes', 'trials', 'alembic_version')",
      soci::into(tables);
  sql << "select count(*) from sqlite_master where name = 'holdout_trial_numbers'", soci::into(ours);
  if (tables != 5) throw refused(file, "this is not a holdout database", kAnotherFolder);

  std::vector<std::pair<long long, std::string>> studies;
  long long id = 0;
  std::string name;
  {
    soci::statement rows =
        (sql.prepare << "select study_id, study_name from studies where study_id in (select study_id from "
                        "study_user_attributes where \"key\" = 'holdout:format') order by study_id",
         soci::into(id), soci::into(name));
    rows.execute();
    while (rows.fetch()) studies.emplace_back(id, name);
  }
  std::string was;
  for (const auto& [study, now] : studies) {
    const auto attributes = attributes_of(sql, study);
    const auto at = [&attributes](const char* key) {
      const auto found = attributes.find(key);
      return found == attributes.end() ? std::string("null") : found->second;
    };
    if (integer_in(Json::parse(at(kFormatKey)), kFormatKey, 1) > kFormat)
      throw refused(file,
                    "written by holdout " + string_from(at(kVersionKey), kVersionKey) + ", which this one, " +
                        std::string(version()) + ", cannot read",
                    "use that version or a newer one");
    was = string_from(at(kNameKey), kNameKey);
    if (was == now) return study;
  }
  if (!studies.empty())
    throw refused(file,
                  "the study " + holdout::quoted(was) + " was renamed to " + holdout::quoted(studies.back().second) +
                      " by another program, which loses a part of its trials",
                  kAnotherFolder);
  throw refused(file,
                ours ? "its study was deleted by another program, as optuna can" : "this is not a holdout database",
                kAnotherFolder);
}

}  // namespace

StoredStudy read_study(Database& database) {
  check_sound(database);
  StoredStudy found;
  database.guarded([&] {
    soci::session& sql = database.sql();
    found.id = find_study(database);
    const auto attributes = attributes_of(sql, found.id);
    const auto at = [&attributes](const char* key) -> const std::string& {
      const auto it = attributes.find(key);
      if (it == attributes.end()) throw std::domain_error("the attribute '" + std::string(key) + "' is missing");
      return it->second;
    };
    std::string direction;
    sql << "select direction from study_directions where study_id = :study and objective = 0", soci::use(found.id),
        soci::into(direction);
    found.record.name = string_from(at(kNameKey), kNameKey);
    if (direction != "MAXIMIZE" && direction != "MINIMIZE")
      throw std::domain_error("no direction of a study: " + holdout::quoted(direction));
    found.record.maximize = direction == "MAXIMIZE";
    found.record.metric = string_from(at(kMetricKey), kMetricKey);
    const train::Metric* const metric = train::find_metric(found.record.metric);
    if (metric && metric->maximize != found.record.maximize)
      throw std::domain_error("the direction " + holdout::quoted(direction) + " for the metric " + found.record.metric);
    found.record.text = string_from(at(kTextKey), kTextKey);
    found.record.space = space_from(at(kSpaceKey));
    found.record.fingerprint = string_from(at(kFingerprintKey), kFingerprintKey);
    check_fingerprint(found.record.fingerprint);
    found.record.folder = string_from(at(kFolderKey), kFolderKey);
  });
  return found;
}

}  // namespace holdout::study
