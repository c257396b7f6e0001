#include "attributes.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "model_json.hpp"
#include "stored_checks.hpp"

namespace holdout::study {
namespace {

constexpr std::string_view kOurs = "holdout:";

// Nearly all attributes of trials are plain numbers and words: read without a document, which would take most of the
// time that reading a large run takes. Empty: it has to be looked at more closely.
template <class T>
std::optional<T> plain_number(std::string_view json) {
  if (json.find_first_not_of("0123456789+-.e") != json.npos) return {};
  T x{};
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), x);
  if (error != std::errc() || end != json.data() + json.size()) return {};
  return x;
}

std::optional<std::string_view> plain_word(std::string_view json) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return {};
  const std::string_view word = json.substr(1, json.size() - 2);
  const auto special = [](unsigned char c) { return c == '"' || c == '\\' || c < 0x20 || c >= 0x7f; };
  if (std::any_of(word.begin(), word.end(), special)) return {};
  return word;
}

double real_in(std::string_view json) {
  const std::optional<double> x = plain_number<double>(json);
  return x ? *x : real_from(Json::parse(json));
}

std::int64_t whole_in(std::string_view text) {
  if (const std::optional<std::int64_t> x = plain_number<std::int64_t>(text)) return *x;
  return integer_in(Json::parse(text), "", std::numeric_limits<std::int64_t>::min());
}

// From 0 to what an int holds.
int number_of_trial(std::string_view text) {
  const std::int64_t n = whole_in(text);
  if (n < 0 || n > std::numeric_limits<int>::max())
    throw std::domain_error("no number of a trial: " + std::to_string(n));
  return static_cast<int>(n);
}

std::string word_of(std::string_view json) {
  const std::optional<std::string_view> word = plain_word(json);
  return word ? std::string(*word) : text_in(Json::parse(json), "");
}

Json numbers_json(const std::vector<double>& numbers) {
  Json all = Json::array();
  for (const double x : numbers) all.push_back(to_json(x));
  return all;
}

void read_numbers(const Json& json, std::vector<double>& to) {
  for (const Json& value : list_in(json, "")) to.push_back(real_from(value));
}

template <class T>
Json written(const T& x);
template <class T>
T member(const Json& json);

// One list of members for both ways: `fields` below calls f(key, member) for each.
class Writer {
 public:
  Json json = Json::object();

  template <class T>
  void operator()(const char* key, const T& x) {
    json[key] = x;
  }
  void operator()(const char* key, double x) { json[key] = to_json(x); }
  void operator()(const char* key, const std::optional<double>& x) {
    if (x) json[key] = to_json(*x);
  }
  void operator()(const char* key, const std::optional<int>& x) {
    if (x) json[key] = *x;
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>& x) {
    if (x) json[key] = written(*x);
  }
  void operator()(const char* key, const std::optional<TunedModel>& x) {
    if (x) json[key] = to_json(*x);
  }
  // As the attributes of a trial, without their prefix, and the curve.
  void operator()(const char* key, const std::optional<Outcome>& x) {
    if (!x) return;
    Json& all = json[key] = Json::object();
    for (const auto& [name, text] : outcome_attributes(*x, true)) all[name.substr(kOurs.size())] = Json::parse(text);
    Json& curve = all["curve"] = Json::array();
    for (const CurvePoint& point : x->curve)
      curve.push_back({point.epoch, to_json(point.train_loss), to_json(point.holdout)});
  }
  void operator()(const char* key, const search::Configuration& configuration) {
    Json& all = json[key] = Json::array();
    for (const auto& value : configuration.values) all.push_back(value ? value_json(*value) : Json());
  }
  void operator()(const char* key, const std::vector<OuterResult>& folds) {
    Json& all = json[key] = Json::array();
    for (const OuterResult& fold : folds) all.push_back(written(fold));
  }
  void operator()(const char* key, const std::vector<search::OpenRange>& ranges) {
    Json& all = json[key] = Json::array();
    for (const search::OpenRange& range : ranges) all.push_back(written(range));
  }
  void operator()(const char* key, const Metrics& metrics) {
    Json& all = json[key] = Json::object();
    for (const auto& [name, value] : metrics) all[name] = to_json(value);
  }
};

