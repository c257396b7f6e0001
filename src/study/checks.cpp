#include "checks.hpp"

#include <algorithm>

#include <holdout/base/number.hpp>
#include <holdout/data/load.hpp>

#include "certify.hpp"
#include "gradient_method.hpp"
#include "lane_config.hpp"
#include "possible_values.hpp"

namespace holdout::study {
namespace {

using train::Classes;

class Checks {
 public:
  Checks(StudyFile& file, const Filler& filler, Errors& errors)
      : file_(file), filler_(filler), errors_(errors), possible_(filler.parameters, filler.constants) {}

  void metric() {
    const Study& study = file_.study;
    // A metric that could not be read was blamed: the usual one in its place must not be.
    const train::MetricChoice& choice = study.objective.metric;
    if (filler_.marks.count("objective.metric") > 0 && !choice.is_named()) return;
    const std::string_view type = study.config.model.type();
    const bool either = train::classes_of(type) == Classes::either;
    if (either && !choice.metric())
      return add("model.type",
                 "objective.metric is missing: model " + std::string(type) +
                     " predicts numbers or classes, and the metric says which",
                 "for numbers: " + joined(metrics_for(false)) + "; for classes: " + joined(metrics_for(true)));
    const train::Metric& metric = metric_of(study);
    const bool classifies = either ? metric.classes != Classes::none : train::classes_of(type) != Classes::none;
    const std::string name(metric.info.name);
    const train::ModelSettings& model = study.config.model;
    const bool balances = possible_.may_be("model.class_weight", "balanced", model.class_weight);
    if (!classifies && (balances || !model.class_weights.empty()))
      add("model.class_weight", "model.class_weight: '" + name + "' measures numbers, and there are no classes",
          "remove it, or choose a metric of classes: " + joined(metrics_for(true)));
    if ((metric.classes != Classes::none) != classifies) {
      add("objective.metric",
          "objective.metric: '" + name + "' measures " + (classifies ? "regression" : "classification") +
              ", but model type '" + std::string(type) + "' is for " + (classifies ? "classification" : "regression"),
          "metrics for it: " + joined(metrics_for(classifies)));
    }
    const bool odds = losses(&train::LossInfo::link, train::Link::decision).empty();
    if (classifies && metric.of_odds && !odds)
      add("objective.metric",
          "objective.metric: '" + name + "' needs probabilities, and model type '" + std::string(type) + "' has none",
          "use one of " + joined(metrics_for(true, false)));
    const train::MetricOptions& options = metric.options;
    if (!options.one_class.empty() && options.average != "none")
      add("objective.metric." + name + ".class",
          "objective.metric." + name + ": class beside average: they are two ways to measure several classes",
          "remove one of them");
    threshold(metric);
    const std::string own = metric.maximize ? "maximize" : "minimize";
    if (!study.objective.direction.empty() && study.objective.direction != own)
      add("objective.direction",
          "objective.direction: '" + name + "' is to " + own + ", not to " + study.objective.direction,
          "write " + own + ", or leave 'direction' away: every metric knows its own");
  }

  // Recall of one class is best where all rows are decided for it, precision where only the surest is.
  void threshold(const train::Metric& metric) {
    Study& study = file_.study;
    if (study.objective.threshold != "tuned") return;
    const auto one_sided = [](const train::Metric& m) {
      return (m.info.name == "precision" || m.info.name == "recall") && m.options.average == "none";
    };
    std::vector<std::string> others;
    for (const train::Metric& m : train::metrics())
      if (m.of_table && !one_sided(m)) others.emplace_back(m.info.name);
    const std::string name(metric.info.name);
    if (!metric.of_table)
      return add("objective.threshold",
                 "objective.threshold: '" + name + "' does not depend on the class that is decided",
                 "remove it, or use a metric of decisions: " + joined(others));
    if (one_sided(metric))
      return add("objective.threshold",
                 "objective.threshold: '" + name + "' of one class is best where " +
                     (name == "recall" ? "all rows are decided for it" : "only the surest row is decided for it"),
                 "use a metric that weighs both kinds of mistakes: " + joined(others));
    study.objective.metric.tune_threshold();
  }

