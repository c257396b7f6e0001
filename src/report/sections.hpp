// The sections of a report, in the order in which they stand, and small helpers to write them.
#pragma once

#include "document.hpp"

namespace holdout::report {

Section no_best_section(const Findings& findings);
Section best_section(const Findings& findings);         // which configuration
Section error_section(const Findings& findings);        // how good it is
Section nested_section(const Findings& findings);       // how good what it chooses is; findings.nested is there
Section attention_section(const Findings& findings);    // what to make of it; may have no blocks
Section certificate_section(const Findings& findings);  // what is proved of it; facts->certificate is there
Section ranking_section(const Findings& findings);      // how the search went
Section space_section(const Findings& findings);        // what was searched, and what of it matters
Section convergence_section(const Findings& findings);  // how the best one was trained
Section predictions_section(const Findings& findings);  // what it predicts; may have no blocks
Section minimum_section(const study::Winner& winner);   // what the convexity of J says
Section failures_section(const Findings& findings);
Section trials_section(const Findings& findings);
Section data_section(const Findings& findings);
/// Times, threads, version and machine: all that two runs of one study may differ in stands here and nowhere else.
Section run_section(const Findings& findings);
Section files_section(const Page& page);

/// "optimizer adam, learning_rate 0.0376"
std::string in_words(const Findings& findings, const search::Configuration& configuration);
/// Parameters that a sentence or a table names; of λ of their own there may be hundreds.
inline constexpr std::size_t kMaxNamed = 12;
/// A table with a row for each parameter; of hundreds the first, and how many more there are, and where.
void add_parameters(Section& section, Table table, const std::string& where);
/// A difference of the metric, with the words that say what it is worth: "0.02, less than one standard error of …".
std::string against_noise(const Findings& findings, double difference);

inline Text plain(std::string text) { return {{std::move(text), false}}; }
inline Text code(std::string text) { return {{std::move(text), true}}; }
inline const std::string& path(const Findings& f, std::size_t parameter) {
  return f.study.space.parameters()[parameter].path;
}

}  // namespace holdout::report
