#include <functional>
#include <iostream>
#include <memory>

#include <holdout/base/error.hpp>
#include <holdout/base/named_number.hpp>
#include <holdout/base/number.hpp>
#include <holdout/study/study.hpp>
#include <holdout/train/activation.hpp>
#include <holdout/update/landscapes.hpp>

#include "commands.hpp"
#include "options.hpp"

namespace holdout::cli {
namespace {

// Prints settings as a reference: key, what it accepts, default, help.
class Printer final : public FieldVisitor {
 public:
  void operator()(const Field& field, bool& value) override { print(field, "true or false", value ? "true" : "false"); }
  void operator()(const Field& field, std::int64_t& value, const Range<std::int64_t>& range) override {
    print(field, describe(range), to_text(spelled(value, range)));
  }
  void operator()(const Field& field, double& value, const Range<double>& range) override {
    print(field, describe(range), to_text(spelled(value, range)));
  }
  void operator()(const Field& field, std::string& value, std::span<const std::string_view> words) override {
    print(field, words.empty() ? "text" : any_of(words), value);
  }
  void operator()(const Field& field, std::vector<std::string>& values,
                  std::span<const std::string_view> words) override {
    print(field, "list of " + (words.empty() ? std::string("names") : any_of(words)), joined(values));
  }
  void operator()(const Field& field, std::vector<std::int64_t>& values, const Range<std::int64_t>& range) override {
    std::string text;
    for (const std::int64_t value : values) text += (text.empty() ? "[" : ", ") + std::to_string(value);
    print(field, "list, each " + describe(range), text + "]");
  }
  void operator()(const Field& field, Choice& choice, const ChoiceStyle&) override {
    print(field, "a choice", std::string(choice.alternatives()[choice.selected()].name));
  }
  void section(const Field& field, const std::function<void(FieldVisitor&)>& fields, std::string_view) override {
    const std::string outside = prefix_;
    prefix_ += std::string(field.name) + ".";
    fields(*this);
    prefix_ = outside;
  }
  void keyed(const Field& field, const std::function<void(std::string_view key)>& add,
             const std::function<void(FieldVisitor&)>& fields) override {
    add("NAME");
    section(field, fields, {});
  }

 private:
  static std::string any_of(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) text += (text.empty() ? "" : " | ") + std::string(word);
    return text;
  }
  void print(const Field& field, const std::string& accepts, const std::string& value) const {
    std::string head = "    " + prefix_ + std::string(field.name);
    head.resize(std::max<std::size_t>(head.size() + 1, 26), ' ');
    std::cout << head << field.help << " [" << accepts << (value.empty() ? "" : "; default " + value) << "]\n";
  }

  std::string prefix_;  // the sections around
};

void print(const Info& info) {
  std::string head = "  " + std::string(info.name);
  head.resize(std::max<std::size_t>(head.size() + 1, 18), ' ');
  std::cout << head << info.help << (info.source.empty() ? "" : " (" + std::string(info.source) + ")") << "\n";
}

void print_choice(Choice& choice) {
  Printer printer;
  for (std::size_t i = 0; i < choice.alternatives().size(); ++i) {
    print(choice.alternatives()[i]);
    choice.select(i);
    choice.fields(printer);
  }
}

template <class T>
void print_family() {
  T choice;
  print_choice(choice);
}

std::string_view task(train::Classes classes) {
  return classes == train::Classes::none ? "regression" : classes == train::Classes::two ? "two classes" : "classes";
}

void print_activations() {
  for (const Info& info : train::activations()) print(info);
}

void print_metrics() {
  Printer printer;
  train::MetricChoice choice;
  for (std::size_t i = 0; i < choice.alternatives().size(); ++i) {
    print(choice.alternatives()[i]);
    choice.select(i);
    const train::Metric* metric = choice.metric();
    if (metric)
      std::cout << "                  " << (metric->maximize ? "maximized" : "minimized") << "; for "
                << task(metric->classes) << (metric->takes == train::MetricTakes::average ? ", or more by average" : "")
                << "\n";
    choice.fields(printer);
  }
}

void print_losses() {
  for (const train::LossInfo& loss : train::losses()) {
    print(loss.info);
    std::cout << "                  for " << task(loss.classes)
              << (loss.smooth ? "" : "; no second derivative: not for optimizer exact") << "\n";
  }
}

void print_functions() {
  for (const update::Landscape& landscape : update::landscapes()) print(landscape.info);
}

template <class T>
void print_settings() {
  Printer printer;
  T settings;
  settings.fields(printer);
}

struct Family {
  std::string_view name, help;
  void (*print)();
};

// Each prints a list that some layer declares; nothing is named twice.
constexpr Family kFamilies[] = {
    {"models", "model.type", print_family<train::ModelSettings>},
    {"losses", "model.loss, and the losses of models that have one only", print_losses},
    {"activations", "model.activation of an mlp", print_activations},
    {"optimizers", "training.optimizer", print_family<train::OptimizerChoice>},
    {"functions", "model.name of model.type function, for holdout trace", print_functions},
    {"searches", "search.method", print_family<study::SearchSettings>},
    {"splits", "data.split.method", print_family<data::SplitSettings>},
    {"metrics", "objective.metric", print_metrics},
    {"objective", "settings of the section objective", print_settings<study::ObjectiveSettings>},
    {"data", "settings of the section data", print_settings<data::DataSettings>},
    {"training", "settings of the section training", print_settings<train::TrainingSettings>},
    {"report", "settings of the section report", print_settings<study::ReportSettings>},
};

}  // namespace

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const Family& f : kFamilies) names.emplace_back(f.name);
  return names;
}

Syntax list_syntax() {
  return {"Lists what a study may name, with settings, ranges, defaults and sources.",
          "examples:\n  holdout list\n  holdout list optimizers\n",
          {}};
}

int list(const Options& options) {
  const std::string family = options.text("argument");
  if (family.empty()) {
    for (const Family& f : kFamilies) print({f.name, f.help});
    return kDone;
  }
  for (const Family& f : kFamilies)
    if (f.name == family) {
      f.print();
      return kDone;
    }
  throw Error("unknown family " + quoted(family), did_you_mean(family, family_names()));
}

}  // namespace holdout::cli