  // learning_rate: auto is 1/L̂ of a smooth convex model, which says nothing about rules that scale each coordinate.
  void automatic_rate() {
    const std::string path = "training.learning_rate";
    const bool fixed = file_.study.config.training.learning_rate.start == train::LearningRate::kAuto;
    const bool automatic = possible_.may_be(path, "auto", fixed ? "auto" : "");
    if (!automatic || solver_only()) return;
    const bool given = filler_.marks.count(path) > 0;
    if (const std::string model(file_.study.config.model.type()); !train::is_convex(model))
      return add(
          given ? path : "model.type",
          path + (given ? ": 'auto' is for convex models, not for " : " is missing: it is needed with model ") + model,
          "give a number or a range: learning_rate: {min: 1e-4, max: 0.1, scale: log}");
    if (const auto unbounded = losses(&train::LossInfo::curvature, train::kUnbounded); !unbounded.empty())
      return add(given ? path : "model.loss",
                 path +
                     (given ? ": 'auto' needs a bound of the loss's curvature: there is none for "
                            : " is missing: it is needed with loss ") +
                     joined(unbounded),
                 "give a number or a range: learning_rate: {min: 1e-4, max: 0.1, scale: log}");
    const std::string rules = joined(rules_that(&update::RuleDescription::adaptive, true));
    if (rules.empty()) return;
    std::vector<std::string> others;
    for (const update::RuleDescription& rule : update::rules())
      if (!rule.adaptive) others.emplace_back(rule.info.name);
    add(given ? path : "training.optimizer",
        path + (given ? ": 'auto' does not suit " : " is missing: it is needed with ") + rules,
        "give a number or a range: learning_rate: {min: 1e-4, max: 0.1, scale: log}; 'auto' is for " + joined(others));
  }

  // A solver finds its own steps: what is said about them would mean nothing, unless an update rule may be chosen too.
  void solver() {
    const std::vector<std::string> solvers = solvers_used();
    if (solvers.empty()) return;
    const bool one = solvers.size() == 1;
    const std::string names = one ? "optimizer '" + solvers[0] + "' " : "optimizers " + joined(solvers) + " ";
    if (solver_only())
      for (const char* key : {"learning_rate", "batch_size", "epochs", "clip_norm", "average", "stop.patience"})
        if (const std::string path = std::string("training.") + key; filler_.marks.count(path) > 0)
          add(path, path + ": " + names + (one ? "takes none" : "take none"),
              "remove it, or choose an update rule: holdout list optimizers");
    if (possible_.may_be("training.precision", "float32", file_.study.config.training.precision))
      add("training.precision", "training.precision: " + names + (one ? "works" : "work") + " in float64",
          solver_only() ? "remove it" : "use float64, or update rules alone");
    if (const auto kinked = losses(&train::LossInfo::smooth, false); !kinked.empty())
      add("training.optimizer",
          "training.optimizer: " + (one ? "'" + solvers[0] + "' needs" : joined(solvers) + " need") +
              " a loss with second derivatives; " + joined(kinked) + (kinked.size() == 1 ? " has none" : " have none"),
          std::string("choose an update rule, or loss ") +
              (file_.study.config.model.type() == "svm" ? "squared_hinge" : "squared or huber"));
  }

  // Weights of classes are balanced, or given.
  void class_weights() {
    const train::ModelSettings& model = file_.study.config.model;
    if (!model.class_weights.empty() && possible_.may_be("model.class_weight", "balanced", model.class_weight))
      add("model.class_weight.classes", "model.class_weight.classes beside balanced: both say how much rows count",
          "remove one of them");
  }

  // The shape of hidden layers is a list, or how many and how wide they are. The list's default is then none.
  void hidden() {
    const auto given = [this](const std::string& path) { return filler_.marks.count(path) > 0; };
    const bool listed = given("model.hidden.0") || possible_.parameter("model.hidden");
    for (const char* path : {"model.hidden.layers", "model.hidden.units"})
      if (given(path) && listed)
        return add(path, std::string(path) + " beside a list: both say what hidden layers there are",
                   "write hidden: [64, 32], or hidden: {layers: 2, units: 64}");
    if (given("model.hidden.layers") || given("model.hidden.units")) file_.study.config.model.hidden.clear();
  }

  // Of the epochs that a configuration may have and those that its average may leave out.
  void average() {
    const train::TrainingSettings& training = file_.study.config.training;
    const auto averages = possible_.names("training.average", training.average);
    if (std::find(averages.begin(), averages.end(), "polyak") == averages.end()) return;
    const std::string path = "training.average.polyak.from";
    const double from = possible_.largest(path, static_cast<double>(training.average.from));
    const double epochs = possible_.smallest("training.epochs", static_cast<double>(training.epochs));
    if (from >= epochs)
      add(path,
          path + ": after epoch " + to_text(from) + " of " + to_text(epochs) + " there is nothing left to average",
          "use a smaller number, half of the epochs for example");
  }

  // Of a convex J every start finds the same minimum.
  void starts() {
    const std::string path = "training.starts", model(file_.study.config.model.type());
    if (train::is_convex(model) && may_exceed(path, 1, static_cast<double>(file_.study.config.training.starts)))
      add(path, path + ": J of model " + model + " is convex, and every start leads to the same minimum",
          "omit it, or choose model: {type: mlp}");
  }