// A missing key leaves the member as it is: an older holdout did not know it.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {
    if (!json.is_object()) throw std::domain_error("no mapping");
  }

  template <class T>
  void operator()(const char* key, T& x) const {
    if (const auto found = json_.find(key); found != json_.end()) read(*found, key, x);
  }

 private:
  static constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();

  static void read(const Json& json, const char* key, bool& x) { x = bool_in(json, key); }
  static void read(const Json& json, const char* key, int& x) {
    x = static_cast<int>(integer_in(json, key, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
  }
  static void read(const Json& json, const char* key, std::int64_t& x) { x = integer_in(json, key, kLowest); }
  static void read(const Json& json, const char* key, train::Convexity& x) {
    x = static_cast<train::Convexity>(integer_in(json, key, 0, static_cast<int>(train::Convexity::strongly)));
  }
  static void read(const Json& json, const char*, double& x) { x = real_from(json); }
  static void read(const Json& json, const char* key, std::string& x) { x = text_in(json, key); }
  static void read(const Json& json, const char* key, std::vector<std::string>& x) { x = texts_in(json, key); }
  static void read(const Json& json, const char* key, std::vector<double>& x) { x = numbers_in(json, key); }
  static void read(const Json& json, const char* key, std::vector<std::int64_t>& x) {
    x.clear();
    for (const Json& n : list_in(json, key)) x.push_back(integer_in(n, item(key, x.size()), kLowest));
  }
  static void read(const Json& json, const char*, std::optional<TunedModel>& x) { x = tuned_model_from(json); }
  static void read(const Json& json, const char* key, std::optional<double>& x) { read(json, key, x.emplace()); }
  static void read(const Json& json, const char* key, std::optional<int>& x) { read(json, key, x.emplace()); }
  template <class T>
  static void read(const Json& json, const char* key, std::optional<T>& x) {
    x = member<T>(object_in(json, key));
  }
  static void read(const Json& json, const char* key, std::optional<Outcome>& x) {
    Trial trial;
    trial.outcome.gradient_norm = std::numeric_limits<double>::quiet_NaN();  // written where it was measured
    for (const auto& [name, value] : object_in(json, key).items())
      if (name != "curve") read_attribute(std::string(kOurs) + name, text_of(value), trial);
    const std::string curve = std::string(key) + ".curve";
    for (const Json& point : list_in(member_of(json, "curve"), curve)) {
      const Json& numbers = list_in(point, item(curve, trial.outcome.curve.size()));
      if (numbers.size() != 3) throw std::domain_error("`" + curve + "`: expected three numbers a point");
      trial.outcome.curve.push_back(
          {integer_in(numbers[0], curve, kLowest), real_from(numbers[1]), real_from(numbers[2])});
    }
    x = std::move(trial.outcome);
  }
  static void read(const Json& json, const char* key, search::Configuration& configuration) {
    for (const Json& value : list_in(json, key))
      configuration.values.push_back(value.is_null() ? std::nullopt : std::optional(value_from(value)));
  }
  static void read(const Json& json, const char* key, std::size_t& x) {
    x = static_cast<std::size_t>(integer_in(json, key, 0));
  }
  static void read(const Json& json, const char* key, std::vector<OuterResult>& folds) {
    folds.clear();
    for (const Json& fold : list_in(json, key)) folds.push_back(member<OuterResult>(object_in(fold, key)));
  }
  static void read(const Json& json, const char* key, std::vector<search::OpenRange>& ranges) {
    ranges.clear();
    for (const Json& range : list_in(json, key)) ranges.push_back(member<search::OpenRange>(object_in(range, key)));
  }
  static void read(const Json& json, const char* key, Metrics& metrics) {
    metrics.clear();
    for (const auto& [name, value] : object_in(json, key).items()) metrics.emplace_back(name, real_from(value));
  }

  const Json& json_;
};

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, RunFacts>
void fields(F& f, T& facts) {
  f("task", facts.task), f("search", facts.search), f("data_file", facts.data_file), f("target", facts.target),
      f("classes", facts.classes);
  f("rows", facts.rows), f("features", facts.features), f("train_rows", facts.train_rows);
  f("holdout_rows", facts.holdout_rows), f("test_rows", facts.test_rows), f("split", facts.split),
      f("folds", facts.folds), f("repeats", facts.repeats);
  f("baseline", facts.baseline), f("notices", facts.notices);
  f("threads", facts.threads), f("seconds", facts.seconds), f("version", facts.version);
  f("cpu_target", facts.cpu_target), f("started", facts.started), f("finished", facts.finished);
  f("interrupted", facts.interrupted), f("deaths", facts.deaths), f("stored", facts.stored), f("asked", facts.asked);
  f("conclusion", facts.conclusion), f("certificate", facts.certificate);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, Certificate>
void fields(F& f, T& certificate) {
  f("metric", certificate.metric), f("parameter", certificate.parameter);
  f("min", certificate.min), f("max", certificate.max), f("tolerance", certificate.tolerance);
  f("best", certificate.best), f("lower_bound", certificate.lower_bound), f("share", certificate.share);
  f("anchors", certificate.anchors), f("added", certificate.added), f("intervals", certificate.intervals);
  f("at", certificate.at), f("bound", certificate.bound);
  f("reason", certificate.reason), f("open", certificate.open);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, search::Conclusion>
void fields(F& f, T& conclusion) {
  f("settled", conclusion.settled), f("tolerance", conclusion.tolerance), f("rounds", conclusion.rounds);
  f("evaluations", conclusion.evaluations), f("reason", conclusion.reason), f("open", conclusion.open);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, search::OpenRange>
void fields(F& f, T& range) {
  f("parameter", range.parameter), f("min", range.min), f("max", range.max), f("promise", range.promise);
  f("failed", range.failed);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, Winner>
void fields(F& f, T& winner) {
  f("trial", winner.trial), f("default_outcome", winner.default_outcome);
  f("test", winner.test), f("refit_test", winner.refit_test);
  f("tied", winner.tied), f("tied_test", winner.tied_test);
  f("defaults", winner.defaults), f("corrected", winner.corrected);
  f("refit_epochs", winner.refit_epochs), f("test_standard_error", winner.test_standard_error);
  f("holdout_standard_error", winner.holdout_standard_error);
  f("best_yaml", winner.best_yaml), f("model", winner.model);
  f("minimum", winner.minimum), f("rises", winner.rises), f("steps", winner.steps);
  f("predictions", winner.predictions), f("threshold", winner.threshold);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, DefaultResult>
void fields(F& f, T& defaults) {
  f("configuration", defaults.configuration), f("undeclared", defaults.undeclared), f("trial", defaults.trial);
  f("value", defaults.value), f("reason", defaults.reason), f("test", defaults.test);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, CorrectedValue>
void fields(F& f, T& corrected) {
  f("value", corrected.value), f("standard_error", corrected.standard_error), f("low", corrected.low);
  f("high", corrected.high), f("samples", corrected.samples), f("candidates", corrected.candidates);
  f("reason", corrected.reason);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, HoldoutPredictions>
void fields(F& f, T& predictions) {
  f("rows", predictions.rows), f("target", predictions.target), f("predicted", predictions.predicted);
  f("confusion", predictions.confusion);
  f("false_positive", predictions.false_positive), f("true_positive", predictions.true_positive);
  f("threshold", predictions.threshold), f("at_threshold", predictions.at_threshold);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, Nested>
void fields(F& f, T& nested) { f("planned", nested.planned), f("folds", nested.folds); }

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, OuterResult>
void fields(F& f, T& fold) {
  f("configuration", fold.configuration), f("trial", fold.trial), f("holdout", fold.holdout);
  f("value", fold.value), f("rows", fold.rows);
}

template <class F, class T>
requires std::is_same_v<std::remove_const_t<T>, train::MinimumFacts>
void fields(F& f, T& facts) {
  f("convexity", facts.convexity), f("reason", facts.reason), f("gradient_norm", facts.gradient_norm);
  f("least_eigenvalue", facts.least_eigenvalue), f("largest_eigenvalue", facts.largest_eigenvalue);
  f("distance", facts.distance), f("gap", facts.gap), f("no_minimum", facts.no_minimum);
}

template <class T>
Json written(const T& x) {
  Writer writer;
  fields(writer, x);
  return writer.json;
}

template <class T>
T member(const Json& json) {
  T x;
  Reader reader(json);
  fields(reader, x);
  return x;
}

}  // namespace

// + 0.0 makes 0 of -0: SQLite cannot keep the sign, so a resumed run could not repeat it.
Json to_json(double x) { return std::isfinite(x) ? Json(x + 0.0) : Json(to_text(x)); }

Json to_json(const Value& value) {
  return std::visit(
      [](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, double>)
          return to_json(x);
        else
          return Json(x);
      },
      value);
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string facts_json(const RunFacts& facts) { return text_of(written(facts)); }
RunFacts facts_from(std::string_view json) {
  RunFacts facts = member<RunFacts>(Json::parse(json));
  check(facts);
  return facts;
}

std::string winner_json(const Winner& winner) { return text_of(written(winner)); }
Winner winner_from(std::string_view json) {
  Winner winner = member<Winner>(Json::parse(json));
  check(winner);
  return winner;
}

std::string nested_json(const Nested& nested) { return text_of(written(nested)); }
Nested nested_from(std::string_view json) { return member<Nested>(Json::parse(json)); }

std::string string_json(std::string_view text) { return text_of(Json(text)); }
std::string string_from(std::string_view json, std::string_view what) { return text_in(Json::parse(json), what); }

namespace {

// A trial alone is a number; trials with weights are [[trial, weight, along], …].
Json near_json(const std::vector<search::Near>& near) {
  if (near.size() == 1 && near[0] == search::Near{near[0].trial}) return near[0].trial;
  Json all = Json::array();
  for (const search::Near& n : near) all.push_back({n.trial, to_json(n.weight), to_json(n.along)});
  return all;
}

std::vector<search::Near> near_from(std::string_view text) {
  if (!text.starts_with('[')) return {{number_of_trial(text)}};
  const Json json = Json::parse(text);
  std::vector<search::Near> all;
  for (const Json& n : json) {
    if (list_in(n, "near").size() != 3) throw std::domain_error("expected [trial, weight, along]");
    const search::Near near{number_of_trial(text_of(n[0])), real_from(n[1]), real_from(n[2])};
    if (!std::isfinite(near.weight) || !std::isfinite(near.along)) throw std::domain_error("a weight is not finite");
    all.push_back(near);
  }
  return all;
}

}  // namespace

std::vector<Attribute> request_attributes(const Trial& trial) {
  std::vector<Attribute> all;
  if (trial.fidelity.epochs) all.emplace_back("holdout:asked_epochs", std::to_string(*trial.fidelity.epochs));
  if (trial.fidelity.tolerance)
    all.emplace_back("holdout:asked_tolerance", text_of(to_json(*trial.fidelity.tolerance)));
  if (!trial.near.empty()) all.emplace_back("holdout:near", text_of(near_json(trial.near)));
  if (trial.attempts > 0) all.emplace_back("holdout:attempts", std::to_string(trial.attempts));
  return all;
}

std::vector<Attribute> outcome_attributes(const Outcome& outcome, bool with_value) {
  std::vector<Attribute> all;
  const auto add = [&all](const char* key, const Json& json) { all.emplace_back(key, text_of(json)); };
  add("holdout:end", outcome.end);
  add("holdout:epochs", outcome.epochs);
  add("holdout:steps", outcome.steps);
  add("holdout:train_loss", to_json(outcome.train_loss));
  if (!std::isnan(outcome.gradient_norm)) add("holdout:gradient_norm", to_json(outcome.gradient_norm));
  if (with_value) add("holdout:value", to_json(outcome.value));
  if (outcome.state == TrialState::failed)
    add("holdout:error", outcome.reason);
  else if (!outcome.reason.empty())
    add("holdout:reason", outcome.reason);
  if (!outcome.metrics.empty()) {
    Json metrics = Json::object();
    for (const auto& [name, value] : outcome.metrics) metrics[name] = to_json(value);
    add("holdout:metrics", metrics);
  }
  if (!outcome.fold_values.empty()) add("holdout:folds", numbers_json(outcome.fold_values));
  if (!outcome.start_values.empty()) add("holdout:starts", numbers_json(outcome.start_values));
  if (!outcome.full) add("holdout:full", false);
  if (outcome.error_bound) add("holdout:error_bound", to_json(*outcome.error_bound));
  if (!outcome.gradient.empty()) add("holdout:gradient", numbers_json(outcome.gradient));
  if (!outcome.curvature.empty()) add("holdout:curvature", numbers_json(outcome.curvature));
  if (outcome.no_derivatives) add("holdout:no_derivatives", true);
  if (outcome.guard) add("holdout:guard", to_json(*outcome.guard));
  if (outcome.cost != 0) add("holdout:cost", to_json(outcome.cost));
  if (outcome.seconds > 0) add("holdout:seconds", to_json(outcome.seconds));
  return all;
}

std::span<const std::string_view> detail_attributes() {
  static constexpr std::string_view kDetails[] = {"holdout:end",        "holdout:epochs",        "holdout:steps",
                                                  "holdout:train_loss", "holdout:gradient_norm", "holdout:metrics",
                                                  "holdout:folds",      "holdout:error",         "holdout:reason"};
  return kDetails;
}

bool is_detail(std::string_view key) {
  const auto details = detail_attributes();
  return std::find(details.begin(), details.end(), key) != details.end();
}

namespace {

void put_attribute(const std::string& key, std::string_view name, std::string_view text, Trial& trial) {
  Outcome& outcome = trial.outcome;
  if (name == "end")
    outcome.end = word_of(text);
  else if (name == "epochs")
    outcome.epochs = whole_in(text);
  else if (name == "steps")
    outcome.steps = whole_in(text);
  else if (name == "train_loss")
    outcome.train_loss = real_in(text);
  else if (name == "gradient_norm")
    outcome.gradient_norm = real_in(text);
  else if (name == "value")
    outcome.value = real_in(text);
  else if (name == "error" || name == "reason")
    outcome.reason = word_of(text);
  else if (name == "metrics") {
    const Json metrics = Json::parse(text);
    outcome.metrics.reserve(object_in(metrics, key).size());
    for (const auto& [metric, value] : metrics.items()) outcome.metrics.emplace_back(metric, real_from(value));
  } else if (name == "folds")
    read_numbers(Json::parse(text), outcome.fold_values);
  else if (name == "starts")
    read_numbers(Json::parse(text), outcome.start_values);
  else if (name == "full")
    outcome.full = bool_in(Json::parse(text), key);
  else if (name == "error_bound")
    outcome.error_bound = real_in(text);
  else if (name == "gradient")
    read_numbers(Json::parse(text), outcome.gradient);
  else if (name == "curvature")
    read_numbers(Json::parse(text), outcome.curvature);
  else if (name == "no_derivatives")
    outcome.no_derivatives = bool_in(Json::parse(text), key);
  else if (name == "guard")
    outcome.guard = real_in(text);
  else if (name == "cost")
    outcome.cost = real_in(text);
  else if (name == "seconds")
    outcome.seconds = real_in(text);
  else if (name == "asked_epochs")
    trial.fidelity.epochs = whole_in(text);
  else if (name == "asked_tolerance")
    trial.fidelity.tolerance = real_in(text);
  else if (name == "near")
    trial.near = near_from(text);
  else if (name == "attempts")
    trial.attempts = number_of_trial(text);
}

}  // namespace

void read_attribute(const std::string& key, std::string_view text, Trial& trial) {
  if (!key.starts_with(kOurs)) return;
  const auto wrong = [&](const std::string& why) {
    return std::domain_error("trial " + std::to_string(trial.number) + ", " + holdout::quoted(key) + ": " + why);
  };
  try {
    put_attribute(key, std::string_view(key).substr(kOurs.size()), text, trial);
  } catch (const Json::exception&) {
    throw wrong("this is not the JSON that is expected there");
  } catch (const std::domain_error& error) {
    throw wrong(error.what());
  }
}

}  // namespace holdout::study
