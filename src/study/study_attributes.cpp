#include "study_attributes.hpp"

#include "attributes.hpp"

namespace holdout::study {

void write_attribute(soci::session& sql, long long study, const std::string& key, const std::string& json) {
  sql << "insert into study_user_attributes (study_id, \"key\", value_json) values (:study, :key, :json) "
         "on conflict (study_id, \"key\") do update set value_json = excluded.value_json",
      soci::use(study), soci::use(key), soci::use(json);
}

void delete_attribute(soci::session& sql, long long study, const std::string& key) {
  sql << "delete from study_user_attributes where study_id = :study and \"key\" = :key", soci::use(study),
      soci::use(key);
}

void write_changeable(soci::session& sql, long long id, const StudyRecord& study) {
  write_attribute(sql, id, kTextKey, string_json(study.text));
  write_attribute(sql, id, kFingerprintKey, string_json(study.fingerprint));
  write_attribute(sql, id, kFolderKey, string_json(study.folder));
}

std::unordered_map<std::string, std::string> attributes_of(soci::session& sql, long long study) {
  std::unordered_map<std::string, std::string> all;
  std::string key, json;
  soci::indicator filled = soci::i_null;
  soci::statement rows =
      (sql.prepare << "select \"key\", value_json from study_user_attributes where study_id = :study "
                      "and \"key\" is not null",
       soci::use(study), soci::into(key), soci::into(json, filled));
  rows.execute();
  while (rows.fetch())
    if (filled == soci::i_ok) all[key] = json;
  return all;
}

}  // namespace holdout::study
