#include <algorithm>
#include <iostream>

#include <holdout/base/number.hpp>
#include <holdout/study/function_study.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/runner.hpp>

#include "commands.hpp"
#include "options.hpp"

namespace holdout::cli {
namespace {

std::string describe(const search::Parameter& p, const search::SearchSpace& space) {
  std::string text;
  for (const Value& v : p.values) text += (text.empty() ? "" : ", ") + to_text(v);
  if (p.interval) {
    const search::Interval& range = *p.interval;
    if (!text.empty()) text += ", or ";
    text += to_text(range.min) + " … " + to_text(range.max);
    if (range.log) text += " (log)";
    if (range.step) text += ", step " + to_text(*range.step);
    if (range.points > 0) text += ", " + std::to_string(range.points) + " points";
  }
  if (p.condition) {
    const search::Parameter& on = space.parameters()[p.condition->parameter];
    text += "   if " + on.path + " is " + to_text(on.values[p.condition->choice]);
  }
  return text;
}

std::string rows(const data::Prepared& data) {
  const data::Split& split = data.split;
  std::string text =
      std::to_string(data.dataset.rows) + " rows, " + std::to_string(data.dataset.features) + " features";
  if (split.leave_one_out)
    text += "; " + std::to_string(split.folds[0].train.size()) + " train, and each measures the model of the others";
  else if (split.folds.size() > 1)
    text += "; " + std::to_string(split.folds.size() / split.repeats) + " folds" +
            (split.repeats > 1 ? ", " + std::to_string(split.repeats) + " times" : "");
  else
    text += "; " + std::to_string(split.folds[0].train.size()) + " train, " +
            std::to_string(split.folds[0].holdout.size()) + " hold out";
  if (!split.test.empty()) text += ", " + std::to_string(split.test.size()) + " test";
  return text;
}

void print_space(const search::SearchSpace& space) {
  std::size_t widest = 0;
  for (const search::Parameter& p : space.parameters()) widest = std::max(widest, escaped(p.path).size());
  std::cout << (widest > 0 ? "searched:\n" : "searched: nothing\n");
  for (const search::Parameter& p : space.parameters()) {
    const std::string path = escaped(p.path);
    std::cout << "  " << path << std::string(widest + 2 - path.size(), ' ') << escaped(describe(p, space)) << "\n";
  }
}

}  // namespace

Syntax validate_syntax() {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
                        "change a setting of the study; may be given many times");
  return {
      "Reads a study and its data as run would, and trains nothing: reports every mistake of the file at\n"
      "once, or the rows, the search space and the number of trials.",
      "example:\n  holdout validate studies/breast_cancer.yaml --set search.trials=1000\n", options};
}

int validate(const Options& options) {
  const auto read = study::read_traced_study(options.text("argument"), options.texts("set"));
  if (const auto* function = std::get_if<study::FunctionStudy>(&read)) {
    std::cout << escaped(function->name) << ": paths over " << function->model.name << ", for holdout trace\n";
    print_space(function->space);
    return kDone;
  }
  auto file = std::get<study::StudyFile>(read);
  const data::Prepared data = study::prepare(file, study::spill_near("runs"));
  const study::Study& study = file.study;
  std::cout << escaped(study.name) << ": " << study.config.model.type() << " model of '"
            << escaped(data.dataset.target_name) << "', objective " << metric_of(study).label() << "\n"
            << "data: " << rows(data) << "\n";
  for (const std::string& notice : data.notices) std::cout << "note: " << escaped(notice) << "\n";
  print_space(study.space);
  const auto searcher = study.search.method.make(study.space, study.root());
  const std::int64_t planned = searcher->planned();
  if (!data.outer.empty())
    std::cout << "outer folds: " << data.outer.size() << ", each a search of its own without "
              << data.outer[0].split.test.size() << " rows or about as many\n";
  std::cout << "trials: " << (planned > 0 ? std::to_string(planned) : "as many as the search needs") << " ("
            << study.search.method.info().name << ")\n";
  if (const std::string notice = searcher->notice(); !notice.empty()) std::cout << "note: " << notice << "\n";
  return kDone;
}

}  // namespace holdout::cli
