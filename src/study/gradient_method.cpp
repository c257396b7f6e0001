#include "gradient_method.hpp"

#include <algorithm>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/search/transform.hpp>

#include "guard_rows.hpp"
#include "lane_config.hpp"
#include "path_visitor.hpp"
#include "possible_values.hpp"

namespace holdout::study {
namespace {

using train::Hypergradient;

constexpr std::string_view kOption = "hypergradient";

/// Finds a setting that is a word, the name of what was chosen, or yes or no.
class Word final : public PathVisitor {
 public:
  explicit Word(std::string_view path) : path_(path) {}
  std::string word;
  bool yes = false;
  void operator()(const Field& f, bool& value) override {
    if (path_of(f) == path_) yes = value;
  }
  void operator()(const Field&, std::int64_t&, const Range<std::int64_t>&) override {}
  void operator()(const Field&, double&, const Range<double>&) override {}
  void operator()(const Field& f, std::string& value, std::span<const std::string_view>) override {
    if (path_of(f) == path_) word = value;
  }
  void operator()(const Field&, std::vector<std::string>&, std::span<const std::string_view>) override {}
  void operator()(const Field&, std::vector<std::int64_t>&, const Range<std::int64_t>&) override {}

 private:
  void chosen(const Field& f, const std::string&, Choice& choice) override {
    if (path_of(f) == path_) word = choice.alternatives()[choice.selected()].name;
  }
  std::string_view path_;
};

PossibleValues possible_values(const Study& study) { return {study.space.parameters(), study.constants}; }

// The optimizers that the study may train with.
std::vector<std::string> optimizers(const Study& study) {
  const auto names = possible_values(study).names("training.optimizer", study.config.training.optimizer);
  return {names.begin(), names.end()};
}

// The losses that the study may train with.
std::vector<train::LossInfo> losses(const Study& study, const train::Metric& metric) {
  const std::size_t classes = metric.classes == train::Classes::none ? 0 : 2;  // what an mlp's loss follows from
  if (study.config.model.has_layers()) return {train::losses()[study.config.model.loss_for(classes)]};
  std::vector<train::LossInfo> all;
  for (const std::string_view name : possible_values(study).names("model.loss", study.config.model.loss))
    all.push_back(train::losses()[train::find_loss(name)]);
  return all;
}

bool is_solver(const std::string& name) {
  const auto all = train::solvers();
  return std::any_of(all.begin(), all.end(), [&](const Info& info) { return info.name == name; });
}

// The values that a configuration is to have, and what makes these parameters exist. The last that is required wins.
class Wanted {
 public:
  explicit Wanted(const search::SearchSpace& space) : space_(space), values_(space.size()) {}

  Wanted& require(std::size_t parameter, std::optional<Value> value = {}) {
    const auto& all = space_.parameters();
    values_[parameter] = std::move(value);
    for (std::size_t i = parameter; const auto& condition = all[i].condition; i = condition->parameter)
      values_[condition->parameter] = all[condition->parameter].values[condition->choice];
    return *this;
  }

  /// Any configuration that has them.
  search::Configuration configuration() const {
    search::Configuration configuration;
    for (std::size_t i = 0; i < space_.size(); ++i) {
      const search::Parameter& p = space_.parameters()[i];
      if (!space_.active(i, configuration))
        configuration.values.emplace_back();
      else if (values_[i])
        configuration.values.push_back(values_[i]);
      else
        configuration.values.push_back(p.interval ? search::value_at(*p.interval, 0.5) : p.values.front());
    }
    return configuration;
  }

