#include "trial_data.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <holdout/base/number.hpp>
#include <holdout/base/quoting.hpp>

#include "foreign_trials.hpp"
#include "text.hpp"
#include "trial_words.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kMax = 20000;  // rows: more make the page slow to open, and stand in trials.csv

std::string number_json(double x) { return std::isfinite(x) ? shown(x) : "null"; }

std::string value_json(const std::optional<Value>& value) {
  if (!value) return "null";
  if (const auto x = number(value)) return number_json(*x);
  return json_quoted(to_text(*value));
}

struct Columns {
  std::string json;
  void add(std::string_view name, bool number, bool tip) {
    json += (json.empty() ? "" : ",") + ("{\"name\":" + json_quoted(name)) + (number ? ",\"number\":true" : "") +
            (tip ? ",\"tip\":true" : "") + "}";
  }
};

bool numeric(const search::Parameter& parameter) {
  return parameter.interval || std::all_of(parameter.values.begin(), parameter.values.end(),
                                           [](const Value& v) { return number(v).has_value(); });
}

// [trial]: its place in the ranking from 1; 0: none.
std::vector<std::size_t> ranks(const Findings& f) {
  std::vector<std::size_t> rank(f.trials.size());
  for (std::size_t i = 0; i < f.ranking.size(); ++i) rank[f.ranking[i]] = i + 1;
  return rank;
}

// The trials of the page in their order: as ranked, then the others.
std::vector<std::size_t> listed(const Findings& f, const std::vector<std::size_t>& rank) {
  std::vector<std::size_t> order(f.ranking);
  for (std::size_t i = 0; i < f.trials.size(); ++i)
    if (rank[i] == 0) order.push_back(i);
  order.resize(std::min(order.size(), kMax));
  return order;
}

// What the filter's field shows before anything is typed.
std::string example(const Findings& f) {
  if (!f.best()) return "failed";
  return f.study.metric + "<" + to_text(f.middle()->outcome.value, 3) + " complete";
}

}  // namespace

std::string trial_data(const Findings& f) {
  const auto& parameters = f.study.space.parameters();
  Columns columns;
  columns.add("rank", true, false);
  columns.add("trial", true, false);
  columns.add("state", false, false);
  columns.add(f.study.metric, true, true);
  for (const search::Parameter& parameter : parameters) columns.add(parameter.path, numeric(parameter), true);
  columns.add("epochs", true, false);
  columns.add("end", false, false);

  const std::vector<std::size_t> rank = ranks(f), order = listed(f, rank);
  std::string rows;
  for (const std::size_t i : order) {
    const study::Trial& trial = f.trials[i];
    const study::Outcome& o = trial.outcome;
    rows += (rows.empty() ? "[" : ",\n[") + (rank[i] > 0 ? std::to_string(rank[i]) : "null") + "," +
            std::to_string(trial.number) + "," + json_quoted(to_word(o)) + "," +
            (o.state == study::TrialState::complete ? number_json(o.value) : "null");
    for (std::size_t p = 0; p < parameters.size(); ++p)
      rows += "," + (p < trial.configuration.values.size() ? value_json(trial.configuration.values[p]) : "null");
    rows += "," + std::to_string(o.epochs) + "," + json_quoted(o.reason.empty() ? o.end : o.reason) + "]";
  }
  std::string nothing;
  for (std::size_t i = 0; i < parameters.size() + 1; ++i) nothing += ",null";
  for (std::size_t i = 0; i < std::min(kMax, f.foreign.size()); ++i)
    rows += (rows.empty() ? "[null," : ",\n[null,") + std::to_string(f.foreign[i].number) + "," +
            json_quoted(to_word(f.foreign[i].kind)) + ",null" + nothing + "," + json_quoted(reason(f.foreign[i])) + "]";
  return "{\"columns\":[" + columns.json + "],\n\"example\":" + json_quoted(example(f)) +
         ",\"left_out\":" + std::to_string(f.trials.size() - order.size()) + ",\n\"rows\":[" + rows + "]}";
}

std::string trial_seconds(const Findings& f) {
  const bool timed = std::any_of(f.trials.begin(), f.trials.end(), [](const auto& t) { return t.outcome.seconds > 0; });
  if (!timed) return {};
  std::string list;
  for (const std::size_t i : listed(f, ranks(f))) {
    const double seconds = f.trials[i].outcome.seconds;
    list += (list.empty() ? "" : ",") + (seconds > 0 ? to_text(seconds, 3) : std::string("null"));
  }
  for (std::size_t i = 0; i < std::min(kMax, f.foreign.size()); ++i)
    list += (list.empty() ? "" : ",") + std::string("null");
  return "[" + list + "]";
}

}  // namespace holdout::report
