#include "../sections.hpp"

#include <holdout/base/number.hpp>

#include "../text.hpp"

namespace holdout::report {
namespace {

std::string_view about(std::string_view file) {
  if (file == "report.json") return "all of this and every trial, for programs";
  if (file == "report.md" || file == "report.html") return "this report";
  if (file == "trials.csv") return "one row for each trial";
  if (file == "best.yaml") return "the best configuration as a study that runs";
  if (file == "model.json") return "the tuned model, for holdout predict and export";
  return "";
}

void add_row(Table& table, const char* name, std::string value) {
  if (!value.empty()) table.rows.push_back({plain(name), plain(std::move(value))});
}

}  // namespace

Section trials_section(const Findings&) {
  Section section{"All trials", {}};
  section.blocks.emplace_back(
      Paragraph{plain("Every trial with all of its numbers is in trials.csv and report.json.")});
  section.blocks.emplace_back(Figure::all_trials);
  return section;
}

Section data_section(const Findings& f) {
  Section section{"Data", {}};
  if (!f.facts) {
    section.blocks.emplace_back(Paragraph{plain("The run noted nothing of its data: it ended too early.")});
    return section;
  }
  const study::RunFacts& facts = *f.facts;
  Table table{{plain("What"), plain("Value")}, {}, 2};
  const auto add = [&](const char* name, std::string value) { add_row(table, name, std::move(value)); };
  add("Data file", facts.data_file);
  add("Target", facts.target);
  add("Task", facts.task);
  add("Classes", joined(facts.classes));
  add("Rows, features", std::to_string(facts.rows) + ", " + std::to_string(facts.features));
  add("Training, hold-out, test rows", std::to_string(facts.train_rows) + ", " + std::to_string(facts.holdout_rows) +
                                           ", " + std::to_string(facts.test_rows) +
                                           (facts.folds > 1 ? " (first fold)" : ""));
  add("Split", facts.split);
  if (facts.folds > 1)
    add("Folds", facts.repeats > 1 ? std::to_string(facts.folds / facts.repeats) + ", repeated " +
                                         std::to_string(facts.repeats) + " times"
                                   : std::to_string(facts.folds));
  section.blocks.emplace_back(std::move(table));
  if (facts.notices.empty()) return section;
  List notices;
  for (const std::string& notice : facts.notices) notices.items.push_back(plain(notice));
  section.blocks.emplace_back(Paragraph{plain("Notices:")});
  section.blocks.emplace_back(std::move(notices));
  return section;
}

Section run_section(const Findings& f) {
  const study::RunFacts& facts = *f.facts;
  Section section{"The run", {}};
  section.blocks.emplace_back(
      Paragraph{plain("Another run of the same study and data differs from this one in this section alone.")});
  Table table{{plain("What"), plain("Value")}, {}, 2};
  add_row(table, "Started, finished (UTC)", facts.started + ", " + (facts.finished.empty() ? "–" : facts.finished));
  add_row(table, "Seconds, threads", shown(facts.seconds) + ", " + std::to_string(facts.threads));
  add_row(table, "holdout, CPU target", facts.version + ", " + facts.cpu_target);
  section.blocks.emplace_back(std::move(table));
  section.blocks.emplace_back(Figure::run);
  return section;
}

Section files_section(const Page& page) {
  List list;
  const auto add = [&](const std::string& file, std::string_view what) {
    Text item = code(file);
    item.push_back({": " + std::string(what), false});
    list.items.push_back(std::move(item));
  };
  add("study.db", "the stored trials; holdout report writes these files again from it");
  for (const std::string& file : page.files) add(file, about(file));
  Section section{"Files beside this one", {}};
  section.blocks.emplace_back(std::move(list));
  return section;
}

}  // namespace holdout::report
