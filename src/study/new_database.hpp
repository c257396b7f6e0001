// The database of a new study.
#pragma once

#include <string>

#include <holdout/study/storage.hpp>

namespace holdout::study {

/// Makes the file with its tables and the study, whole or not at all.
/// @throws Error if there is one already, or it cannot be written
void make_database(const std::string& path, const StudyRecord& study);

}  // namespace holdout::study
