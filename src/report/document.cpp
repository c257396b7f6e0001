#include "document.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

#include "descent.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kRanking = 10;  // rows of the ranking
constexpr std::size_t kPoints = 10;   // rows of the learning curve

Text plain(std::string text) { return {{std::move(text), false}}; }
Text code(std::string text) { return {{std::move(text), true}}; }

std::string percent(double share) { return to_text(100 * share, 3) + " %"; }

const std::string& path(const Findings& f, std::size_t parameter) { return f.study.space.parameters()[parameter].path; }

std::string_view worse(const Findings& f) { return f.study.maximize ? "lower" : "higher"; }

Text interruption(const Findings& f) {
  return plain("The run did not come to its end. The results cover " + std::to_string(f.trials.size()) + " of " +
               counted(f.begun, "trial") + " that had begun. Run the study again to go on.");
}

Section best_section(const Findings& f) {
  Section section{"Best configuration", {}};
  const study::Trial& best = *f.best();
  std::string text = "Trial " + std::to_string(best.number) + " is the best of " +
                     counted(f.complete, "complete trial") + ". Its hold-out " + f.study.metric + " is " +
                     shown(best.outcome.value, f.standard_error) + ".";
  if (f.standard_error)
    text += best.outcome.fold_values.size() > 1
                ? " The error is the standard error over the " + counted(best.outcome.fold_values.size(), "fold") + "."
                : " The error is the standard error over the hold-out rows.";
  section.blocks.push_back(Paragraph{plain(text)});
  Table table{{plain("Parameter"), plain("Value")}, {}};
  for (std::size_t i = 0; i < f.study.space.size() && i < best.configuration.values.size(); ++i)
    if (const auto& value = best.configuration.values[i])
      table.rows.push_back({code(path(f, i)), plain(to_text(*value))});
  if (table.rows.empty())
    section.blocks.push_back(Paragraph{plain("The study searches no parameter.")});
  else
    section.blocks.push_back(std::move(table));
  return section;
}

Text gain_text(const Findings& f) {
  const double baseline = f.facts->baseline, value = f.best()->outcome.value;
  std::string text =
      "A constant model, which looks at no feature, has a hold-out " + f.study.metric + " of " + shown(baseline) + ". ";
  if (!(*f.gain > 0)) return plain(text + "No configuration is better than that.");
  const std::string_view side = f.study.maximize ? "higher" : "lower";
  text += "The best configuration is " + shown(std::abs(value - baseline)) + " " + std::string(side);
  // A share makes sense only of a quantity that zero is the end of.
  if (baseline > 0 && value >= 0 && !f.study.maximize) text += " (" + percent(*f.gain / baseline) + " of it is gone)";
  return plain(text + ".");
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
  std::string text = "Of " + counted(values.size(), "start") + " of the best configuration the one with the least training loss was kept. ";
  if (good.size() < values.size()) text += std::to_string(values.size() - good.size()) + " gave no number. ";
  return text + "Their hold-out values go from " + to_text(*low, 4) + " to " + to_text(*high, 4) +
         ", with a standard deviation of " + to_text(std::sqrt(squares / (n - 1)), 3) +
         ": smaller differences between configurations may be noise of the start.";
}