 private:
  const search::SearchSpace& space_;
  std::vector<std::optional<Value>> values_;
};

bool of_classes(const train::Metric& metric) { return metric.classes != train::Classes::none; }

// Of these a study may have thousands, and what holds for one of a kind holds for all: each would cost a walk through
// the whole configuration.
bool is_one_of_many(std::string_view path) {
  return path.starts_with("model.l2.groups.") || path.starts_with("model.hidden.");
}

// What trainings of the study may use that tangents do not follow, by path. A range for descents is another mistake.
std::vector<std::string> not_followed(const Study& study) {
  std::vector<std::string> paths;
  const auto look = [&](const search::Configuration& configuration) {
    for (const std::string_view path : train::not_followed(apply(study, configuration))) {
      const auto place = study.space.find(path);
      const bool range = place && is_continuous(study.space.parameters()[*place]);
      if (!range && std::find(paths.begin(), paths.end(), path) == paths.end()) paths.emplace_back(path);
    }
  };
  bool looked = false;  // at one of many
  for (std::size_t i = 0; i < study.space.size(); ++i) {
    const search::Parameter& parameter = study.space.parameters()[i];
    if (is_one_of_many(parameter.path) && std::exchange(looked, true)) continue;
    look(Wanted(study.space).require(i).configuration());
    for (const Value& value : parameter.values) look(Wanted(study.space).require(i, value).configuration());
    if (parameter.interval)
      look(Wanted(study.space).require(i, search::value_at(*parameter.interval, 1)).configuration());
  }
  return paths;
}

}  // namespace

std::string_view name_of(Hypergradient method) { return method == Hypergradient::implicit ? "implicit" : "forward"; }

bool is_continuous(const search::Parameter& parameter) {
  const auto& range = parameter.interval;
  return range && !range->integer && !range->step && range->max > range->min;
}

std::optional<DerivativeMethod> derivative_method(const Study& study) {
  if (study.search.method.info().name != "gradient") return {};
  search::SearcherChoice choice = study.search.method;
  Word asked(kOption);
  choice.fields(asked);
  if (asked.word == "implicit") return DerivativeMethod{Hypergradient::implicit, "the study says so"};
  if (asked.word == "forward") return DerivativeMethod{Hypergradient::forward, "the study says so"};
  const std::vector<std::string> names = optimizers(study);
  if (std::all_of(names.begin(), names.end(), is_solver))
    return DerivativeMethod{Hypergradient::implicit, "optimizer " + joined(names) + " goes to the minimum of J"};
  return DerivativeMethod{Hypergradient::forward,
                          "trainings with " + joined(names) + " need not end at the minimum of J"};
}

const train::Metric& smooth_metric(const train::Metric& metric, train::Link link) {
  if (train::has_gradient(metric, link)) return metric;
  const train::Metric* other = train::smooth_metric(link, of_classes(metric));
  return other ? *other : metric;
}

std::unique_ptr<search::Searcher> make_searcher(const Study& study) {
  search::SearcherChoice choice = study.search.method;
  if (const auto derivatives = derivative_method(study)) {
    const search::SearchSpace option(
        {{std::string(kOption), {Value(std::string(name_of(derivatives->method)))}, {}, {}}});
    put_values(option, {}, {{option.parameters()[0].values[0]}}, [&](FieldVisitor& f) { choice.fields(f); });
  }
  return choice.make(study.space, study.root());
}

std::vector<std::size_t> many(const Study& study) {
  std::vector<std::size_t> found;
  if (!derivative_method(study)) return found;
  for (std::size_t i = 0; i < study.space.size(); ++i) {
    const search::Parameter& parameter = study.space.parameters()[i];
    if (is_continuous(parameter) && parameter.path.find(".groups.") != std::string::npos) found.push_back(i);
  }
  if (found.size() < 2) found.clear();
  return found;
}

void check_many(const Study& study, data::Prepared& data) {
  constexpr std::size_t kRows = 10;  // hold-out rows for each λ; with fewer, test errors mostly rose (measured)
  const std::size_t count = many(study).size();
  if (count == 0) return;
  const std::string lambdas = std::to_string(count) + " λ of their own";
  if (data.split.test.empty())
    throw Error(Message{{},
                        "data.split: no test rows; with " + lambdas + " the hold-out error becomes a training error",
                        "set rows aside that the search never sees: split: {…, test: 0.2}",
                        {},
                        "data.split"});
  search::SearcherChoice choice = study.search.method;
  Word guard("guard");
  choice.fields(guard);
  std::size_t rows = 0;
  for (const data::Fold& fold : data.split.folds) {
    rows += fold.holdout.size();
    if (guard.yes && !data.group.empty() && guarded_rows(fold.holdout, data.group).guard.empty())
      throw Error(Message{{},
                          "search.guard: the hold-out rows of a fold are one group, which cannot be on both sides",
                          "use fewer folds, or write guard: false",
                          {},
                          "search.guard"});
  }
  rows /= data.split.repeats;
  if (rows < kRows * count)
    data.notices.push_back(lambdas + " are fitted to " + std::to_string(rows) + " hold-out rows: with fewer than " +
                           std::to_string(kRows) + " for each, trust the test error alone");
}

const Trial* best_tied(std::span<const Trial> trials, bool maximize, std::span<const std::size_t> parameters) {
  const Trial* best = nullptr;
  for (const Trial& t : trials) {
    if (!may_be_best(t.outcome)) continue;
    const auto& values = t.configuration.values;
    const bool tied = std::all_of(parameters.begin(), parameters.end(),
                                  [&](std::size_t i) { return values[i] == values[parameters[0]]; });
    if (!tied) continue;
    if (!best || (maximize ? t.outcome.value > best->outcome.value : t.outcome.value < best->outcome.value)) best = &t;
  }
  return best;
}

namespace {

// Whether scores can be interpolated where the metric has no gradient: along the one λ of a convex model at its
// minimum.
bool can_interpolate(const Study& study, const train::Metric& metric, train::Link link) {
  const auto& space = study.space.parameters();
  const bool one = std::count_if(space.begin(), space.end(), [](const auto& p) { return is_continuous(p); }) == 1;
  search::SearcherChoice choice = study.search.method;
  Word optimizer("optimizer");
  choice.fields(optimizer);
  const Choice& split = study.data.split;
  const bool parts = split.alternatives()[split.selected()].name != "leave_one_out";
  return one && parts && optimizer.word == "newton" && derivative_method(study)->method == Hypergradient::implicit &&
         &smooth_metric(metric, link) != &metric;
}

// Where the hold-out error has no derivative in a parameter: with certain values of others, or anywhere. Values that
// go together with others are asked one at a time.
struct Undifferentiable {
  const search::Parameter* other = nullptr;  // null: anywhere
  Value value = false;
};

std::optional<Undifferentiable> undifferentiable(const Study& study, std::size_t parameter, Hypergradient method) {
  const auto& all = study.space.parameters();
  const auto differentiable = [&](const search::Configuration& configuration) {
    return !configuration.values[parameter] ||
           train::differentiable(apply(study, configuration), all[parameter].path, method);
  };
  if (!differentiable(Wanted(study.space).require(parameter).configuration())) return Undifferentiable{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == parameter || is_one_of_many(all[i].path)) continue;
    for (const Value& value : all[i].values)
      if (!differentiable(Wanted(study.space).require(i, value).require(parameter).configuration()))
        return Undifferentiable{&all[i], value};
  }
  return {};
}

// Of every loss that the study may train with.
void check_smooth_metric(const Study& study, Errors& errors) {
  const train::Metric& metric = metric_of(study);
  const std::vector<train::LossInfo> all = losses(study, metric);
  const auto suits = [&](const train::LossInfo& loss) {
    return train::has_gradient(metric, loss.link) || can_interpolate(study, metric, loss.link);
  };
  const auto found = std::find_if_not(all.begin(), all.end(), suits);
  if (found == all.end()) return;
  const train::LossInfo& loss = *found;
  std::vector<std::string> others;
  for (const train::Metric& m : train::metrics())
    if (of_classes(m) == of_classes(metric) && train::has_gradient(m, loss.link)) others.emplace_back(m.info.name);
  const std::string with_loss = metric.smooth.loss ? " with loss " + std::string(loss.info.name) : "";
  errors.add(
      {{},
       "search.method: gradient needs a metric that changes smoothly; '" + std::string(metric.info.name) +
           "' does not" + with_loss + ", and only one λ of a model at its minimum can be searched without",
       others.empty() ? "use method random" : "metrics with a gradient: " + joined(others) + "; or use method random",
       {},
       "objective.metric"});
}

}  // namespace

