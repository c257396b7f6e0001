#include <holdout/study/function_study.hpp>

#include <algorithm>
#include <cmath>

#include "filler.hpp"
#include "lane_config.hpp"
#include "trace_space.hpp"
#include "tree.hpp"

namespace holdout::study {
namespace {

constexpr Info kType[] = {{"function", "a function of two parameters, for holdout trace"}};
constexpr std::int64_t kMaxSteps = 10'000'000;

std::span<const std::string_view> landscape_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all;
    for (const update::Landscape& landscape : update::landscapes()) all.push_back(landscape.info.name);
    return all;
  }();
  return words;
}

// start: [-1.5, 2] becomes {0: -1.5, 1: 2}, so that each number is a setting of its own and may be a range.
void name_items_of_start(Tree& tree, Errors& errors) {
  yaml::Entry* start = tree.root.find("model")->value.find("start");
  if (!start || start->value.is_null()) return;
  yaml::Node& node = start->value;
  if (!node.is_list() || node.items.size() != 2) {
    const std::string found = node.is_list() ? "a list of " + std::to_string(node.items.size()) : kind_name(node);
    errors.add(yaml::message_at(node.mark, "model.start: expected two numbers, found " + found, "start: [-1.5, 2]"));
    node.kind = yaml::Node::Kind::mapping;  // that was all there is to say
    node.entries.clear();
    return;
  }
  yaml::Node named;
  named.kind = yaml::Node::Kind::mapping;
  named.mark = node.mark;
  for (const char* key : {"0", "1"}) named.entries.push_back({key, node.mark, std::move(node.items[key[0] - '0'])});
  node = std::move(named);
}

void check(const FunctionStudy& study, const Filler& filler, Errors& errors) {
  const auto mark = [&](const char* path) {
    return filler.marks.contains(path) ? filler.marks.at(path) : filler.marks.at("model");
  };
  const auto rates = study.space.find("training.learning_rate");
  const Value automatic = std::string("auto");
  const bool is_auto = !rates ? study.training.learning_rate.start == train::LearningRate::kAuto
                              : std::ranges::find(study.space.parameters()[*rates].values, automatic) !=
                                    study.space.parameters()[*rates].values.end();
  if (is_auto) {
    const bool given = filler.marks.contains("training.learning_rate");
    errors.add(yaml::message_at(mark(given ? "training.learning_rate" : "training"),
                                given ? "training.learning_rate: 'auto' is made from data, and a function has none"
                                      : "training.learning_rate is missing",
                                "give a number, or one path for each of some: learning_rate: {values: [0.01, 0.1]}"));
  }
  try {
    for (const search::Configuration& configuration : trace_configurations(study.space)) {
      const FunctionModel model = apply(study, configuration).model;
      if (std::isfinite(model.landscape().value(model.start))) continue;
      errors.add(yaml::message_at(mark("model.start"), "model.start: " + model.name + " is not finite there",
                                  "start nearer to the origin: [-1.5, 2]"));
      break;
    }
  } catch (const Error& error) {
    for (const Message& m : error.messages()) errors.add(yaml::message_at(mark(m.path.c_str()), m.text, m.hint));
  }
}

FunctionStudy read_function_study(Tree& tree, Errors& errors) {
  FunctionStudy study;
  name_items_of_start(tree, errors);
  Filler filler(errors);
  filler.fill([&](FieldVisitor& f) { study.fields(f); }, tree.root);
  if (!errors.empty()) return study;
  study.space = search::SearchSpace(filler.parameters);
  study.constants = filler.constants;
  check(study, filler, errors);
  return study;
}

}  // namespace

std::span<const Info> FunctionModel::alternatives() const { return kType; }

void FunctionModel::fields(FieldVisitor& f) {
  f({"name", "which function: holdout list functions"}, name, landscape_words());
  const auto coordinates = [this](FieldVisitor& inside) {
    inside({"0", "first parameter", Scope::lane}, start[0], any_number<double>());
    inside({"1", "second parameter", Scope::lane}, start[1], any_number<double>());
  };
  f.section({"start", "where the paths begin: two numbers"}, coordinates, {});
}

const update::Landscape& FunctionModel::landscape() const {
  const auto all = update::landscapes();
  return *std::ranges::find(all, name, [](const update::Landscape& landscape) { return landscape.info.name; });
}

void FunctionTraining::fields(FieldVisitor& f) {
  f({"optimizer", "update rule", Scope::cohort}, optimizer, ChoiceStyle{"name", true});
  f({"learning_rate", "step size and its schedule"}, learning_rate, "start");
  f({"epochs", "steps: an epoch of a function is one", Scope::cohort}, epochs, between<std::int64_t>(1, kMaxSteps));
  f({"noise", "standard deviation of the normal noise on each partial derivative; the same draws for all paths",
     Scope::lane},
    noise, at_least(0.0));
}

void FunctionStudy::fields(FieldVisitor& f) {
  f({"name", "name of the study"}, name, {});
  f({"seed", "root of all randomness"}, seed, at_least<std::int64_t>(0));
  f({"model", "the function"}, model, ChoiceStyle{"type"});
  f({"training", "how the paths are walked"}, training);
}

FunctionStudy apply(const FunctionStudy& study, const search::Configuration& configuration) {
  FunctionStudy applied = study;
  put_values(study.space, study.constants, configuration, [&](FieldVisitor& f) { applied.fields(f); });
  return applied;
}

std::variant<StudyFile, FunctionStudy> read_traced_study(const std::string& file,
                                                         std::span<const std::string> overrides) {
  Errors errors;
  Tree tree = read_tree(file, overrides, errors);
  if (!function_type(tree)) return read_study(file, tree, errors);
  FunctionStudy study = read_function_study(tree, errors);
  throw_sorted_if_any(errors, file);
  return study;
}

}  // namespace holdout::study