Section error_section(const Findings& f) {
  Section section{"Errors", {}};
  const auto& holdout = f.best()->outcome.metrics;
  const study::Metrics none;
  const study::Metrics& test = f.winner ? f.winner->test : none;
  const study::Metrics& refit = f.winner ? f.winner->refit_test : none;
  Table table{{plain("Metric"), plain("Hold-out")}, {}};
  if (!test.empty()) table.header.push_back(plain("Test"));
  if (!refit.empty()) table.header.push_back(plain("Test, refitted"));
  for (const auto& [name, value] : holdout) {
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
  if (!table.rows.empty()) section.blocks.push_back(std::move(table));
  if (f.gain) section.blocks.push_back(Paragraph{gain_text(f)});
  if (const std::string noise = seed_noise_text(f.best()->outcome.start_values); !noise.empty())
    section.blocks.push_back(Paragraph{plain(noise)});
  if (!f.winner) {
    section.blocks.push_back(Paragraph{plain("The winner has not been trained again yet, so there is no test error.")});
  } else {
    std::string text =
        test.empty() && refit.empty()
            ? "There are no test rows. The hold-out error chose the winner, so it is too good a guess of "
              "the error on new data."
            : "The test rows were looked at once, after the search.";
    if (f.winner->refit_epochs > 0)
      text += " The refit trained on training and hold-out rows together, for " +
              counted(static_cast<std::size_t>(f.winner->refit_epochs), "epoch") + ".";
    section.blocks.push_back(Paragraph{plain(text)});
  }
  return section;
}

// What the convexity of J says about the result, in the words of a lecture.
Section minimum_section(const study::Winner& winner) {
  Section section{"Is it the minimum?", {}};
  const train::MinimumFacts& facts = *winner.minimum;
  const bool convex = facts.convexity != train::Convexity::none, strongly = facts.convexity == train::Convexity::strongly;
  std::string text = std::string("The objective J of the best configuration is ") +
                     (strongly ? "strongly convex" : convex ? "convex" : "not convex") + ": " + facts.reason + ". ";
  text += strongly ? "It has exactly one minimum, so nothing hangs on the start of the training."
          : convex ? "Every minimum is a global one; there may be several."
                   : "A training ends in one of several minima; another start may end in another.";
  section.blocks.push_back(Paragraph{plain(text)});
  List list;
  std::string norm = "‖∇J‖ at the end is " + to_text(facts.gradient_norm, 3);
  if (std::isfinite(facts.distance))
    norm += ", which proves that the minimum is at most " + to_text(facts.distance, 3) + " away (norm of the weights' difference)";
  list.items.push_back(plain(norm + "."));
  if (std::isfinite(facts.largest_eigenvalue)) {
    const double condition = facts.largest_eigenvalue / facts.least_eigenvalue;
    std::string eigen = "The Hessian's eigenvalues go from " + to_text(facts.least_eigenvalue, 3) + " to " +
                        to_text(facts.largest_eigenvalue, 3);
    if (facts.least_eigenvalue > 0 && condition < 1e12) eigen += ": a condition number of " + to_text(condition, 3);
    list.items.push_back(plain(eigen + ". Gradient descent is stable with steps below 2/L = " +
                               to_text(2 / facts.largest_eigenvalue, 3) + "."));
  }
  if (winner.rises > 0)
    list.items.push_back(plain("J rose in " + std::to_string(winner.rises) + " of " + std::to_string(winner.steps) +
                               " full-batch steps: the learning rate is above 2/L."));
  section.blocks.push_back(std::move(list));
  return section;
}

Text bound_text(const Findings& f, const BoundHit& hit) {
  const search::Parameter& parameter = f.study.space.parameters()[hit.parameter];
  Text text = code(parameter.path);
  const std::string end = hit.upper ? "upper" : "lower";
  std::string rest = " = " + shown(hit.value) + " is at the " + end + " end of its range (" + shown(hit.bound) +
                     "). A better value may lie outside: widen the range";
  if (parameter.interval->log) rest += ", for instance to " + shown(hit.upper ? hit.bound * 10 : hit.bound / 10);
  text.push_back({rest + ".", false});
  return text;
}

std::string ties_text(const Findings& f) {
  const auto others = [](std::size_t n) {
    return n == 0 ? "No other trial is" : n == 1 ? "1 other trial is" : counted(n, "other trial") + " are";
  };
  std::string text = others(f.within_error.value_or(f.within_percent));
  text += f.within_error
              ? " within one standard error of the best value (" + std::to_string(f.within_percent) + " within 1 %)."
              : " within 1 % of the best value.";
  if (f.within_error.value_or(f.within_percent) > 0)
    text += " The data can hardly tell these apart: prefer the simpler or cheaper one.";
  return text;
}

// With many λ the hold-out error was fitted: only test errors can be compared.
std::string tied_text(const Findings& f) {
  const study::Winner& winner = *f.winner;
  const auto one = metric(winner.tied_test, f.study.metric);
  const auto each = metric(winner.test.empty() ? winner.refit_test : winner.test, f.study.metric);
  std::string text = "The hold-out error of many λ is a training error. On the test rows: " + f.study.metric + " " +
                     (each ? shown(*each) : "unknown") + " with λ of their own, " + (one ? shown(*one) : "unknown") +
                     " with the best single λ (trial " + std::to_string(*winner.tied) + ")";
  if (winner.tied == winner.trial) return text + ": the guard saw no gain in letting them differ.";
  if (one && each && (f.study.maximize ? *each <= *one : *each >= *one)) text += ": the single one is to be preferred";
  return text + ".";
}

Section attention_section(const Findings& f) {
  List list;
  if (f.winner && f.winner->tied) list.items.push_back(plain(tied_text(f)));
  for (const BoundHit& hit : f.bounds) list.items.push_back(bound_text(f, hit));
  for (std::string& sentence : descent_sentences(f)) list.items.push_back(plain(std::move(sentence)));
  if (f.ranking.size() > 1) list.items.push_back(plain(ties_text(f)));
  if (f.gain && !(*f.gain > 0))
    list.items.push_back(
        plain("The best configuration does not beat the constant model. Look at the data, the "
              "features and the ranges."));
  if (f.convergence && f.convergence->still_improving)
    list.items.push_back(plain("The best trial was still improving when its training ended: allow more epochs."));
  if (f.convergence && f.convergence->worsened && f.convergence->all_epochs)
    list.items.push_back(plain("The best trial got worse after epoch " + std::to_string(f.convergence->best.epoch) +
                               ": patience, fewer epochs or a stronger penalty may help."));
  if (f.failed > 0)
    list.items.push_back(plain(counted(f.failed, "trial") + " of " + std::to_string(f.trials.size()) +
                               " failed; the reasons are below."));
  Section section{"What to look at", {}};
  if (!list.items.empty()) section.blocks.push_back(std::move(list));
  return section;
}

Section ranking_section(const Findings& f) {
  const std::size_t shown_rows = std::min(kRanking, f.ranking.size());
  Section section{
      shown_rows < f.ranking.size() ? "The " + std::to_string(shown_rows) + " best trials" : "All complete trials",
      {Figure::history}};
  Table table{{plain("Rank"), plain("Trial"), plain(f.study.metric)}, {}, 0};
  for (const search::Parameter& parameter : f.study.space.parameters()) table.header.push_back(code(parameter.path));
  for (std::size_t rank = 0; rank < shown_rows; ++rank) {
    const study::Trial& trial = f.trials[f.ranking[rank]];
    std::vector<Text> row{plain(std::to_string(rank + 1)), plain(std::to_string(trial.number)),
                          plain(shown(trial.outcome.value))};
    for (std::size_t i = 0; i < f.study.space.size(); ++i)
      row.push_back(plain(i < trial.configuration.values.size() ? shown(trial.configuration.values[i]) : "–"));
    table.rows.push_back(std::move(row));
  }
  section.blocks.push_back(std::move(table));
  return section;
}

std::string range_text(const search::Parameter& parameter) {
  std::string text;
  for (const Value& value : parameter.values) text += (text.empty() ? "" : ", ") + to_text(value);
  if (const auto& range = parameter.interval) {
    if (!text.empty()) text += ", or ";
    text += to_text(range->min) + " to " + to_text(range->max);
    if (range->step) text += " in steps of " + to_text(*range->step);
    if (range->points) text += ", " + counted(static_cast<std::size_t>(range->points), "point");
  }
  return text;
}

Section space_section(const Findings& f) {
  Section section{"What was searched", {}};
  const auto& parameters = f.study.space.parameters();
  const bool conditions = std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.condition; });
  Table table{{plain("Parameter"), plain("Values"), plain("Scale")}, {}, 4};
  if (conditions) table.header.push_back(plain("Only if"));
  for (const search::Parameter& parameter : parameters) {
    std::vector<Text> row{code(parameter.path), plain(range_text(parameter)),
                          plain(!parameter.interval       ? "list"
                                : parameter.interval->log ? "log"
                                                          : "linear")};
    if (conditions) {
      row.push_back({});
      if (const auto& condition = parameter.condition) {
        row.back() = code(parameters[condition->parameter].path);
        row.back().push_back({" = " + to_text(parameters[condition->parameter].values[condition->choice]), false});
      }
    }
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty())
    section.blocks.push_back(Paragraph{plain("Nothing: every value of the study is fixed.")});
  else
    section.blocks.push_back(std::move(table));
  if (!table.rows.empty() || !parameters.empty()) section.blocks.push_back(Figure::parameters);
  return section;
}

