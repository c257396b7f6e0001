#include "new_database.hpp"

#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include <holdout/base/error.hpp>
#include <holdout/base/version.hpp>

#include "attributes.hpp"
#include "database.hpp"
#include "files.hpp"
#include "optuna_schema.hpp"
#include "study_attributes.hpp"

namespace holdout::study {
namespace {

// Everything a new study starts with, in a file that nobody else knows yet: so it needs no log and no syncs on the way.
void fill(const std::string& file, const std::string& shown, const StudyRecord& study) {
  Database database(file, false, shown);
  soci::session& sql = database.sql();
  database.guarded([&] {
    std::string mode;
    sql << "pragma journal_mode = memory", soci::into(mode);
    sql << "pragma synchronous = off";
  });
  database.transaction([&] {
    for (const std::string_view statement : schema()) sql << std::string(statement);
    const std::string library = "holdout " + std::string(version()) + " (optuna 3.1.0 schema)";
    sql << "insert into version_info values (1, :schema, :library)", soci::use(kOptunaSchema), soci::use(library);
    const long long id = 1;
    sql << "insert into studies values (:id, :name)", soci::use(id), soci::use(study.name);
    const std::string direction = study.maximize ? "MAXIMIZE" : "MINIMIZE";  // bound until the statement's end
    sql << "insert into study_directions (direction, study_id, objective) values (:direction, :id, 0)",
        soci::use(direction), soci::use(id);
    write_attribute(sql, id, kFormatKey, std::to_string(kFormat));
    write_attribute(sql, id, kVersionKey, string_json(version()));
    write_attribute(sql, id, kNameKey, string_json(study.name));
    write_attribute(sql, id, kMetricKey, string_json(study.metric));
    write_attribute(sql, id, kSpaceKey, space_json(study.space));
    write_changeable(sql, id, study);
  });
}

// A log or journal without its database belongs to one that somebody deleted; SQLite would play it into the new one.
void remove_remains(const std::string& path) {
  for (const char* ending : {"-wal", "-shm", "-journal"}) ::unlink((path + ending).c_str());
}

}  // namespace

void make_database(const std::string& path, const StudyRecord& study) {
  const std::string temporary = temporary_name(path);
  {
    // Closed before SQLite opens the file for good: closing any descriptor of a file gives up all locks that the
    // process has on it. Without its lock, the first reader to leave would take the log with it.
    Descriptor file(create_temporary(temporary, path));
    try {
      fill(temporary, path, study);
      if (::fsync(file.fd()) != 0) throw system_error(path, "cannot be written", errno);
      if (::access(path.c_str(), F_OK) != 0) remove_remains(path);
      if (rename_new(temporary, path) != 0) {
        if (errno == EEXIST)
          throw Error(Message{
              {path, 0, 0}, "there is a run already", "open it to go on, or choose another folder with --out", {}});
        throw system_error(path, "cannot be written", errno);
      }
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  sync_folder_of(path);
}

}  // namespace holdout::study
