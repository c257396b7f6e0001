// Values as the reports show them, and the escapes of each format.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// The value as a number, if it is one.
std::optional<double> number(const std::optional<Value>& value);

/// For people: six digits of a number, words as they are. Empty: "–".
std::string shown(double x);
std::string shown(const std::optional<Value>& value);
/// "0.0731 ± 0.004", or without an error the value alone.
std::string shown(double x, const std::optional<double>& standard_error);
/// "1 trial", "3 trials"
std::string counted(std::size_t n, std::string_view noun);
/// Letters of a UTF-8 text, and the text cut to so many with … at its end.
std::size_t letters(std::string_view utf8);
std::string shortened(std::string_view utf8, std::size_t most);
std::string_view to_word(study::TrialState state);

/// The ends of the parameters' paths, as long as they must be to differ: l2, optimizer.
std::vector<std::string> short_names(const search::SearchSpace& space);

/// The metric of that name; empty where it is not there or not finite.
std::optional<double> metric(const study::Metrics& metrics, std::string_view name);
/// "trial 3", or "the defaults" where they are the best configuration.
std::string best_name(const Findings& findings);
/// "0.001 to 10 in steps of 0.5", "gd, adam": what of a parameter is searched.
std::string range_text(const search::Parameter& parameter);
/// The defaults are better than every trial, and no candidate: which settings to widen, in one sentence without its
/// end; empty otherwise.
std::string better_defaults_text(const Findings& findings);
/// "corrected for the choice among 256 configurations: 0.101 ± 0.04 (95 %: 0.05 to 0.17)"; empty where that was not
/// computed.
std::string corrected_text(const Findings& findings);
/// Of a tuned threshold: "'yes' where its probability is above 0.31 (score -0.8)"; empty otherwise.
std::string threshold_text(const Findings& findings);
/// Standard error of the winner's test value, if it is known.
std::optional<double> test_error(const Findings& findings);

/// How many times the rows were split into folds: 1 unless the study says more.
std::size_t repeats(const Findings& findings);

/// Text for HTML and SVG, as content or in a quoted attribute: & < > " ' ` as references, and as U+FFFD what XML has no
/// character for. The only escape that the HTML report has.
std::string html_escaped(std::string_view text);
/// Text for Markdown, in a table cell or elsewhere: nothing in it has a meaning; one line.
std::string markdown_escaped(std::string_view text);
/// The same where it begins a paragraph, a heading or an item: there # + - and the number of an item have none either.
std::string markdown_line(std::string_view text);
/// A text cell of CSV: a ' before what a spreadsheet would run, a space for NUL, quotes where RFC 4180 wants them.
std::string csv_cell(std::string_view text);

}  // namespace holdout::report
