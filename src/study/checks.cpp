#include "checks.hpp"

#include <algorithm>

#include <holdout/base/number.hpp>

namespace holdout::study {
namespace {

using train::Classes;

class Checks {
 public:
  Checks(StudyFile& file, const Filler& filler, Errors& errors) : file_(file), filler_(filler), errors_(errors) {}

  void metric() {
    const Study& study = file_.study;
    const std::string_view type = study.config.model.type();
    const bool classifies = train::classes_of(type) != Classes::none;
    const train::Metric& metric = metric_of(study);
    const std::string name(metric.info.name);
    if ((metric.classes != Classes::none) != classifies) {
      std::vector<std::string> fitting;
      for (const train::Metric& m : train::metrics())
        if ((m.classes != Classes::none) == classifies) fitting.emplace_back(m.info.name);
      add("objective.metric",
          "objective.metric: '" + name + "' measures " + (classifies ? "regression" : "classification") +
              ", but model type '" + std::string(type) + "' is for " + (classifies ? "classification" : "regression"),
          "metrics for it: " + joined(fitting));
    }
    const std::string own = metric.maximize ? "maximize" : "minimize";
    if (!study.objective.direction.empty() && study.objective.direction != own)
      add("objective.direction",
          "objective.direction: '" + name + "' is to " + own + ", not to " + study.objective.direction,
          "write " + own + ", or leave 'direction' away: every metric knows its own");
  }

  // learning_rate: auto is 1/L̂ of a smooth convex model, which says nothing about rules that scale each coordinate.
  void automatic_rate() {
    const std::string path = "training.learning_rate";
    const search::Parameter* searched = parameter(path);
    const auto& words = train::LearningRate::kAuto;
    const bool automatic = searched ? std::find(searched->values.begin(), searched->values.end(),
                                                Value(std::string("auto"))) != searched->values.end()
                                    : file_.study.config.training.learning_rate.start == words;
    const std::string rules = adaptive_rules();
    if (!automatic || rules.empty()) return;
    const bool given = filler_.marks.count(path) > 0;
    std::vector<std::string> others;
    for (const update::RuleDescription& rule : update::rules())
      if (!rule.adaptive) others.emplace_back(rule.info.name);
    add(given ? path : "training.optimizer",
        path + (given ? ": 'auto' does not suit " : " is missing: it is needed with ") + rules,
        "give a number or a range: learning_rate: {min: 1e-4, max: 0.1, scale: log}; 'auto' is for " + joined(others));
  }

  // A solver finds its own steps: what is said about them would mean nothing.
  void solver() {
    const train::OptimizerChoice& optimizer = file_.study.config.training.optimizer;
    if (parameter("training.optimizer") || !optimizer.is_solver()) return;
    const std::string name(optimizer.alternatives()[optimizer.selected()].name);
    for (const char* key : {"learning_rate", "batch_size", "epochs", "clip_norm", "stop.patience"})
      if (const std::string path = std::string("training.") + key; filler_.marks.count(path) > 0)
        add(path, path + ": optimizer '" + name + "' takes none", "remove it, or choose an update rule: holdout list optimizers");
    if (file_.study.config.training.precision != "float64")
      add("training.precision", "training.precision: optimizer '" + name + "' works in float64", "remove it");
  }

  void features() {
    const auto& features = file_.study.data.features;
    if (!features.include.empty() && !features.exclude.empty())
      add("data.features.exclude", "data.features: both 'include' and 'exclude'", "leave one of them");
  }

  // Searchers say themselves what they cannot search; they name the parameter.
  void searcher() {
    Study& study = file_.study;
    try {
      study.space = search::SearchSpace(filler_.parameters);
      study.constants = filler_.constants;
      study.search.method.make(study.space, Seed{static_cast<std::uint64_t>(study.seed)});
    } catch (const Error& error) {
      for (Message message : error.messages()) {
        if (message.path.empty()) message.path = path_in(message.text);
        errors_.add(file_.located(std::move(message)));
      }
    }
  }

 private:
  const search::Parameter* parameter(std::string_view path) const {
    for (const search::Parameter& p : filler_.parameters)
      if (p.path == path) return &p;
    return nullptr;
  }

  // Those that this study may train with, as a list; empty if there are none.
  std::string adaptive_rules() const {
    std::vector<std::string> adaptive;
    const search::Parameter* searched = parameter("training.optimizer");
    for (const update::RuleDescription& rule : update::rules()) {
      const Value name = std::string(rule.info.name);
      const bool used =
          searched ? std::find(searched->values.begin(), searched->values.end(), name) != searched->values.end()
                   : file_.study.config.training.optimizer.rule() == &rule;
      if (used && rule.adaptive) adaptive.emplace_back(rule.info.name);
    }
    return joined(adaptive);
  }

  // The longest path of the file that the text names; where there is none, the search section is to blame.
  std::string path_in(const std::string& text) const {
    std::string best;
    for (const auto& [path, place] : file_.places)
      if (path.size() > best.size() && path.find('.') != std::string::npos && text.find(path) != std::string::npos)
        best = path;
    return best.empty() ? "search" : best;
  }

  void add(const std::string& path, const std::string& text, const std::string& hint) {
    errors_.add(file_.located({{}, text, hint, {}, path}));
  }

  StudyFile& file_;
  const Filler& filler_;
  Errors& errors_;
};

}  // namespace

void check_study(StudyFile& file, const Filler& filler, Errors& errors) {
  Checks checks(file, filler, errors);
  const bool sound = errors.empty();  // else defaults stand where something was wrong, and would be blamed
  checks.features();
  if (sound) checks.automatic_rate();
  if (sound) checks.solver();
  checks.metric();
  if (errors.empty()) checks.searcher();
}

}  // namespace holdout::study
