#include <holdout/report/compare.hpp>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/study/reader.hpp>

#include "fold_error.hpp"
#include "foreign_trials.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

// Size and checksum of the data file: its name may differ.
std::string data_of(const Findings& f) {
  const auto json = nlohmann::json::parse(f.study.fingerprint, nullptr, false);
  if (!json.is_object() || !json.contains("files") || json["files"].empty()) return {};
  const auto& file = json["files"][0];
  return file.value("bytes", nlohmann::json()).dump() + " " + file.value("crc32", nlohmann::json()).dump();
}

// What the rows of the parts follow from, besides the data: the study's seed and split, in its normal form.
std::string split_of(const Findings& f) {
  std::string parts;
  for (std::size_t at = 0; at < f.study.text.size();) {
    const std::size_t end = std::min(f.study.text.find('\n', at), f.study.text.size());
    const std::string line = f.study.text.substr(at, end - at);
    if (line.starts_with("seed:") || line.starts_with("  split:")) parts += line + "\n";
    at = end + 1;
  }
  if (f.facts)
    for (const std::int64_t n : {f.facts->train_rows, f.facts->holdout_rows, f.facts->test_rows, f.facts->folds})
      parts += std::to_string(n) + " ";
  return parts;
}

// objective.metric in the study's normal form.
std::string metric_line(const Findings& f) {
  constexpr std::string_view kKey = "\n  metric: ";
  const std::size_t at = f.study.text.find(kKey);
  if (at == std::string::npos) return f.study.metric;
  const std::size_t first = at + kKey.size();
  return escaped(f.study.text.substr(first, f.study.text.find('\n', first) - first));
}

// Runs of an earlier version, whose study cannot be read, are taken to have them.
bool same_costs(const Findings& a, const Findings& b) {
  if (metric_line(a) == metric_line(b)) return true;
  try {
    const auto choice = [](const Findings& f) {
      return study::read_study_text("study.db", f.study.text, f.study.folder).study.objective.metric;
    };
    return choice(a).has_costs_of(choice(b));
  } catch (const Error&) {
    return true;
  }
}

void check_same(const std::vector<NamedRun>& runs) {
  Errors errors;
  const Findings& first = runs.front().findings;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const Findings& other = runs[i].findings;
    const std::string names = holdout::quoted(runs.front().name) + " and " + holdout::quoted(runs[i].name);
    const auto refuse = [&](const std::string& what, const std::string& hint) {
      errors.add({{}, names + " cannot be compared: " + what, hint});
    };
    if (first.study.metric != other.study.metric)
      refuse("one is judged by " + first.study.metric + ", the other by " + other.study.metric,
             "run one again with --set objective.metric=" + first.study.metric + " and another --out");
    else if (!same_costs(first, other))
      refuse("the costs of decisions differ: one has " + metric_line(first) + ", the other " + metric_line(other),
             "run one again with the costs of the other, and another --out");
    if (first.facts && other.facts && first.facts->target != other.facts->target)
      refuse("one predicts " + holdout::quoted(first.facts->target) + ", the other " +
                 holdout::quoted(other.facts->target),
             "compare runs of one target");
    else if (data_of(first) != data_of(other))
      refuse("their data files differ", "run both on the same file");
  }
  errors.throw_if_any();
}

Difference difference(const Findings& a, const Findings& b, bool same_rows) {
  const study::Outcome &x = a.best()->outcome, &y = b.best()->outcome;
  Difference d{std::abs(x.value - y.value), {}, false};
  const std::size_t k = x.fold_values.size();
  if (same_rows && k > 1 && y.fold_values.size() == k) {
    std::vector<double> differences(k);
    for (std::size_t i = 0; i < k; ++i) differences[i] = x.fold_values[i] - y.fold_values[i];
    d.standard_error = fold_error(differences, repeats(a));
    d.paired = true;
  } else if (a.standard_error && b.standard_error) {
    d.standard_error = std::hypot(*a.standard_error, *b.standard_error);
  }
  return d;
}

std::optional<double> test_of(const Findings& f, const std::string& name) {
  if (!f.winner) return {};
  const auto test = metric(f.winner->test, name);
  return test ? test : metric(f.winner->refit_test, name);
}