void check_gradient_search(const Study& study, Errors& errors) {
  const auto derivatives = derivative_method(study);
  if (!derivatives) return;
  const auto add = [&](std::string path, std::string text, std::string hint) {
    errors.add({{}, std::move(text), std::move(hint), {}, std::move(path)});
  };
  check_smooth_metric(study, errors);
  const std::vector<std::string> names = optimizers(study);
  if (derivatives->method == Hypergradient::forward && std::any_of(names.begin(), names.end(), is_solver))
    add("search.method",
        "search.hypergradient: forward goes through the steps of an update rule, and '" +
            *std::find_if(names.begin(), names.end(), is_solver) + "' is a solver",
        "write hypergradient: implicit, or a study for each");
  const bool forward = derivatives->method == Hypergradient::forward;
  const bool single =
      forward && possible_values(study).may_be("training.precision", "float32", study.config.training.precision);
  if (single)
    add("training.precision", "training.precision: derivatives through a training are had in float64", "remove it");
  const std::vector<std::string> unknown = forward ? not_followed(study) : std::vector<std::string>();
  for (const std::string& path : unknown)
    add(path, path + ": search.method: gradient has no derivatives through it", "remove it, or use method random");
  bool any = false;
  bool looked_at_one_of_many = false;
  for (std::size_t i = 0; i < study.space.size(); ++i) {
    const search::Parameter& parameter = study.space.parameters()[i];
    if (!is_continuous(parameter)) continue;
    any = true;
    if (single || !unknown.empty() || (is_one_of_many(parameter.path) && std::exchange(looked_at_one_of_many, true)))
      continue;
    const auto found = undifferentiable(study, i, derivatives->method);
    if (!found) continue;
    const bool implicit = derivatives->method == Hypergradient::implicit;
    add(parameter.path,
        "search.method: gradient has no derivative of the hold-out error in " + parameter.path +
            (implicit ? " at the minimum of J" : " through the training") + " (" +
            std::string(name_of(derivatives->method)) + ": " + derivatives->why + ")" +
            (found->other ? " with " + found->other->path + ": " + to_text(found->value) : ""),
        "list its values: {values: [...]}, or use method random");
  }
  if (!any)
    add("search.method", "search.method: gradient has nothing to descend on: no range of real numbers",
        "give one, for example model.l2: {min: 1e-6, max: 1e4, scale: log}, or use method grid");
}

}  // namespace holdout::study
