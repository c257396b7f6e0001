#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

#include "foreign_trials.hpp"
#include "text.hpp"
#include "trial_words.hpp"
#include "writers.hpp"

namespace holdout::report {
namespace {

std::string real_cell(double x) { return std::isfinite(x) ? to_text(x) : std::string(); }

// Only text is made harmless: a negative number is no formula, and must read back.
std::string value_cell(const std::optional<Value>& value) {
  if (!value) return {};
  if (const auto* text = std::get_if<std::string>(&*value)) return csv_cell(*text);
  if (const auto* x = std::get_if<double>(&*value)) return real_cell(*x);
  return to_text(*value);
}

// All metrics of all trials, in the order of their first appearance.
std::vector<std::string> metric_names(const std::vector<study::Trial>& trials) {
  std::vector<std::string> names;
  for (const study::Trial& trial : trials)
    for (const auto& [name, value] : trial.outcome.metrics)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

}  // namespace

std::string csv(const Findings& f, const Page&) {
  const auto& parameters = f.study.space.parameters();
  const std::vector<std::string> metrics = metric_names(f.trials);
  std::string out = "number,state,value";
  for (const search::Parameter& parameter : parameters) out += "," + csv_cell(parameter.path);
  for (const std::string& name : metrics) out += "," + csv_cell(name);
  out += ",epochs,steps,train_loss,end,reason\r\n";

  for (const study::Trial& trial : f.trials) {
    const study::Outcome& o = trial.outcome;
    const bool complete = o.state == study::TrialState::complete;
    out += std::to_string(trial.number) + "," + std::string(to_word(o)) + ",";
    if (complete) out += real_cell(o.value);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      out += ",";
      if (i < trial.configuration.values.size()) out += value_cell(trial.configuration.values[i]);
    }
    for (const std::string& name : metrics) {
      const std::optional<double> value = metric(o.metrics, name);
      out += "," + (value ? to_text(*value) : std::string());
    }
    out += "," + std::to_string(o.epochs) + "," + std::to_string(o.steps) + "," + real_cell(o.train_loss) + "," +
           csv_cell(o.end) + "," + csv_cell(o.reason) + "\r\n";
  }
  // No value: whoever sorts the column must not find a winner that is none.
  const std::string nothing(parameters.size() + metrics.size() + 5, ',');
  for (const study::ForeignChange& change : f.foreign)
    out += std::to_string(change.number) + "," + std::string(to_word(change.kind)) + "," + nothing +
           csv_cell(reason(change)) + "\r\n";
  return out;
}

}  // namespace holdout::report
