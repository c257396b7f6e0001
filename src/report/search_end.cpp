#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>
#include <holdout/search/transform.hpp>

#include "judgements.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

// The mean of the best value over all ways to take m of the n ranked trials: the i-th best is the best one taken if it
// is taken and all better ones are not, which C(n − i, m − 1) of C(n, m) ways do (i from 1).
double expected_best(const Findings& f, std::size_t m) {
  const std::size_t n = f.ranking.size();
  double weight = static_cast<double>(m) / static_cast<double>(n), sum = 0;
  for (std::size_t i = 0; i + m <= n; ++i) {
    sum += weight * f.trials[f.ranking[i]].outcome.value;
    if (i + 1 < n) weight *= static_cast<double>(n - i - m) / static_cast<double>(n - i - 1);
  }
  return sum;
}

double best_of_first(const Findings& f, std::size_t m) {
  std::vector<std::size_t> order(f.ranking);
  std::sort(order.begin(), order.end());
  order.resize(m);
  const auto better = [&](std::size_t a, std::size_t b) {
    const double x = f.trials[a].outcome.value, y = f.trials[b].outcome.value;
    return f.study.maximize ? x > y : x < y;
  };
  return f.trials[*std::min_element(order.begin(), order.end(), better)].outcome.value;
}

}  // namespace

double noise(const Findings& f) {
  constexpr double kShare = 0.01;
  return f.standard_error.value_or(kShare * std::abs(f.best()->outcome.value));
}

std::optional<SearchEnd> search_end(const Findings& f) {
  constexpr std::size_t kMin = 8;  // halves of fewer trials say nothing
  const std::string method = f.facts ? f.facts->search : std::string();
  const bool concluded = f.facts && f.facts->conclusion;  // it knows better than its trials tell
  if (f.ranking.size() < kMin || method == "grid" || concluded) return {};
  SearchEnd end;
  end.half = f.ranking.size() / 2;
  end.expected = method == "random";
  end.half_value = end.expected ? expected_best(f, end.half) : best_of_first(f, end.half);
  end.gain = std::max(0.0, (f.study.maximize ? 1 : -1) * (f.best_trial()->outcome.value - end.half_value));
  end.noise = noise(f);
  return end;
}

std::string conclusion_text(const Findings& f) {
  const search::Conclusion& end = *f.facts->conclusion;
  const std::string effort = counted(static_cast<std::size_t>(end.evaluations), "evaluation") + " in " +
                             counted(static_cast<std::size_t>(end.rounds), "round");
  if (end.settled)
    return "The search has settled after " + effort +
           ": nothing that it asked for is better, and nothing that it predicts, by " + to_text(end.tolerance, 2) +
           " of the value.";
  std::string text = "The search has not settled within " + effort + ": " + end.reason + ".";
  constexpr std::size_t kShown = 4;
  for (std::size_t i = 0; i < std::min(end.open.size(), kShown); ++i) {
    const search::OpenRange& open = end.open[i];
    text += " " + f.study.space.parameters().at(open.parameter).path + " from " + shown(open.min) + " to " +
            shown(open.max);
    if (open.failed)
      text += " could not be solved to the accuracy that comparisons need.";
    else
      text += " may hold " + shown(f.study.maximize ? -open.promise.value_or(0) : open.promise.value_or(0)) + ".";
  }
  if (end.open.size() > kShown)
    text += " So may " + std::to_string(end.open.size() - kShown) + " more parts of the range.";
  return text;
}

std::optional<Refinement> refinement(const Findings& f) {
  if (!f.facts || f.facts->search != "grid" || f.study.space.size() != 1) return {};
  const search::Parameter& parameter = f.study.space.parameters()[0];
  if (!parameter.interval || parameter.interval->integer || parameter.interval->step || !parameter.values.empty())
    return {};
  struct Place {
    double x, y;
    bool best;
  };
  std::vector<Place> places;
  for (const std::size_t i : f.ranking) {
    const study::Trial& trial = f.trials[i];
    if (!trial.configuration.values[0]) return {};
    places.push_back({search::position(*parameter.interval, *trial.configuration.values[0]), trial.outcome.value,
                      &trial == f.best_trial()});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.x < b.x; });
  const auto at = static_cast<std::size_t>(
      std::find_if(places.begin(), places.end(), [](const Place& p) { return p.best; }) - places.begin());
  if (at == 0 || at + 1 >= places.size()) return {};
  const Place &l = places[at - 1], &m = places[at], &r = places[at + 1];
  const double left = (m.y - l.y) / (m.x - l.x), right = (r.y - m.y) / (r.x - m.x);  // slopes of both sides
  const double bend = (right - left) / (r.x - l.x);
  if (!std::isfinite(bend) || bend == 0) return {};
  const double x = (l.x + m.x) / 2 - left / (2 * bend);
  if (!(l.x < x && x < r.x)) return {};
  Refinement found;
  found.at = number(search::value_at(*parameter.interval, x)).value_or(0);
  found.value = l.y + left * (x - l.x) + bend * (x - l.x) * (x - m.x);
  found.gain = (f.study.maximize ? 1 : -1) * (found.value - f.best()->outcome.value);
  if (!(found.gain >= 0)) return {};
  return found;
}

}  // namespace holdout::report
