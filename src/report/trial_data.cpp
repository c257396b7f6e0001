#include "trial_data.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

#include <holdout/base/number.hpp>

#include "text.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kMost = 20000;  // rows: more make the page slow to open, and stand in trials.csv

std::string text_json(std::string_view text) {
  using nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string number_json(double x) { return std::isfinite(x) ? shown(x) : "null"; }

std::string value_json(const std::optional<Value>& value) {
  if (!value) return "null";
  if (const auto x = number(value)) return number_json(*x);
  return text_json(to_text(*value));
}

// Inside a <script> element, < could begin its end; the others are escaped with it.
std::string harmless(const std::string& json) {
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '<')
      out += "\\u003c";
    else if (json[i] == '>')
      out += "\\u003e";
    else if (json[i] == '&')
      out += "\\u0026";
    else if (json.compare(i, 3, "\u2028") == 0)
      out += "\\u2028", i += 2;
    else if (json.compare(i, 3, "\u2029") == 0)
      out += "\\u2029", i += 2;
    else
      out += json[i];
  }
  return out;
}

struct Columns {
  std::string json;
  void add(std::string_view name, bool number, bool tip) {
    json += (json.empty() ? "" : ",") + ("{\"name\":" + text_json(name)) + (number ? ",\"number\":true" : "") +
            (tip ? ",\"tip\":true" : "") + "}";
  }
};

bool numeric(const search::Parameter& parameter) {
  return parameter.interval || std::all_of(parameter.values.begin(), parameter.values.end(),
                                           [](const Value& v) { return number(v).has_value(); });
}

// What the filter's field shows before anything is typed.
std::string example(const Findings& f) {
  if (!f.best()) return "failed";
  return f.study.metric + "<" + to_text(f.middle()->outcome.value, 3) + " complete";
}

}  // namespace

std::string trial_data(const Findings& f) {
  const auto& parameters = f.study.space.parameters();
  const bool timed = std::any_of(f.trials.begin(), f.trials.end(), [](const auto& t) { return t.outcome.seconds > 0; });
  Columns columns;
  columns.add("rank", true, false);
  columns.add("trial", true, false);
  columns.add("state", false, false);
  columns.add(f.study.metric, true, true);
  for (const search::Parameter& parameter : parameters) columns.add(parameter.path, numeric(parameter), true);
  columns.add("epochs", true, false);
  if (timed) columns.add("seconds", true, true);
  columns.add("end", false, false);

  std::vector<std::size_t> order(f.ranking), rank(f.trials.size());
  for (std::size_t i = 0; i < f.ranking.size(); ++i) rank[f.ranking[i]] = i + 1;
  for (std::size_t i = 0; i < f.trials.size(); ++i)
    if (rank[i] == 0) order.push_back(i);
  const std::size_t left_out = order.size() - std::min(order.size(), kMost);
  order.resize(order.size() - left_out);

  std::string rows;
  for (const std::size_t i : order) {
    const study::Trial& trial = f.trials[i];
    const study::Outcome& o = trial.outcome;
    rows += (rows.empty() ? "[" : ",\n[") + (rank[i] > 0 ? std::to_string(rank[i]) : "null") + "," +
            std::to_string(trial.number) + "," + text_json(to_word(o.state)) + "," +
            (o.state == study::TrialState::complete ? number_json(o.value) : "null");
    for (std::size_t p = 0; p < parameters.size(); ++p)
      rows += "," + (p < trial.configuration.values.size() ? value_json(trial.configuration.values[p]) : "null");
    rows += "," + std::to_string(o.epochs);
    if (timed) rows += "," + (o.seconds > 0 ? to_text(o.seconds, 3) : "null");
    rows += "," + text_json(o.reason.empty() ? o.end : o.reason) + "]";
  }
  return harmless("{\"columns\":[" + columns.json + "],\n\"example\":" + text_json(example(f)) +
                  ",\"left_out\":" + std::to_string(left_out) + ",\n\"rows\":[" + rows + "]}");
}

}  // namespace holdout::report