std::string ending(const study::Outcome& outcome) {
  return "ended after " + counted(static_cast<std::size_t>(outcome.epochs), "epoch") + " (" +
         counted(static_cast<std::size_t>(outcome.steps), "step") + ")" +
         (outcome.end.empty() ? "" : ": " + outcome.end);
}

Section convergence_section(const Findings& f) {
  Section section{"Convergence of the best trial", {}};
  const study::Outcome& outcome = f.best()->outcome;
  std::string text = "Its training " + ending(outcome) + ".";
  if (std::isfinite(outcome.train_loss)) text += " The last training loss is " + shown(outcome.train_loss) + ".";
  if (outcome.fold_values.size() > 1) text += " Epochs and steps are summed over the folds.";
  if (const auto& c = f.convergence) {
    text += " The best hold-out " + f.study.metric + " of its curve, " + shown(c->best.holdout) + ", came at epoch " +
            std::to_string(c->best.epoch) + ".";
    if (c->worsened)
      text += " At the end it was " + std::string(worse(f)) + ", " + shown(c->last.holdout) + ".";
    else if (c->still_improving)
      text += " It was still improving when training ended.";
    else
      text += " It had settled when training ended.";
  }
  section.blocks.push_back(Paragraph{plain(text)});
  if (outcome.curve.empty()) return section;
  section.blocks.push_back(Figure::curve);
  Table table{{plain("Epoch"), plain("Training loss"), plain("Hold-out " + f.study.metric)}, {}, 0};
  const std::size_t n = outcome.curve.size(), rows = std::min(n, kPoints);
  for (std::size_t i = 0; i < rows; ++i) {  // evenly spread, both ends included
    const study::CurvePoint& point = outcome.curve[rows == 1 ? 0 : i * (n - 1) / (rows - 1)];
    table.rows.push_back(
        {plain(std::to_string(point.epoch)), plain(shown(point.train_loss)), plain(shown(point.holdout))});
  }
  section.blocks.push_back(std::move(table));
  return section;
}

