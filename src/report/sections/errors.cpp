#include "../sections.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

#include "../text.hpp"

namespace holdout::report {
namespace {

std::string percent(double share) { return to_text(100 * share, 3) + " %"; }

Text gain_text(const Findings& f) {
  const double baseline = f.facts->baseline, value = f.best()->outcome.value;
  std::string text =
      "A constant model, which looks at no feature, has a hold-out " + f.study.metric + " of " + shown(baseline) + ". ";
  if (!(*f.gain > 0)) return plain(text + "No configuration is better than that.");
  const std::string_view side = f.study.maximize ? "higher" : "lower";
  text += "The best configuration is " + shown(std::abs(value - baseline));
  // A fraction makes sense only of a quantity that zero is the end of.
  if (baseline > 0 && value >= 0 && !f.study.maximize) text += " (" + percent(*f.gain / baseline) + ")";
  text += " " + std::string(side) + ".";
  if (f.ranking.size() > 2)
    text += " Of the configurations that were tried, half are worse than " + shown(f.middle()->outcome.value) + ".";
  return plain(text);
}

// What tuning is worth against the defaults, which have a value.
std::string tuning_text(const Findings& f) {
  const study::DefaultResult& defaults = *f.winner->defaults;
  if (f.defaults)
    return "They are the best configuration: no trial is better, and they lie inside of what was searched. The best "
           "trial is worse by " +
           against_noise(f, std::abs(f.best_trial()->outcome.value - defaults.value)) + ".";
  if (!f.outside.empty()) {
    std::string text = better_defaults_text(f) + ".";
    text.front() = 'T';
    return text;
  }
  if (*f.default_gain < 0)
    return "They are better than every trial. An earlier holdout ended this run, which did not let them compete: run "
           "it again in another folder.";
  if (*f.default_gain == 0) return "Tuning gained nothing.";
  std::string text = std::string("Tuning ") + (f.study.maximize ? "raised it by " : "lowered it by ");
  if (defaults.value > 0 && f.best()->outcome.value >= 0 && !f.study.maximize)
    text += percent(*f.default_gain / defaults.value) + ": ";
  return text + against_noise(f, *f.default_gain) + ".";
}

// What a user would have had without tuning.
Text default_text(const Findings& f) {
  const study::DefaultResult& defaults = *f.winner->defaults;
  constexpr std::size_t kMaxPaths = 3;
  std::string text = "Without tuning, at the defaults";
  if (f.study.space.size() <= kMaxNamed) text += " (" + in_words(f, defaults.configuration) + ")";
  if (defaults.trial) text += ", which are trial " + std::to_string(*defaults.trial);
  text += !f.default_gain
              ? ", there is no model: " + (defaults.reason.empty() ? "training failed" : defaults.reason) + "."
              : ", the hold-out " + f.study.metric + " is " + shown(defaults.value) + ". " + tuning_text(f);
  const auto before = metric(defaults.test, f.study.metric);
  const auto after = metric(f.winner->test.empty() ? f.winner->refit_test : f.winner->test, f.study.metric);
  if (before && after && !f.defaults)
    text += " On the test rows: " + shown(*before) + " at the defaults, " + shown(*after) + " tuned.";
  Text out = plain(text);
  if (defaults.undeclared.empty()) return out;
  if (defaults.undeclared.size() > kMaxPaths)
    out.push_back({" No default suits " + std::to_string(defaults.undeclared.size()) + " of them", false});
  for (std::size_t k = 0; k < defaults.undeclared.size() && defaults.undeclared.size() <= kMaxPaths; ++k) {
    out.push_back({k == 0 ? " No default suits " : ", ", false});
    out.push_back({path(f, static_cast<std::size_t>(defaults.undeclared[k])), true});
  }
  out.push_back({": the middle of the range, or the first word of the list, stands for it.", false});
  return out;
}

// How far apart trainings are that differ in nothing but their start.
std::string seed_noise_text(const std::vector<double>& values) {
  std::vector<double> good;
  for (const double v : values)
    if (std::isfinite(v)) good.push_back(v);
  if (good.size() < 2) return {};
  const double n = static_cast<double>(good.size());
  double mean = 0, squares = 0;
  for (const double v : good) mean += v / n;
  for (const double v : good) squares += (v - mean) * (v - mean);
  const auto [low, high] = std::minmax_element(good.begin(), good.end());
  std::string text = "Of " + counted(values.size(), "start") +
                     " of the best configuration the one with the least training loss was kept. ";
  if (good.size() < values.size()) text += std::to_string(values.size() - good.size()) + " gave no number. ";
  return text + "Their hold-out values go from " + to_text(*low, 4) + " to " + to_text(*high, 4) +
         ", with a standard deviation of " + to_text(std::sqrt(squares / (n - 1)), 3) +
         ": smaller differences between configurations may be noise of the start.";
}

}  // namespace

Section error_section(const Findings& f) {
  Section section{"Errors", {}};
  const auto& holdout = f.best()->outcome.metrics;
  const study::Metrics none;
  const study::Metrics& test = f.winner ? f.winner->test : none;
  const study::Metrics& refit = f.winner ? f.winner->refit_test : none;
  Table table{{plain("Metric"), plain("Hold-out")}, {}};
  if (!test.empty()) table.header.push_back(plain("Test"));
  if (!refit.empty()) table.header.push_back(plain("Test, refitted"));
  for (const auto& measured : holdout) {
    const std::string& name = measured.first;  // clang lets no lambda refer to a structured binding
    const bool objective = name == f.study.metric;
    const auto cell = [&](const study::Metrics& metrics, const std::optional<double>& error) {
      const std::optional<double> x = metric(metrics, name);
      return plain(x ? shown(*x, objective ? error : std::nullopt) : "–");
    };
    std::vector<Text> row{plain(name), cell(holdout, f.standard_error)};
    if (!test.empty()) row.push_back(cell(test, test_error(f)));
    if (!refit.empty()) row.push_back(cell(refit, test.empty() ? test_error(f) : std::nullopt));
    table.rows.push_back(std::move(row));
  }
  if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  if (f.winner && f.winner->defaults) section.blocks.emplace_back(Paragraph{default_text(f)});
  if (f.gain) section.blocks.emplace_back(Paragraph{gain_text(f)});
  if (const std::string noise = seed_noise_text(f.best()->outcome.start_values); !noise.empty())
    section.blocks.emplace_back(Paragraph{plain(noise)});
  if (!f.winner) {
    section.blocks.emplace_back(
        Paragraph{plain("The winner has not been trained again yet, so there is no test error.")});
  } else {
    std::string text =
        test.empty() && refit.empty()
            ? "There are no test rows. The hold-out error chose the winner, so it is too good a guess of "
              "the error on new data."
            : "The test rows were looked at once, after the search.";
    if (f.winner->refit_epochs > 0)
      text += " The refit trained on training and hold-out rows together, for " +
              counted(static_cast<std::size_t>(f.winner->refit_epochs), "epoch") + ".";
    section.blocks.emplace_back(Paragraph{plain(text)});
  }
  return section;
}

}  // namespace holdout::report
