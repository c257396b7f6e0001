#include <cmath>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "foreign_trials.hpp"
#include "text.hpp"
#include "trial_words.hpp"
#include "writers.hpp"

namespace holdout::report {
namespace {

using nlohmann::ordered_json;
using study::Trial;
using study::TrialState;

// nlohmann prints doubles by an algorithm of its own, shortest and without locale. JSON has no NaN, and a minus zero
// would make equal results look different.
ordered_json number_json(double x) {
  if (!std::isfinite(x)) return nullptr;
  return x == 0 ? 0.0 : x;
}

ordered_json number_json(const std::optional<double>& x) { return x ? number_json(*x) : ordered_json(); }

// A member that is not there yet: operator[] would compare its key with those of all others.
void add(ordered_json& object, const std::string& key, ordered_json value) {
  object.get_ref<ordered_json::object_t&>().emplace_back(key, std::move(value));
}

ordered_json value_json(const Value& value) {
  return std::visit(
      [](const auto& v) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, double>)
          return number_json(v);
        else
          return ordered_json(v);
      },
      value);
}

ordered_json numbers_json(const std::vector<double>& values) {
  ordered_json list = ordered_json::array();
  for (const double v : values) list.push_back(number_json(v));
  return list;
}

ordered_json metrics_json(const study::Metrics& metrics) {
  ordered_json all = ordered_json::object();
  for (const auto& [name, value] : metrics) all[name] = number_json(value);
  return all;
}

ordered_json parameters_json(const search::SearchSpace& space, const search::Configuration& configuration) {
  ordered_json all = ordered_json::object();
  for (std::size_t i = 0; i < space.size() && i < configuration.values.size(); ++i)
    if (configuration.values[i]) add(all, space.parameters()[i].path, value_json(*configuration.values[i]));
  return all;
}

ordered_json data_json(const std::optional<study::RunFacts>& facts) {
  if (!facts) return nullptr;
  ordered_json data = {{"task", facts->task},
                       {"file", facts->data_file},
                       {"target", facts->target},
                       {"classes", ordered_json(facts->classes)},
                       {"rows", facts->rows},
                       {"features", facts->features},
                       {"train_rows", facts->train_rows},
                       {"holdout_rows", facts->holdout_rows},
                       {"test_rows", facts->test_rows},
                       {"folds", facts->folds},
                       {"baseline", number_json(facts->baseline)}};
  if (!facts->split.empty()) data["split"] = facts->split;
  if (facts->repeats > 1) data["repeats"] = facts->repeats;
  return data;
}

ordered_json bound_json(double x, bool integer) {
  if (integer) return static_cast<std::int64_t>(x);
  return number_json(x);
}

ordered_json space_json(const search::SearchSpace& space) {
  ordered_json all = ordered_json::array();
  for (const search::Parameter& parameter : space.parameters()) {
    ordered_json p = {{"path", parameter.path}};
    if (!parameter.values.empty()) {
      p["values"] = ordered_json::array();
      for (const Value& value : parameter.values) p["values"].push_back(value_json(value));
    }
    if (const auto& range = parameter.interval) {
      p["min"] = bound_json(range->min, range->integer);
      p["max"] = bound_json(range->max, range->integer);
      p["scale"] = range->log ? "log" : "linear";
      if (range->step) p["step"] = bound_json(*range->step, range->integer);
      if (range->points) p["points"] = range->points;
      p["integer"] = range->integer;
    }
    if (const auto& condition = parameter.condition) {
      const search::Parameter& other = space.parameters()[condition->parameter];
      p["only_if"] = {{"path", other.path}, {"value", value_json(other.values[condition->choice])}};
    }
    all.push_back(std::move(p));
  }
  return all;
}

ordered_json minimum_json(const study::Winner& winner) {
  if (!winner.minimum) return nullptr;
  constexpr std::string_view kWords[] = {"no", "convex", "strongly convex"};
  const train::MinimumFacts& facts = *winner.minimum;
  return {{"convex", kWords[static_cast<std::size_t>(facts.convexity)]},
          {"reason", facts.reason},
          {"gradient_norm", number_json(facts.gradient_norm)},
          {"least_eigenvalue", number_json(facts.least_eigenvalue)},
          {"largest_eigenvalue", number_json(facts.largest_eigenvalue)},
          // Without a gap it is one of an earlier version, which took the intercept for the best one.
          {"distance", std::isfinite(facts.gap) ? number_json(facts.distance) : nullptr},
          {"gap", number_json(facts.gap)},
          {"no_minimum", facts.no_minimum},
          {"rises", winner.rises < 0 ? ordered_json() : ordered_json(winner.rises)},
          {"steps", winner.steps}};
}

