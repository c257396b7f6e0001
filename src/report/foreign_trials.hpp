// What other programs did to the trials of a run, in words: every report says it, none ranks such a trial.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// The changes of one kind, by number.
std::vector<study::ForeignChange> foreign(const Findings& findings, study::ForeignChange::Kind kind);

/// foreign, changed, deleted: in the place of a trial's state.
std::string_view to_word(study::ForeignChange::Kind kind);
/// added by another program: COMPLETE, 0.25
std::string reason(const study::ForeignChange& change);

/// A sentence for each kind that occurs: 2 trials of study.db were added by another program (24, 25) …
std::vector<std::string> foreign_notes(const Findings& findings);

}  // namespace holdout::report
