#include "stored_checks.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "answers.hpp"
#include "json_fields.hpp"

namespace holdout::study {
namespace {

void require(bool fine, const std::string& what) {
  if (!fine) throw std::domain_error(what);
}

void at_least(std::int64_t least, std::initializer_list<std::pair<const char*, std::int64_t>> numbers) {
  for (const auto& [name, n] : numbers)
    require(n >= least,
            "`" + std::string(name) + "`: expected at least " + std::to_string(least) + ", found " + std::to_string(n));
}

// NaN: not known.
void not_below_zero(const char* name, double x) {
  require(!(x < 0), "`" + std::string(name) + "`: expected no number below 0, found " + to_text(x));
}

// Empty, or a time as the run wrote it: 2026-11-24 05:30:00.
void check_time(const char* name, const std::string& text) {
  constexpr std::string_view kForm = "0000-00-00 00:00:00";
  bool fine = text.empty() || text.size() == kForm.size();
  for (std::size_t i = 0; fine && i < text.size(); ++i)
    fine = kForm[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == kForm[i];
  require(fine,
          "`" + std::string(name) + "`: expected a time as in 2026-11-24 05:30:00, found " + holdout::quoted(text));
}

void check_metrics(const char* name, const Metrics& metrics) {
  std::vector<std::string> names;
  for (const auto& [metric, value] : metrics) names.push_back(metric);
  check_unique(names, name);
}

void check(const HoldoutPredictions& p) {
  at_least(0, {{"rows", p.rows}});
  require(p.target.size() == p.predicted.size(), "`target` and `predicted` differ in length");
  require(p.false_positive.size() == p.true_positive.size(), "`false_positive` and `true_positive` differ in length");
  require(p.threshold.size() == p.at_threshold.size(), "`threshold` and `at_threshold` differ in length");
  require(std::is_sorted(p.threshold.begin(), p.threshold.end()), "`threshold`: scores that do not ascend");
  for (const auto* shares : {&p.false_positive, &p.true_positive})
    for (const double share : *shares) require(share >= 0 && share <= 1, "a share of rows that is not from 0 to 1");
  const auto side = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(p.confusion.size()))));
  require(side * side == p.confusion.size(), "`confusion` is no square");
  constexpr std::int64_t kMax = std::int64_t{1} << 53;
  std::int64_t rows = 0;
  for (const std::int64_t n : p.confusion) {
    require(n >= 0 && n <= kMax - rows, "`confusion`: a number of rows that there cannot be, " + std::to_string(n));
    rows += n;
  }
}

bool in_range(const search::Interval& range, const Value& value) {
  // What exp(log x) may miss the end of a range by.
  constexpr double kSlack = 1e-9;
  const double room = kSlack * std::max(std::abs(range.min), std::abs(range.max));
  const auto* n = std::get_if<std::int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  if (range.integer ? !n : !real) return false;
  const double x = n ? static_cast<double>(*n) : *real;
  return x >= range.min - room && x <= range.max + room;
}

}  // namespace

namespace {

void check(const search::Conclusion& end) {
  at_least(0, {{"rounds", end.rounds}, {"evaluations", end.evaluations}});
  require(end.tolerance >= 0 && std::isfinite(end.tolerance), "`tolerance`: expected a finite number >= 0");
  for (const search::OpenRange& open : end.open)
    require(std::isfinite(open.min) && std::isfinite(open.max) && open.min <= open.max, "`open`: expected min <= max");
}

// Ascending and positive: pictures have them on a log axis.
bool is_rising(const std::vector<double>& places) {
  return std::is_sorted(places.begin(), places.end()) && all_finite(places) && (places.empty() || places[0] > 0);
}

void check(const Certificate& c) {
  at_least(0, {{"added", c.added}, {"intervals", c.intervals}});
  require(std::isfinite(c.min) && std::isfinite(c.max) && 0 < c.min && c.min < c.max,
          "`certificate`: expected 0 < min < max");
  require(c.tolerance >= 0 && std::isfinite(c.tolerance), "`certificate.tolerance`: expected a finite number >= 0");
  require(std::isfinite(c.best) && std::isfinite(c.lower_bound) && c.lower_bound <= c.best,
          "`certificate`: expected lower_bound <= best");
  require(c.share >= 0 && c.share <= 1, "`certificate.share`: expected a number from 0 to 1");
  require(is_rising(c.anchors) && is_rising(c.at) && all_finite(c.bound),
          "`certificate`: expected finite numbers, and places in their order");
  require(c.at.size() == (c.bound.empty() ? 0 : c.bound.size() + 1),
          "`certificate.at`: expected one place more than there are bounds");
  for (const search::OpenRange& open : c.open)
    require(std::isfinite(open.min) && std::isfinite(open.max) && open.min <= open.max,
            "`certificate.open`: expected min <= max");
}

}  // namespace

namespace {

void check(const CorrectedValue& corrected) {
  at_least(0, {{"corrected.samples", corrected.samples}, {"corrected.candidates", corrected.candidates}});
  if (!corrected.reason.empty()) return;
  require(std::isfinite(corrected.value) && std::isfinite(corrected.low) && std::isfinite(corrected.high) &&
              corrected.low <= corrected.high && corrected.standard_error >= 0,
          "`corrected`: expected finite numbers with low <= high");
}

}  // namespace

