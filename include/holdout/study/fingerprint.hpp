// What a run must be begun with to be the same run: the study and the bytes of its files; and what changed since.
#pragma once

#include <string>
#include <vector>

#include <holdout/data/load.hpp>
#include <holdout/study/reader.hpp>
#include <holdout/study/storage.hpp>

namespace holdout::study {

/// What storage keeps of a study. Its fingerprint holds the study's text and the marks of its files.
StudyRecord record_of(const StudyFile& file, const data::Prepared& data);

/// A setting of the study, or a file, that is not what it was.
struct Change {
  std::string what;       // its path, training.epochs; of a file: data file 'x.csv'
  std::string was, is;    // as the study says it; empty: it does not
  bool harmless = false;  // the run can go on: other report formats, more trials
};

/// What differs between a stored study and this one; settings in the order of the study, then files.
std::vector<Change> changes(const StudyRecord& stored, const StudyRecord& now);

/// A stored run whose search space is not the one that its study makes was changed by another program: its trials mean
/// nothing then. @throws Error
void check_space(const StudyRecord& stored, const StudyRecord& now);

/// `training.epochs: 20, was 10`; control characters are escaped.
std::string to_string(const Change& change);

}  // namespace holdout::study
