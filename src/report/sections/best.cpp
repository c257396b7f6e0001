#include "../sections.hpp"

#include <algorithm>

#include <holdout/base/number.hpp>

#include "../text.hpp"

namespace holdout::report {

std::string in_words(const Findings& f, const search::Configuration& configuration) {
  const std::vector<std::string> names = short_names(f.study.space);
  std::string text;
  std::size_t named = 0;
  for (std::size_t i = 0; i < names.size() && i < configuration.values.size(); ++i) {
    const auto& value = configuration.values[i];
    if (value && named++ < kMaxNamed) text += (text.empty() ? "" : ", ") + names[i] + " " + shown(value);
  }
  if (named > kMaxNamed) text += " and " + std::to_string(named - kMaxNamed) + " more";
  return text;
}

void add_parameters(Section& section, Table table, const std::string& where) {
  constexpr std::size_t kRows = 40;  // more push everything else off the first pages
  const std::size_t all = table.rows.size();
  table.rows.resize(std::min(all, kRows));
  section.blocks.emplace_back(std::move(table));
  if (all > kRows)
    section.blocks.emplace_back(
        Paragraph{{{"And " + counted(all - kRows, "more parameter") + ", in ", false}, {where, true}, {".", false}}});
}

namespace {

// What the choice among many adds to the best value.
std::string choice_text(const Findings& f) {
  if (!f.winner || !f.winner->corrected) return {};
  const study::CorrectedValue& c = *f.winner->corrected;
  if (!c.reason.empty())
    return "The value is too good, since it was chosen among " + std::to_string(c.candidates) +
           " configurations for it. By how much is not computed: " + c.reason + ".";
  return "The value is too good, since it was chosen among " + std::to_string(c.candidates) +
         " configurations for it. Corrected for the choice it is " + shown(c.value, c.standard_error) +
         ", with a 95 % interval from " + to_text(c.low, 3) + " to " + to_text(c.high, 3) + ": " +
         counted(static_cast<std::size_t>(c.samples), "bootstrap sample") +
         " of the hold-out rows repeated the choice, each measured on the rows that it lacks (BBC-CV, Tsamardinos, "
         "Greasidou and Borboudakis, Machine Learning 107, 2018).";
}

}  // namespace

Section best_section(const Findings& f) {
  Section section{"Best configuration", {}};
  const study::Trial& best = *f.best();
  const std::string words = in_words(f, best.configuration);
  const std::string complete = counted(f.complete, "complete trial");
  std::string text = f.defaults ? "The study's defaults" + (words.empty() ? "" : " (" + words + ")") +
                                      " are better than the best of " + complete + ", trial " +
                                      std::to_string(f.best_trial()->number) + " with " +
                                      shown(f.best_trial()->outcome.value) + ". Their"
                                : "Trial " + std::to_string(best.number) + " is the best of " + complete +
                                      (words.empty() ? "" : ": " + words) + ". Its";
  text += " hold-out " + f.study.metric + " is " + shown(best.outcome.value, f.standard_error) + ".";
  if (f.standard_error)
    text += best.outcome.fold_values.size() > 1
                ? " The error is the standard error over the " +
                      counted(best.outcome.fold_values.size() / repeats(f), "fold") +
                      (repeats(f) > 1 ? " of a repetition, as a mean of " + std::to_string(repeats(f)) + "." : ".")
                : " The error is the standard error over the hold-out rows.";
  if (const std::string threshold = threshold_text(f); !threshold.empty())
    text += " The model decides for " + threshold + ". That threshold was chosen on the hold-out rows, where its " +
            f.study.metric +
            " is therefore too good; test rows, and rows to predict, are decided by the same threshold.";
  section.blocks.emplace_back(Paragraph{plain(text)});
  if (std::string choice = choice_text(f); !choice.empty())
    section.blocks.emplace_back(Paragraph{plain(std::move(choice))});
  Table table{{plain("Parameter"), plain("Value")}, {}};
  for (std::size_t i = 0; i < f.study.space.size() && i < best.configuration.values.size(); ++i)
    if (const auto& value = best.configuration.values[i])
      table.rows.push_back({code(path(f, i)), plain(to_text(*value))});
  if (table.rows.empty())
    section.blocks.emplace_back(Paragraph{plain("The study searches no parameter.")});
  else
    add_parameters(section, std::move(table), "best.yaml");
  return section;
}

Section no_best_section(const Findings& f) {
  Section section{"No result", {}};
  std::string text = "No trial has ended yet.";
  if (!f.trials.empty()) {
    text = "None of " + counted(f.trials.size(), "trial") + " gave a value";
    if (f.complete > 0) text += "; " + std::to_string(f.complete) + " came to an end with a value that is no number";
    text += ". The reasons are below.";
  }
  section.blocks.emplace_back(Paragraph{plain(text)});
  return section;
}

}  // namespace holdout::report