  // A solver goes to the minimum of a convex J.
  void convexity() {
    const std::string model(file_.study.config.model.type());
    if (train::is_convex(model)) return;
    for (const std::string& solver : solvers_used())
      add("training.optimizer",
          "training.optimizer: '" + solver + "' finds the minimum of a convex J, and that of model " + model +
              " is not convex",
          "choose an update rule, for example adam: holdout list optimizers");
  }

  // Two ways to say the same, and rules that have no proximal step.
  void penalties() {
    if (may_be_positive("model.elastic_net.lambda", file_.study.config.model.elastic_net.lambda))
      for (const auto& [path, value] :
           {std::pair("model.l1", file_.study.config.model.l1), std::pair("model.l2", file_.study.config.model.l2)})
        if (may_be_positive(path, value))
          add(path, std::string(path) + " beside model.elastic_net: they would be added up", "remove one of them");
    const train::ModelSettings& model = file_.study.config.model;
    const bool every = model.l2_each == "feature";
    if (may_be_positive("model.elastic_net.lambda", model.elastic_net.lambda) && (every || !model.l2_groups.empty()))
      add(every ? "model.l2.each" : "model.l2.groups", "model.l2 beside model.elastic_net: they would be added up",
          "remove one of them");
    if (every && !model.l2_groups.empty())
      add("model.l2.groups", "model.l2: groups beside each: feature, which makes a group of every feature",
          "remove one of them");
    if (every && model.has_layers())
      add("model.l2.each", "model.l2.each: weights behind hidden layers belong to no feature",
          "name groups of features: l2: {groups: {NAME: {columns: [...], l2: ...}}}");
    for (const train::PenaltyGroup& group : model.l2_groups)
      if (const std::string path = "model.l2.groups." + group.name + ".columns"; group.columns.empty())
        add(path, path + ": the list is empty", "name features, or how their names begin: [age, \"blood_*\"]");
    const bool shrinks = may_be_positive("model.l1", file_.study.config.model.l1) ||
                         may_be_positive("model.elastic_net.lambda", file_.study.config.model.elastic_net.lambda);
    std::vector<std::string> with, without;
    train::OptimizerChoice each = file_.study.config.training.optimizer;
    for (std::size_t i = 0; i < each.alternatives().size(); ++i) {
      each.select(i);
      const std::string name(each.alternatives()[i].name);
      if (each.takes_l1())
        with.push_back(name);
      else if (optimizes(name))
        without.push_back(name);
    }
    if (!shrinks || without.empty()) return;
    add("training.optimizer", "training.optimizer: " + joined(without) + " cannot put weights to exactly 0, as l1 asks",
        "optimizers that take l1: " + joined(with));
  }

  // One factorization says what all models without a row say of it: of ridge regression alone.
  void leave_one_out() {
    const Study& study = file_.study;
    if (study.data.split.selected() != data::SplitSettings::leave_one_out) return;
    const train::ModelSettings& model = study.config.model;
    std::vector<std::string> odd;
    if (model.type() != "linear") odd.push_back("model " + std::string(model.type()));
    for (const std::string& loss : losses(&train::LossInfo::quadratic, false))
      if (model.type() == "linear") odd.push_back("loss " + loss);
    if (may_be_positive("model.l1", model.l1)) odd.push_back("l1");
    if (may_be_positive("model.elastic_net.lambda", model.elastic_net.lambda)) odd.push_back("elastic_net");
    if (model.l2_each == "feature" || !model.l2_groups.empty()) odd.push_back("several λ");
    for (const Info& each : study.config.training.optimizer.alternatives())
      if (each.name != "exact" && optimizes(each.name)) odd.push_back("optimizer " + std::string(each.name));
    if (!odd.empty())
      add("data.split",
          "data.split: leave_one_out is for ridge regression by optimizer exact, and this study has " + joined(odd),
          "write model: {type: linear, l2: …} and optimizer: exact, or use method: kfold");
  }

  // Classes have no logarithm; and what a log link's loss or a closed form says is about the target itself.
  void target_transform() {
    const std::string path = "data.target_transform";
    const Study& study = file_.study;
    const std::vector<std::string> kinds = target_transforms(study.data.target_transform, possible_.parameter(path));
    if (kinds.empty()) return;
    const auto refuse = [&](const std::string& what, const std::string& hint) {
      add(path, path + ": " + joined(kinds) + (kinds.size() == 1 ? " is " : " are ") + what, hint);
    };
    if (metric_of(study).classes != Classes::none)
      refuse("for regressions, and this study classifies", "remove it");
    else if (const auto counts = losses(&train::LossInfo::link, train::Link::log); !counts.empty())
      refuse("for losses whose scores are predictions; " + joined(counts) + " has a logarithm of its own",
             "use another loss, or remove it");
    else if (study.data.split.selected() == data::SplitSettings::leave_one_out)
      refuse("not for leave_one_out, whose closed form measures errors of the target as it is trained",
             "use method: kfold");
    else if (derivative_method(study))
      refuse("not for search.method: gradient, whose derivatives do not go through the way back",
             "use method random or grid");
  }