void check(const RunFacts& facts) {
  require(facts.task.empty() || facts.task == "regression" || facts.task == "classification",
          "`task`: expected regression or classification, found " + holdout::quoted(facts.task));
  require(facts.task != "regression" || facts.classes.empty(), "`classes` of a regression");
  require(facts.classes.size() != 1, "`classes`: expected none, or two and more");
  check_unique(facts.classes, "classes");
  at_least(0, {{"rows", facts.rows},
               {"features", facts.features},
               {"train_rows", facts.train_rows},
               {"holdout_rows", facts.holdout_rows},
               {"test_rows", facts.test_rows},
               {"folds", facts.folds},
               {"repeats", facts.repeats},
               {"threads", facts.threads},
               {"deaths", facts.deaths},
               {"stored", facts.stored}});
  require(facts.seconds >= 0 && std::isfinite(facts.seconds),
          "`seconds`: expected a finite number >= 0, found " + to_text(facts.seconds));
  check_time("started", facts.started), check_time("finished", facts.finished);
  if (facts.conclusion) check(*facts.conclusion);
  if (facts.certificate) check(*facts.certificate);
}

void check(const Winner& winner) {
  at_least(0, {{"trial", winner.trial},
               {"refit_epochs", winner.refit_epochs},
               {"steps", winner.steps},
               {"tied", winner.tied.value_or(0)}});
  at_least(-1, {{"rises", winner.rises}});
  not_below_zero("test_standard_error", winner.test_standard_error);
  not_below_zero("holdout_standard_error", winner.holdout_standard_error);
  check_metrics("test", winner.test), check_metrics("refit_test", winner.refit_test);
  check_metrics("tied_test", winner.tied_test);
  if (winner.defaults) {
    at_least(0, {{"defaults.trial", winner.defaults->trial.value_or(0)}});
    check_metrics("defaults.test", winner.defaults->test);
  }
  if (winner.predictions) check(*winner.predictions);
  if (winner.corrected) check(*winner.corrected);
  if (!winner.default_outcome) return;
  const Outcome& outcome = *winner.default_outcome;
  require(winner.defaults.has_value(), "`default_outcome`: there are no `defaults`");
  require(may_be_best(outcome), "`default_outcome`: expected a finite value");
  at_least(0, {{"default_outcome.epochs", outcome.epochs}, {"default_outcome.steps", outcome.steps}});
  check_metrics("default_outcome.metrics", outcome.metrics);
}

void check(const Winner& winner, const search::SearchSpace& space) {
  if (!winner.defaults) return;
  const DefaultResult& defaults = *winner.defaults;
  require(defaults.configuration.values.size() == space.size(),
          "`defaults.configuration`: expected " + std::to_string(space.size()) + " values, found " +
              std::to_string(defaults.configuration.values.size()));
  for (const std::int64_t i : defaults.undeclared)
    require(i >= 0 && i < static_cast<std::int64_t>(space.size()),
            "`defaults.undeclared`: there is no parameter " + std::to_string(i));
  require(!winner.default_outcome || space.contains(defaults.configuration),
          "`default_outcome`: the defaults lie outside of what is searched");
}

void check(const Nested& nested, const search::SearchSpace& space) {
  require(nested.planned >= static_cast<std::int64_t>(nested.folds.size()),
          "`nested.folds`: more than " + std::to_string(nested.planned));
  for (const OuterResult& fold : nested.folds) {
    at_least(0, {{"nested.folds.rows", fold.rows}, {"nested.folds.trial", fold.trial.value_or(0)}});
    require(fold.configuration.values.empty() || fold.configuration.values.size() == space.size(),
            "`nested.folds.configuration`: expected " + std::to_string(space.size()) + " values, found " +
                std::to_string(fold.configuration.values.size()));
  }
}

void check(const Trial& trial, const search::SearchSpace& space) {
  const Outcome& o = trial.outcome;
  const std::string who = "trial " + std::to_string(trial.number) + ": ";
  const auto fine = [&](bool is, const char* what) {
    if (!is) throw std::domain_error(who + what);
  };
  fine(o.epochs >= 0 && o.steps >= 0, "epochs or steps below 0");
  fine(!(o.cost < 0) && !(o.seconds < 0) && std::isfinite(o.seconds), "a cost or seconds below 0");
  fine(trial.fidelity.epochs.value_or(0) >= 0 && !(trial.fidelity.tolerance.value_or(0) < 0),
       "epochs or a tolerance below 0 were asked for");
  fine(!(o.error_bound.value_or(0) < 0), "a bound of an error below 0");
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto& value = trial.configuration.values[i];
    const search::Parameter& parameter = space.parameters()[i];
    if (!value || std::find(parameter.values.begin(), parameter.values.end(), *value) != parameter.values.end())
      continue;
    if (parameter.interval && in_range(*parameter.interval, *value)) continue;
    throw std::domain_error(who + "`" + parameter.path + "` is outside of its range: " + to_text(*value));
  }
}

void check_fingerprint(std::string_view text) {
  constexpr std::int64_t kCrc = std::numeric_limits<std::uint32_t>::max();
  const Json json = Json::parse(text);
  object_in(json, "holdout:fingerprint");
  text_in(member_of(json, "study"), "study");
  std::size_t count = 0;
  for (const Json& file : list_in(member_of(json, "files"), "files")) {
    const std::string what = item("files", count++);
    text_in(member_of(object_in(file, what), "path"), what + ".path");
    integer_in(member_of(file, "bytes"), what + ".bytes", 0);
    integer_in(member_of(file, "crc32"), what + ".crc32", 0, kCrc);
  }
}

}  // namespace holdout::study
