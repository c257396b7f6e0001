// What is stored of a study as a whole: the keys of its attributes in Optuna's tables, and how they are read and
// written.
#pragma once

#include <string>
#include <unordered_map>

#include <soci/soci.h>

#include <holdout/study/storage.hpp>

namespace holdout::study {

// Grows when an older holdout could not read what a newer one wrote.
inline constexpr int kFormat = 1;

inline constexpr const char* kFormatKey = "holdout:format";
inline constexpr const char* kVersionKey = "holdout:version";
inline constexpr const char* kNameKey = "holdout:name";
inline constexpr const char* kMetricKey = "holdout:metric";
inline constexpr const char* kTextKey = "holdout:study";
inline constexpr const char* kSpaceKey = "holdout:space";
inline constexpr const char* kFingerprintKey = "holdout:fingerprint";
inline constexpr const char* kFolderKey = "holdout:folder";
inline constexpr const char* kFactsKey = "holdout:facts";
inline constexpr const char* kWinnerKey = "holdout:winner";
inline constexpr const char* kChoiceBiasKey = "holdout:choice_bias";
inline constexpr const char* kNestedKey = "holdout:nested";

/// @param json  replaces what is there
void write_attribute(soci::session& sql, long long study, const std::string& key, const std::string& json);
/// Nothing happens where there is none.
void delete_attribute(soci::session& sql, long long study, const std::string& key);
/// What may differ where a run goes on: text, fingerprint, folder.
void write_changeable(soci::session& sql, long long id, const StudyRecord& study);
/// JSON texts by key, Optuna's and other programs' included.
std::unordered_map<std::string, std::string> attributes_of(soci::session& sql, long long study);

}  // namespace holdout::study