  // It depends on the rows which of the others it is: as a value of its own it would be one of them twice.
  void standardize() {
    const std::string path = "data.standardize";
    const search::Parameter* searched = possible_.parameter(path);
    if (searched && std::find(searched->values.begin(), searched->values.end(), Value(std::string("auto"))) !=
                        searched->values.end())
      add(path, path + ": 'auto' among the values: it is deviation or max_abs, by the rows", "name that instead");
  }

  // Files that have columns need the name of one. Where only the first line tells what the file is, load() asks for it.
  void target() {
    const data::DataSettings& data = file_.study.data;
    if (data.target.empty() && data::known_format(data) == data::FileFormat::csv)
      add("data.target", filler_.marks.count("data.target") > 0 ? "data.target is empty" : "data: 'target' is missing",
          "target: name of the column to predict");
  }

  // Searchers say themselves what they cannot search; they name the parameter.
  void searcher() {
    Study& study = file_.study;
    try {
      study.space = search::SearchSpace(filler_.parameters);
      study.constants = filler_.constants;
      make_searcher(study);
      Errors found;
      check_gradient_search(study, found);
      check_certificate(study, found);
      found.throw_if_any();
    } catch (const Error& error) {
      for (Message message : error.messages()) {
        if (message.path.empty()) message.path = path_in(message.text);
        errors_.add(file_.located(std::move(message)));
      }
    }
  }

 private:
  static std::vector<std::string> metrics_for(bool classes, bool odds = true) {
    std::vector<std::string> fitting;
    for (const train::Metric& m : train::metrics())
      if ((m.classes != Classes::none) == classes && (odds || !m.of_odds)) fitting.emplace_back(m.info.name);
    return fitting;
  }

  bool may_exceed(std::string_view path, double bound, double fixed) const {
    return possible_.largest(path, fixed) > bound;
  }
  bool may_be_positive(std::string_view path, double fixed) const { return may_exceed(path, 0, fixed); }

  // Whether every optimizer that this study may train with is a solver.
  bool solver_only() const {
    const auto all = file_.study.config.training.optimizer.alternatives();
    return std::none_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(update::rules().size()),
                        [this](const Info& rule) { return optimizes(rule.name); });
  }

  std::vector<std::string> solvers_used() const {
    std::vector<std::string> names;
    for (const Info& solver : file_.study.config.training.optimizer.alternatives().subspan(update::rules().size()))
      if (optimizes(solver.name)) names.emplace_back(solver.name);
    return names;
  }

  bool optimizes(std::string_view name) const {
    const train::OptimizerChoice& optimizer = file_.study.config.training.optimizer;
    return possible_.may_be("training.optimizer", name, optimizer.alternatives()[optimizer.selected()].name);
  }

  // Of those that this study may train with.
  std::vector<std::string> rules_that(bool update::RuleDescription::*property, bool value) const {
    std::vector<std::string> names;
    for (const update::RuleDescription& rule : update::rules())
      if (optimizes(rule.info.name) && rule.*property == value) names.emplace_back(rule.info.name);
    return names;
  }

  template <class T>
  std::vector<std::string> losses(T train::LossInfo::*property, T value) const {
    std::vector<std::string> names;
    for (const std::string_view name : possible_.names("model.loss", file_.study.config.model.loss))
      if (train::losses()[train::find_loss(name)].*property == value) names.emplace_back(name);
    return names;
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
  PossibleValues possible_;
};

}  // namespace

void check_study(StudyFile& file, const Filler& filler, Errors& errors) {
  Checks checks(file, filler, errors);
  const bool sound = errors.empty();  // else defaults stand where something was wrong, and would be blamed
  checks.hidden();
  checks.target();
  if (sound) checks.automatic_rate();
  if (sound) checks.solver();
  if (sound) checks.average();
  if (sound) checks.starts();
  if (sound) checks.convexity();
  if (sound) checks.penalties();
  if (sound) checks.class_weights();
  if (sound) checks.leave_one_out();
  if (sound) checks.standardize();
  if (sound) checks.target_transform();
  checks.metric();
  if (errors.empty()) checks.searcher();
}

}  // namespace holdout::study