Section failures_section(const Findings& f) {
  Section section{"Failed and pruned trials", {}};
  Table table{{plain("Trials"), plain("State"), plain("Reason")}, {}, 3};
  if (f.rate) table.header.push_back(code(path(f, *f.rate)));
  bool rates = false;
  for (const FailureGroup& group : f.failures) {
    std::vector<Text> row{plain(std::to_string(group.trials.size())), plain(std::string(to_word(group.state))),
                          plain(group.reason.empty() ? "–" : group.reason)};
    if (f.rate) {
      rates = rates || (group.rates && group.state == study::TrialState::failed);
      const auto text = [](const std::pair<double, double>& range) {
        return range.first == range.second ? shown(range.first) : shown(range.first) + " to " + shown(range.second);
      };
      row.push_back(plain(group.rates ? text(*group.rates) : "–"));
    }
    table.rows.push_back(std::move(row));
  }
  section.blocks.push_back(std::move(table));
  if (rates && f.largest_good_rate)
    section.blocks.push_back(
        Paragraph{plain("The largest learning rate of a complete trial is " + shown(*f.largest_good_rate) + ".")});
  return section;
}

Section data_section(const Findings& f) {
  Section section{"Data and run", {}};
  if (!f.facts) {
    section.blocks.push_back(Paragraph{plain("The run noted nothing of its data: it ended too early.")});
    return section;
  }
  const study::RunFacts& facts = *f.facts;
  Table table{{plain("What"), plain("Value")}, {}, 2};
  const auto add = [&](std::string name, std::string value) {
    if (!value.empty()) table.rows.push_back({plain(std::move(name)), plain(std::move(value))});
  };
  add("Data file", facts.data_file);
  add("Target", facts.target);
  add("Task", facts.task);
  add("Classes", joined(facts.classes));
  add("Rows, features", std::to_string(facts.rows) + ", " + std::to_string(facts.features));
  add("Training, hold-out, test rows", std::to_string(facts.train_rows) + ", " + std::to_string(facts.holdout_rows) +
                                           ", " + std::to_string(facts.test_rows) +
                                           (facts.folds > 1 ? " (first fold)" : ""));
  if (facts.folds > 1) add("Folds", std::to_string(facts.folds));
  add("Started, finished (UTC)", facts.started + ", " + (facts.finished.empty() ? "–" : facts.finished));
  add("Seconds, threads", shown(facts.seconds) + ", " + std::to_string(facts.threads));
  add("holdout, CPU target", facts.version + ", " + facts.cpu_target);
  section.blocks.push_back(std::move(table));
  if (facts.notices.empty()) return section;
  List notices;
  for (const std::string& notice : facts.notices) notices.items.push_back(plain(notice));
  section.blocks.push_back(Paragraph{plain("Notices:")});
  section.blocks.push_back(std::move(notices));
  return section;
}

