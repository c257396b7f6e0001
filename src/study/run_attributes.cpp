// What is stored of a run as a whole, as JSON: its facts, its winner, its outer folds. One list of members for each
// serves both ways.
#include <optional>
#include <type_traits>

#include <holdout/base/error.hpp>

#include "attributes.hpp"
#include "model_json.hpp"
#include "stored_checks.hpp"

namespace holdout::study {
namespace {

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
    for (const auto& [name, text] : outcome_attributes(*x, true))
      all[name.substr(kAttributePrefix.size())] = Json::parse(text);
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
      if (name != "curve") read_attribute(std::string(kAttributePrefix) + name, text_of(value), trial);
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

}  // namespace holdout::study