ordered_json predictions_json(const Findings& f) {
  if (!f.winner || !f.winner->predictions) return nullptr;
  const study::HoldoutPredictions& p = *f.winner->predictions;
  ordered_json all = ordered_json::object();
  if (!p.confusion.empty()) {
    const auto k = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(p.confusion.size()))));
    all["confusion"] = ordered_json::array();
    for (std::size_t i = 0; i < k; ++i)
      all["confusion"].push_back(
          std::vector<std::int64_t>(p.confusion.begin() + static_cast<std::ptrdiff_t>(i * k),
                                    p.confusion.begin() + static_cast<std::ptrdiff_t>((i + 1) * k)));
  }
  if (!p.false_positive.empty())
    all["roc"] = {{"false_positive", numbers_json(p.false_positive)}, {"true_positive", numbers_json(p.true_positive)}};
  if (!p.threshold.empty())
    all["thresholds"] = {{"score", numbers_json(p.threshold)}, {"value", numbers_json(p.at_threshold)}};
  if (!p.target.empty())
    all["rows"] = p.rows, all["target"] = numbers_json(p.target), all["predicted"] = numbers_json(p.predicted);
  return all;
}

ordered_json corrected_json(const Findings& f) {
  if (!f.winner || !f.winner->corrected) return nullptr;
  const study::CorrectedValue& c = *f.winner->corrected;
  return {{"value", number_json(c.value)},
          {"standard_error", number_json(c.standard_error)},
          {"low", number_json(c.low)},
          {"high", number_json(c.high)},
          {"samples", c.samples},
          {"candidates", c.candidates},
          {"reason", c.reason.empty() ? ordered_json() : ordered_json(c.reason)}};
}

ordered_json best_json(const Findings& f) {
  if (!f.best()) return nullptr;
  const Trial& trial = *f.best();
  ordered_json best = {{"trial", f.defaults ? ordered_json() : ordered_json(trial.number)},
                       {"value", number_json(trial.outcome.value)},
                       {"parameters", parameters_json(f.study.space, trial.configuration)},
                       {"metrics", metrics_json(trial.outcome.metrics)}};
  if (f.defaults) best["defaults"] = true;
  if (f.winner && f.winner->threshold) best["threshold"] = *f.winner->threshold;
  best["test"] = f.winner && !f.winner->test.empty() ? metrics_json(f.winner->test) : ordered_json();
  best["refit"] = nullptr;
  const bool tested = f.winner && !f.winner->refit_test.empty();
  if (f.winner && (tested || f.winner->refit_epochs > 0)) {
    best["refit"] = {{"test", tested ? metrics_json(f.winner->refit_test) : ordered_json()},
                     {"epochs", f.winner->refit_epochs}};
  }
  best["minimum"] = f.winner ? minimum_json(*f.winner) : ordered_json();
  best["predictions"] = predictions_json(f);
  best["uncertainty"] = {{"value", number_json(f.standard_error)}, {"test", number_json(test_error(f))}};
  best["corrected"] = corrected_json(f);
  if (!trial.outcome.fold_values.empty()) best["folds"] = numbers_json(trial.outcome.fold_values);
  if (!trial.outcome.start_values.empty()) best["starts"] = numbers_json(trial.outcome.start_values);
  best["curve"] = ordered_json::array();
  for (const study::CurvePoint& point : trial.outcome.curve)
    best["curve"].push_back({{"epoch", point.epoch},
                             {"train_loss", number_json(point.train_loss)},
                             {"holdout", number_json(point.holdout)}});
  return best;
}

ordered_json default_json(const Findings& f) {
  if (!f.winner || !f.winner->defaults) return nullptr;
  const study::DefaultResult& defaults = *f.winner->defaults;
  ordered_json undeclared = ordered_json::array(), outside = ordered_json::array();
  for (const std::int64_t i : defaults.undeclared)
    undeclared.push_back(f.study.space.parameters()[static_cast<std::size_t>(i)].path);
  for (const std::size_t i : f.outside) outside.push_back(f.study.space.parameters()[i].path);
  return {{"parameters", parameters_json(f.study.space, defaults.configuration)},
          {"undeclared", std::move(undeclared)},
          {"trial", defaults.trial ? ordered_json(*defaults.trial) : ordered_json()},
          {"value", number_json(defaults.value)},
          {"reason", defaults.reason.empty() ? ordered_json() : ordered_json(defaults.reason)},
          {"test", defaults.test.empty() ? ordered_json() : metrics_json(defaults.test)},
          {"gain", number_json(f.default_gain)},
          {"outside", std::move(outside)}};
}