std::string_view about(std::string_view file) {
  if (file == "report.json") return "all of this and every trial, for programs";
  if (file == "report.md" || file == "report.html") return "this report";
  if (file == "trials.csv") return "one row for each trial";
  if (file == "best.yaml") return "the best configuration as a study that runs";
  if (file == "model.json") return "the tuned model, for holdout predict and export";
  return "";
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
  return {"Files beside this one", {std::move(list)}};
}

Section no_best_section(const Findings& f) {
  if (f.trials.empty()) return {"No result", {Paragraph{plain("No trial has ended yet.")}}};
  std::string text = "None of " + counted(f.trials.size(), "trial") + " gave a value";
  if (f.complete > 0) text += "; " + std::to_string(f.complete) + " came to an end with a value that is no number";
  return {"No result", {Paragraph{plain(text + ". The reasons are below.")}}};
}

}  // namespace

Document document(const Findings& f, const Page& page) {
  Document d{"Report: " + f.study.name, {}, {}};
  if (f.interrupted) d.warnings.push_back(interruption(f));
  if (!f.best())
    d.sections.push_back(no_best_section(f));
  else {
    d.sections.push_back(best_section(f));
    d.sections.push_back(error_section(f));
    if (Section section = attention_section(f); !section.blocks.empty()) d.sections.push_back(std::move(section));
    d.sections.push_back(ranking_section(f));
    if (f.winner && f.winner->minimum) d.sections.push_back(minimum_section(*f.winner));
  }
  d.sections.push_back(space_section(f));
  if (f.best()) d.sections.push_back(convergence_section(f));
  if (!f.failures.empty()) d.sections.push_back(failures_section(f));
  d.sections.push_back(data_section(f));
  d.sections.push_back(files_section(page));
  return d;
}

}  // namespace holdout::report