// Cells in columns, the last one left as it is.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  const auto length = [](const std::string& text) {  // in characters
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  };
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t j = 0; j < row.size(); ++j) widths[j] = std::max(widths[j], length(row[j]));
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t j = 0; j + 1 < row.size(); ++j) text += row[j] + std::string(widths[j] + 2 - length(row[j]), ' ');
    text += row.back() + "\n";
  }
  return text;
}

}  // namespace

Comparison compare(std::vector<NamedRun> runs) {
  check_same(runs);
  Comparison c;
  c.metric = runs.front().findings.study.metric, c.maximize = runs.front().findings.study.maximize;
  for (const NamedRun& run : runs)
    c.same_rows = c.same_rows && split_of(run.findings) == split_of(runs.front().findings);
  std::stable_sort(runs.begin(), runs.end(), [&](const NamedRun& a, const NamedRun& b) {
    const study::Trial *x = a.findings.best(), *y = b.findings.best();
    if (!x || !y) return x && !y;
    return c.maximize ? x->outcome.value > y->outcome.value : x->outcome.value < y->outcome.value;
  });
  c.runs = std::move(runs);
  for (const NamedRun& run : c.runs)
    if (run.findings.best()) c.behind.push_back(difference(c.runs.front().findings, run.findings, c.same_rows));
  return c;
}

std::vector<std::string> verdicts(const Comparison& c) {
  const std::string& winner = c.runs.front().name;
  if (c.behind.empty()) return {"no run has a complete trial"};
  std::vector<std::string> lines;
  if (c.behind.size() == 1) lines.push_back(winner + " wins: it alone has a complete trial");
  for (std::size_t i = 1; i < c.behind.size(); ++i) {
    const Difference& d = c.behind[i];
    const std::string& other = c.runs[i].name;
    if (d.value == 0) {
      lines.push_back(winner + " and " + other + " have the same best " + c.metric);
      continue;
    }
    std::string line = winner + " wins against " + other + ": " + c.metric + " is " + shown(d.value) +
                       (c.maximize ? " higher" : " lower");
    if (!d.standard_error)
      line += "; whether that is more than noise is not known";
    else
      line += std::string(d.within_noise() ? ", within noise" : ", more than noise") + " (± " +
              to_text(*d.standard_error, 2) + (d.paired ? ", by the differences of folds)" : ")");
    lines.push_back(std::move(line));
  }
  if (!c.same_rows) lines.push_back("note: seed or split differ, so the values are of different hold-out rows");
  if (std::any_of(c.runs.begin(), c.runs.end(), [](const auto& r) { return r.findings.interrupted; }))
    lines.push_back("note: a run did not come to its end");
  for (const NamedRun& run : c.runs)
    for (const std::string& note : foreign_notes(run.findings)) lines.push_back("note: " + run.name + ": " + note);
  return lines;
}

std::vector<std::vector<std::string>> comparison_table(const Comparison& c) {
  std::vector<std::vector<std::string>> rows{
      {"", "hold-out " + c.metric, "test", "trials", "failed", "seconds", "run"}};
  for (std::size_t i = 0; i < c.runs.size(); ++i) {
    const Findings& f = c.runs[i].findings;
    const auto test = test_of(f, c.metric);
    rows.push_back({i == 0 && f.best() ? "*" : "", f.best() ? shown(f.best()->outcome.value, f.standard_error) : "–",
                    test ? shown(*test) : "–", std::to_string(f.trials.size()), std::to_string(f.failed),
                    f.facts ? to_text(f.facts->seconds, 3) : "–", c.runs[i].name});
  }
  return rows;
}

std::string comparison_text(const Comparison& c) {
  auto rows = comparison_table(c);
  for (auto& row : rows) row.back() = escaped(row.back());
  std::string text = aligned(rows) + "\n";
  for (const NamedRun& run : c.runs) {
    const Findings& f = run.findings;
    if (!f.best()) continue;
    const auto& values = f.best()->configuration.values;
    text += escaped(run.name) + ", " + best_name(f) + "\n";
    for (std::size_t i = 0; i < f.study.space.size() && i < values.size(); ++i)
      if (values[i]) text += "  " + escaped(f.study.space.parameters()[i].path + ": " + to_text(*values[i])) + "\n";
  }
  text += "\n";
  for (const std::string& line : verdicts(c)) text += escaped(line) + "\n";
  return text;
}

}  // namespace holdout::report