ordered_json nested_json(const Findings& f) {
  ordered_json folds = ordered_json::array();
  for (const study::OuterResult& fold : f.nested->folds)
    folds.push_back({{"value", number_json(fold.value)},
                     {"holdout", number_json(fold.holdout)},
                     {"rows", fold.rows},
                     {"trial", fold.trial ? ordered_json(*fold.trial) : ordered_json()},
                     {"defaults", !fold.trial && std::isfinite(fold.holdout)},
                     {"configuration", parameters_json(f.study.space, fold.configuration)}});
  const NestedError error = f.nested_error.value_or(NestedError{});
  return {{"metric", f.study.metric},
          {"mean", f.nested_error ? number_json(error.mean) : ordered_json()},
          {"deviation", number_json(error.deviation)},
          {"standard_error", number_json(error.standard_error)},
          {"planned", f.nested->planned},
          {"folds", std::move(folds)}};
}

ordered_json search_end_json(const Findings& f) {
  if (!f.search_end) return nullptr;
  const SearchEnd& end = *f.search_end;
  return {{"half", end.half},
          {"half_value", number_json(end.half_value)},
          {"gain", number_json(end.gain)},
          {"noise", number_json(end.noise)},
          {"expected", end.expected},
          {"settled", end.settled()}};
}

ordered_json conclusion_json(const Findings& f) {
  if (!f.facts || !f.facts->conclusion) return nullptr;
  const search::Conclusion& end = *f.facts->conclusion;
  ordered_json open = ordered_json::array();
  for (const search::OpenRange& range : end.open) {
    ordered_json promise = nullptr;
    if (range.promise) promise = number_json(f.study.maximize ? -*range.promise : *range.promise);
    open.push_back({{"path", f.study.space.parameters().at(range.parameter).path},
                    {"min", number_json(range.min)},
                    {"max", number_json(range.max)},
                    {"promise", std::move(promise)},
                    {"failed", range.failed}});
  }
  return {{"settled", end.settled},
          {"tolerance", number_json(end.tolerance)},
          {"rounds", end.rounds},
          {"evaluations", end.evaluations},
          {"reason", end.reason.empty() ? ordered_json() : ordered_json(end.reason)},
          {"open", std::move(open)}};
}

// @param f  has one
ordered_json certificate_json(const Findings& f) {
  const study::Certificate& c = *f.facts->certificate;
  ordered_json open = ordered_json::array();
  for (const search::OpenRange& range : c.open)
    open.push_back({{"min", number_json(range.min)},
                    {"max", number_json(range.max)},
                    {"lower_bound", number_json(range.promise)}});
  return {{"metric", c.metric},
          {"parameter", f.study.space.parameters()[c.parameter].path},
          {"min", number_json(c.min)},
          {"max", number_json(c.max)},
          {"tolerance", number_json(c.tolerance)},
          {"lower_bound", number_json(c.lower_bound)},
          {"best", number_json(c.best)},
          {"share", number_json(c.share)},
          {"anchors", c.anchors.size()},
          {"added", c.added},
          {"intervals", c.intervals},
          {"proved", c.proved()},
          {"reason", c.reason.empty() ? ordered_json() : ordered_json(c.reason)},
          {"open", std::move(open)},
          {"band",
           {{"at", numbers_json(c.at)}, {"lower_bound", numbers_json(c.bound)}, {"anchors", numbers_json(c.anchors)}}}};
}

ordered_json refinement_json(const Findings& f) {
  if (!f.refinement) return nullptr;
  const Refinement& r = *f.refinement;
  return {{"path", f.study.space.parameters()[r.parameter].path},
          {"at", number_json(r.at)},
          {"value", number_json(r.value)},
          {"gain", number_json(r.gain)}};
}

ordered_json simpler_json(const Findings& f) {
  if (!f.simpler) return nullptr;
  const Trial& trial = f.trials[f.simpler->trial];
  ordered_json paths = ordered_json::array();
  for (const std::size_t i : f.simpler->parameters) paths.push_back(f.study.space.parameters()[i].path);
  return {{"trial", trial.number}, {"value", number_json(trial.outcome.value)}, {"parameters", std::move(paths)}};
}

ordered_json importance_json(const Findings& f) {
  if (!f.importance) return nullptr;
  const auto& parameters = f.study.space.parameters();
  ordered_json alone = ordered_json::object(), pairs = ordered_json::array();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    add(alone, parameters[i].path, number_json(f.importance->alone[i]));
  for (const Importance::Pair& pair : f.importance->pairs)
    pairs.push_back(
        {{"paths", {parameters[pair.a].path, parameters[pair.b].path}}, {"share", number_json(pair.share)}});
  return {{"alone", std::move(alone)}, {"pairs", std::move(pairs)}, {"trials", f.importance->trials}};
}

