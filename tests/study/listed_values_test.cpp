// What is accepted alone is accepted in a list, and what is refused alone is refused in a list, in the same words: for
// every setting that can be searched, alone and beside each value of every other.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include <holdout/base/number.hpp>
#include <holdout/study/runner.hpp>

#include "declared.hpp"
#include "lists.hpp"
#include "study/study_text.hpp"
#include "support/thin.hpp"

namespace holdout::study {
namespace {

struct Setting {
  std::string path;
  std::vector<std::string> values;  // as a study spells them
};

template <class T>
std::vector<std::string> some_of(const Range<T>& range, std::initializer_list<T> numbers) {
  std::vector<std::string> values;
  for (const auto& word : range.words) values.emplace_back(word.name);
  for (const T x : numbers)
    if (range.contains(x) && values.size() < 3) values.push_back(to_text(Value(x)));
  return values;
}

std::vector<std::string> some_of(const Leaf& leaf) {
  if (leaf.kind == Leaf::Kind::boolean) return {"true", "false"};
  if (leaf.kind == Leaf::Kind::integer) return some_of<std::int64_t>(leaf.integers, {2, 3, 200});
  if (leaf.kind == Leaf::Kind::real) return some_of<double>(leaf.reals, {0, 0.5, 2});
  return strings(leaf.words);
}

// Every setting that is searched, with every word and alternative of it, and some numbers. What an alternative has of
// its own is left to others, but for the average's.
void collect(const std::vector<Declared>& members, const std::string& prefix, std::vector<Setting>& out) {
  for (const Declared& d : members) {
    const std::string path = prefix + "." + d.name;
    if (d.kind == Declared::Kind::section) collect(d.members, path, out);
    if (d.scope == Scope::fixed) continue;
    if (d.kind == Declared::Kind::value) out.push_back({path, some_of(d.leaf)});
    if (d.kind == Declared::Kind::list) out.push_back({path, {"[4]", "[4, 3]"}});
    if (d.kind != Declared::Kind::choice) continue;
    out.push_back({path, {}});
    for (const Alternative& a : d.alternatives) out.back().values.push_back(a.name);
    if (d.name == "average") out.back().values.push_back("{name: polyak, from: 500}");
  }
}

std::vector<Setting> settings_of(std::string_view model) {
  Study study;
  const auto types = study.config.model.alternatives();
  const auto at = std::find_if(types.begin(), types.end(), [&](const Info& info) { return info.name == model; });
  study.config.model.select(static_cast<std::size_t>(at - types.begin()));
  std::vector<Setting> all;
  collect(declared([&](FieldVisitor& f) { study.config.model.fields(f); }), "model", all);
  collect(declared([&](FieldVisitor& f) { study.config.training.fields(f); }), "training", all);
  all.push_back({"data.features.polynomial", {"1", "2"}});
  return all;
}

struct Context {
  std::string name, rest;  // YAML
  std::string model;
};

// The texts of what is wrong with the study.
std::vector<std::string> wrong_with(const Context& context, const std::map<std::string, std::string>& values) {
  std::vector<std::string> overrides;
  for (const auto& [path, value] : values) overrides.push_back(path + "=" + value);
  try {
    read_study_text("study", with(context.rest), ".", overrides);
    return {};
  } catch (const Error& error) {
    std::vector<std::string> texts;
    for (const Message& message : error.messages()) {  // without the option that it is about
      texts.push_back(message.text);
      for (const std::string& option : overrides)
        if (const std::string said = "--set " + option + ": "; message.text.starts_with(said))
          texts.back().erase(0, said.size());
    }
    return texts;
  }
}

// A key that only some optimizers take is refused where none of them takes it.
bool is_of_some(const std::string& text) { return text.ends_with(" takes none") || text.ends_with(" take none"); }

std::string text_of(const std::vector<std::string>& texts) { return joined(texts, "\n"); }

// The list of two values beside what else there is.
void check_pair(const Context& context, std::map<std::string, std::string> values, const std::string& path,
                const std::string& first, const std::string& second) {
  std::vector<std::string> alone[2];
  for (const bool later : {false, true}) {
    values[path] = later ? second : first;
    alone[later] = wrong_with(context, values);
  }
  values[path] = "{values: [" + first + ", " + second + "]}";
  const std::vector<std::string> listed = wrong_with(context, values);
  const auto some = [&](const std::vector<std::string>& texts) {
    return std::any_of(texts.begin(), texts.end(), is_of_some);
  };
  const auto others = [&](const std::vector<std::string>& texts) {
    return std::any_of(texts.begin(), texts.end(), [](const std::string& t) { return !is_of_some(t); });
  };
  const bool expected = others(alone[0]) || others(alone[1]) || (some(alone[0]) && some(alone[1]));
  CAPTURE(context.name);
  CAPTURE(first);
  CAPTURE(second);
  std::string beside;
  for (const auto& [key, value] : values) beside += key + "=" + value + " ";
  CAPTURE(beside);
  CAPTURE(text_of(alone[0]));
  CAPTURE(text_of(alone[1]));
  CAPTURE(text_of(listed));
  CHECK(listed.empty() != expected);
  if (!expected || (!alone[0].empty() && !alone[1].empty())) return;
  for (const std::vector<std::string>& texts : alone)
    for (const std::string& text : texts)
      if (!is_of_some(text)) CHECK(has(text_of(listed), text));
}

// Each value beside its neighbour in the list and beside the first.
void check_lists(const Context& context, const std::map<std::string, std::string>& values, const Setting& setting) {
  for (std::size_t i = 1; i < setting.values.size(); ++i) {
    check_pair(context, values, setting.path, setting.values[i - 1], setting.values[i]);
    if (i > 1) check_pair(context, values, setting.path, setting.values[i], setting.values[0]);
  }
}

TEST_CASE(
    "lists: what is accepted alone is accepted in a list, and what is refused alone is refused in the same words") {
  const Context contexts[] = {
      {"numbers", "model: {type: linear}\n", "linear"},
      {"numbers, a step size", "model: {type: linear}\ntraining: {learning_rate: 0.01}\n", "linear"},
      {"numbers, a solver", "model: {type: linear}\ntraining: {optimizer: exact}\n", "linear"},
      {"classes, a step size", "model: {type: logistic}\ntraining: {learning_rate: 0.01}\n", "logistic"},
      {"margins", "model: {type: svm}\nobjective: {metric: error}\n", "svm"},
      {"perceptron of numbers", "model: {type: mlp}\nobjective: {metric: mse}\ntraining: {learning_rate: 0.01}\n",
       "mlp"},
      {"perceptron of classes", "model: {type: mlp}\nobjective: {metric: error}\ntraining: {learning_rate: 0.01}\n",
       "mlp"},
  };
  std::size_t pair = 0;
  for (const Context& context : contexts) {
    const std::vector<Setting> settings = settings_of(context.model);
    REQUIRE(settings.size() > 10);
    for (const Setting& a : settings) {
      check_lists(context, {}, a);
      for (const Setting& b : settings)
        if (a.path != b.path && !holdout::testing::left_out(pair++))
          for (const std::string& value : b.values) check_lists(context, {{b.path, value}}, a);
    }
  }
}

TEST_CASE("lists: a gradient search asks every value that can occur") {
  const std::string range = "l2: {min: 1e-6, max: 1, scale: log}";
  const Context contexts[] = {
      {"implicit", "model: {type: linear, " + range + "}\ntraining: {optimizer: exact}\nsearch: {method: gradient}\n",
       "linear"},
      {"implicit by a rule",
       "model: {type: linear, " + range +
           "}\ntraining: {learning_rate: 1e-3}\nsearch: {method: gradient, hypergradient: implicit}\n",
       "linear"},
      {"forward", "model: {type: linear, " + range + "}\ntraining: {learning_rate: 1e-3}\nsearch: {method: gradient}\n",
       "linear"},
      {"interpolated",
       "model: {type: linear, " + range +
           "}\nobjective: {metric: mae}\ntraining: {optimizer: exact}\nsearch: {method: gradient}\n",
       "linear"},
      {"margins",
       "model: {type: svm, " + range +
           "}\nobjective: {metric: error}\ntraining: {learning_rate: 1e-3}\nsearch: {method: gradient, hypergradient: "
           "implicit}\n",
       "svm"},
      {"perceptron, forward",
       "model: {type: mlp, " + range +
           "}\nobjective: {metric: mse}\ntraining: {learning_rate: 1e-3}\nsearch: {method: gradient}\n",
       "mlp"},
  };
  for (const Context& context : contexts)
    for (const Setting& setting : settings_of(context.model)) {
      if (setting.path == "model.l2") continue;  // the range
      // One kind of derivative is for the whole study: optimizers of both kinds are refused in their own words.
      if (setting.path == "training.optimizer") continue;
      check_lists(context, {}, setting);
    }
}

TEST_CASE("lists: a loss for counts is refused for negative targets, alone and in a list") {
  const auto path = std::filesystem::temp_directory_path() / ("holdout-counts-" + std::to_string(::getpid()) + ".csv");
  std::ofstream(path) << "x,y\n1,2\n2,-3\n3,4\n4,1\n5,2\n6,0\n";
  for (const char* loss : {"poisson", "{values: [squared, poisson]}", "{values: [poisson, huber]}", "squared",
                           "{values: [squared, huber]}"}) {
    CAPTURE(loss);
    StudyFile file = read_text("data: {file: " + path.string() + ", target: y}\nmodel: {type: linear, loss: " + loss +
                               "}\ntraining: {optimizer: newton}\n");
    std::string refused;
    try {
      prepare(file);
    } catch (const Error& error) {
      refused = error.what();
    }
    CHECK(has(refused, "2:29: error: loss poisson is for counts; target 'y' has -3") == has(loss, "poisson"));
    CHECK(refused.empty() != has(loss, "poisson"));
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace holdout::study
