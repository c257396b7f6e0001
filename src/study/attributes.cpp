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
  if (!key.starts_with(kAttributePrefix)) return;
  const auto wrong = [&](const std::string& why) {
    return std::domain_error("trial " + std::to_string(trial.number) + ", " + holdout::quoted(key) + ": " + why);
  };
  try {
    put_attribute(key, std::string_view(key).substr(kAttributePrefix.size()), text, trial);
  } catch (const Json::exception&) {
    throw wrong("this is not the JSON that is expected there");
  } catch (const std::domain_error& error) {
    throw wrong(error.what());
  }
}

}  // namespace holdout::study