ordered_json findings_json(const Findings& f) {
  ordered_json ties = {{"percent", f.within_percent}, {"standard_error", nullptr}};
  if (f.within_error) ties["standard_error"] = *f.within_error;
  ordered_json bounds = ordered_json::array(), failures = ordered_json::array();
  for (const BoundHit& hit : f.bounds) {
    const search::Parameter& parameter = f.study.space.parameters()[hit.parameter];
    const bool integer = parameter.interval->integer;
    bounds.push_back({{"path", parameter.path},
                      {"end", hit.upper ? "max" : "min"},
                      {"value", bound_json(hit.value, integer)},
                      {"bound", bound_json(hit.bound, integer)}});
  }
  for (const FailureGroup& group : f.failures)
    failures.push_back({{"state", to_word(group.state)}, {"reason", group.reason}, {"trials", group.trials.size()}});
  return {{"gain", number_json(f.gain)},
          {"default", default_json(f)},
          {"middle", f.best() ? number_json(f.middle()->outcome.value) : ordered_json()},
          {"conclusion", conclusion_json(f)},
          {"search_end", search_end_json(f)},
          {"refinement", refinement_json(f)},
          {"simpler", simpler_json(f)},
          {"importance", importance_json(f)},
          {"near_ties", std::move(ties)},
          {"bounds", std::move(bounds)},
          {"failures", std::move(failures)}};
}

ordered_json trial_json(const search::SearchSpace& space, const Trial& trial) {
  const study::Outcome& o = trial.outcome;
  const bool complete = o.state == TrialState::complete;
  ordered_json reason;
  if (!o.reason.empty())
    reason = o.reason;
  else if (complete && !std::isfinite(o.value))
    reason = "the value is " + shown(o.value);
  ordered_json t = {{"number", trial.number},
                    {"state", to_word(o)},
                    {"value", complete ? number_json(o.value) : ordered_json()},
                    {"parameters", parameters_json(space, trial.configuration)},
                    {"metrics", metrics_json(o.metrics)},
                    {"reason", std::move(reason)},
                    {"epochs", o.epochs},
                    {"steps", o.steps},
                    {"train_loss", number_json(o.train_loss)},
                    {"gradient_norm", number_json(o.gradient_norm)},
                    {"end", o.end}};
  if (!o.fold_values.empty()) t["folds"] = numbers_json(o.fold_values);
  return t;
}

ordered_json foreign_json(const Findings& f) {
  ordered_json all = ordered_json::array();
  for (const study::ForeignChange& change : f.foreign) {
    const bool added = change.kind == study::ForeignChange::Kind::added;
    ordered_json one = {{"number", change.number}, {"what", added ? "added" : to_word(change.kind)}};
    if (added) one["state"] = change.state, one["value"] = number_json(change.value);
    all.push_back(std::move(one));
  }
  return all;
}

// Its lines after the first one indented. File and column names may be no UTF-8, which JSON must be: what is not
// becomes U+FFFD. Line ends in strings are escaped, so all that there are end lines.
void append(std::string& out, const ordered_json& value, std::string_view indent) {
  for (const char c : value.dump(2, ' ', false, ordered_json::error_handler_t::replace)) {
    out += c;
    if (c == '\n') out += indent;
  }
}

ordered_json run_json(const Findings& f) {
  const study::RunFacts facts = f.facts.value_or(study::RunFacts{});
  return {{"threads", facts.threads},
          {"seconds", number_json(facts.seconds)},
          {"versions", {{"holdout", facts.version}}},
          {"cpu_target", facts.cpu_target},
          {"started", facts.started},
          {"finished", facts.finished},
          {"interrupted", f.interrupted},
          {"trials_begun", f.begun}};
}

}  // namespace

std::string json(const Findings& f, const Page&) {
  // Written member by member, and the trials one by one: as one document 100 000 of them would take ten times the text.
  std::string out = "{";
  const auto add = [&out](std::string_view key) {
    if (out.size() > 1) out += ',';
    out.append("\n  \"").append(key).append("\": ");
  };
  const auto member = [&](std::string_view key, const ordered_json& value) { add(key), append(out, value, "  "); };
  member("schema", 1);
  member("study", f.study.name);
  member("objective", {{"metric", f.study.metric}, {"direction", f.study.maximize ? "maximize" : "minimize"}});
  member("data", data_json(f.facts));
  member("search_space", space_json(f.study.space));
  member("best", best_json(f));
  if (f.nested) member("nested", nested_json(f));
  member("findings", findings_json(f));
  if (f.facts && f.facts->certificate) member("certificate", certificate_json(f));
  add("trials"), out += '[';
  for (const Trial& trial : f.trials) {
    out += &trial == f.trials.data() ? "\n    " : ",\n    ";
    append(out, trial_json(f.study.space, trial), "    ");
  }
  out += f.trials.empty() ? "]" : "\n  ]";
  if (!f.foreign.empty()) member("foreign", foreign_json(f));
  member("notices", f.facts ? ordered_json(f.facts->notices) : ordered_json::array());
  member("run", run_json(f));
  return out + "\n}\n";
}

}  // namespace holdout::report
