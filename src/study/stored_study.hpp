// The study of a database: which of its studies is ours, and what is stored of it.
#pragma once

#include <holdout/study/storage.hpp>

#include "database.hpp"

namespace holdout::study {

struct StoredStudy {
  long long id = 0;
  StudyRecord record;
};

/// @throws Error if the file is damaged, is no database of ours, or its study was renamed or deleted
StoredStudy read_study(Database& database);

}  // namespace holdout::study
