#include "../sections.hpp"

#include <holdout/base/number.hpp>

#include "../descent.hpp"
#include "../judgements.hpp"
#include "../text.hpp"

namespace holdout::report {
namespace {

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
  const std::string other = f.defaults ? "trial" : "other trial";
  const auto others = [&](std::size_t n) {
    return n == 0 ? "No " + other + " is" : n == 1 ? "1 " + other + " is" : counted(n, other) + " are";
  };
  std::string text = others(f.within_error.value_or(f.within_percent));
  text += f.within_error
              ? " within one standard error of the best value (" + std::to_string(f.within_percent) + " within 1 %)."
              : " within 1 % of the best value.";
  if (f.within_error.value_or(f.within_percent) > 0 && !f.simpler)
    text += " The data can hardly tell these apart: prefer the simpler or cheaper one.";
  return text;
}

std::string search_end_text(const Findings& f) {
  const SearchEnd& end = *f.search_end;
  std::string text = end.expected
                         ? "Half as many trials, " + std::to_string(end.half) + ", have a best value of " +
                               shown(end.half_value) + " on average (Dodge et al., EMNLP 2019). The other half gained "
                         : "The best of the first " + std::to_string(end.half) + " trials is " + shown(end.half_value) +
                               ". The later ones gained ";
  text += against_noise(f, end.gain) + ". ";
  return text + (end.settled() ? "The search has settled: more trials in this space would hardly help."
                               : "The search has not settled: more trials may gain as much again.");
}

Text refinement_text(const Findings& f) {
  const Refinement& r = *f.refinement;
  Text text = plain(f.defaults ? "A parabola through the best trial and its neighbours is best at "
                               : "A parabola through the best point and its neighbours is best at ");
  text.push_back({path(f, r.parameter), true});
  text.push_back({" = " + to_text(r.at, 4) + ", with " + shown(r.value) + ": a gain of " + against_noise(f, r.gain) +
                      (r.gain <= noise(f) ? ". A finer grid would hardly help." : ". Try a finer grid there."),
                  false});
  return text;
}

Text simpler_text(const Findings& f) {
  const study::Trial& trial = f.trials[f.simpler->trial];
  Text text = plain("Trial " + std::to_string(trial.number) + " is simpler, and with " + shown(trial.outcome.value) +
                    " within one standard error of the best: it has ");
  for (std::size_t k = 0; k < f.simpler->parameters.size(); ++k) {
    const std::size_t i = f.simpler->parameters[k];
    text.push_back({(k == 0 ? "" : " and "), false});
    text.push_back({path(f, i), true});
    text.push_back({" = " + shown(trial.configuration.values[i]), false});
  }
  text.push_back({". By the one-standard-error rule (Breiman et al., 1984), prefer it.", false});
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
  if (winner.tied == winner.trial) return text + ": separate λ gave no improvement on the guard rows.";
  if (one && each && (f.study.maximize ? *each <= *one : *each >= *one)) text += ": prefer the single λ";
  return text + ".";
}

}  // namespace

std::string against_noise(const Findings& f, double difference) {
  const std::string yard = f.standard_error ? "one standard error of the best value" : "1 % of the best value";
  return shown(difference) + (difference <= noise(f) ? ", less than " : ", more than ") + yard + " (" +
         shown(noise(f)) + ")";
}

Section attention_section(const Findings& f) {
  List list;
  const std::string subject = f.defaults ? "The defaults, the best configuration, were" : "The best trial was";
  if (f.winner && f.winner->tied) list.items.push_back(plain(tied_text(f)));
  for (const BoundHit& hit : f.bounds) list.items.push_back(bound_text(f, hit));
  for (std::string& sentence : descent_sentences(f)) list.items.push_back(plain(std::move(sentence)));
  if (f.facts && f.facts->conclusion) list.items.push_back(plain(conclusion_text(f)));
  if (f.search_end) list.items.push_back(plain(search_end_text(f)));
  if (f.refinement) list.items.push_back(refinement_text(f));
  if (f.ranking.size() > 1) list.items.push_back(plain(ties_text(f)));
  if (f.simpler) list.items.push_back(simpler_text(f));
  if (f.gain && !(*f.gain > 0))
    list.items.push_back(
        plain("The best configuration does not beat the constant model. Look at the data, the "
              "features and the ranges."));
  if (f.convergence && f.convergence->still_improving)
    list.items.push_back(plain(subject + " still improving when " + (f.defaults ? "their" : "its") +
                               " training ended: allow more epochs."));
  if (f.convergence && f.convergence->worsened && f.convergence->all_epochs)
    list.items.push_back(plain((f.defaults ? "The defaults" : "The best trial") +
                               std::string(" got worse after epoch ") + std::to_string(f.convergence->best.epoch) +
                               ": patience, fewer epochs or a stronger penalty may help."));
  if (f.failed > 0)
    list.items.push_back(plain(counted(f.failed, "trial") + " of " + std::to_string(f.trials.size()) +
                               " failed; the reasons are below."));
  Section section{"What to look at", {}};
  if (!list.items.empty()) section.blocks.emplace_back(std::move(list));
  return section;
}

}  // namespace holdout::report
