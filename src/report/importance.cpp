#include <algorithm>
#include <cmath>
#include <numeric>

#include <holdout/search/transform.hpp>

#include "fanova.hpp"
#include "judgements.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kMin = 20;    // trials: fewer are no sample of a function of two parameters
constexpr std::size_t kMax = 1000;  // trials that the forest sees: every k-th of more
constexpr std::size_t kTrees = 24;
constexpr std::size_t kLeaf = 2;      // trials: small leaves follow a function that has no noise
constexpr std::size_t kInPairs = 10;  // parameters, those that matter most alone
constexpr std::size_t kPairs = 12;    // that are kept

bool of_words(const search::Parameter& parameter) {
  return !parameter.interval && !std::all_of(parameter.values.begin(), parameter.values.end(),
                                             [](const Value& v) { return number(v).has_value(); });
}

// Values far on the bad side are drawn in: Tukey, Exploratory Data Analysis, 1977, fence of 1.5 quartile distances.
void draw_in(std::vector<double>& values, bool maximize) {
  std::vector<double> sorted(values);
  std::sort(sorted.begin(), sorted.end());
  const double low = sorted[sorted.size() / 4], high = sorted[sorted.size() * 3 / 4], reach = 1.5 * (high - low);
  for (double& value : values) value = maximize ? std::max(value, low - reach) : std::min(value, high + reach);
}

// The places of words: in the order of their mean values, so that one cut can part the good from the bad (Breiman et
// al., Classification and Regression Trees, 1984, § 4.2.2).
std::vector<std::size_t> places_of_words(const Findings& f, std::size_t i, const std::vector<std::size_t>& trials,
                                         const std::vector<double>& values) {
  const auto& words = f.study.space.parameters()[i].values;
  std::vector<double> sum(words.size()), n(words.size());
  for (std::size_t t = 0; t < trials.size(); ++t) {
    const auto& value = f.trials[trials[t]].configuration.values[i];
    const auto at = value ? std::find(words.begin(), words.end(), *value) : words.end();
    if (at == words.end()) continue;
    sum[static_cast<std::size_t>(at - words.begin())] += values[t], ++n[static_cast<std::size_t>(at - words.begin())];
  }
  std::vector<std::size_t> order(words.size()), places(words.size());
  std::iota(order.begin(), order.end(), 0);
  const auto mean = [&](std::size_t w) { return n[w] > 0 ? sum[w] / n[w] : 0; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return mean(a) < mean(b); });
  for (std::size_t k = 0; k < order.size(); ++k) places[order[k]] = k;
  return places;
}

Sample sample_of(const Findings& f, const std::vector<std::size_t>& trials) {
  const auto& parameters = f.study.space.parameters();
  Sample sample;
  sample.dimensions = parameters.size();
  for (const std::size_t t : trials) sample.values.push_back(f.trials[t].outcome.value);
  draw_in(sample.values, f.study.maximize);
  sample.points.assign(trials.size() * parameters.size(), 0.5);  // parameters that are switched off: in the middle
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& words = parameters[i].values;
    const auto places =
        of_words(parameters[i]) ? places_of_words(f, i, trials, sample.values) : std::vector<std::size_t>{};
    for (std::size_t t = 0; t < trials.size(); ++t) {
      const auto& value = f.trials[trials[t]].configuration.values[i];
      if (!value) continue;
      double& point = sample.points[t * parameters.size() + i];
      if (places.empty()) {
        point = search::position(parameters[i], *value);
        continue;
      }
      const auto at = std::find(words.begin(), words.end(), *value);
      if (at == words.end()) continue;
      const auto place = static_cast<double>(places[static_cast<std::size_t>(at - words.begin())]);
      point = (place + 0.5) / static_cast<double>(words.size());
    }
  }
  return sample;
}

}  // namespace

std::optional<Importance> importance(const Findings& f) {
  const std::size_t d = f.study.space.size();
  if (f.ranking.size() < kMin || d < 2) return {};
  std::vector<std::size_t> trials(f.ranking), chosen;
  std::sort(trials.begin(), trials.end());
  const std::size_t every = (trials.size() + kMax - 1) / kMax;
  for (std::size_t i = 0; i < trials.size(); i += every) {
    if (f.trials[trials[i]].configuration.values.size() < d) return {};
    chosen.push_back(trials[i]);
  }
  const std::vector<Tree> forest = grow_forest(sample_of(f, chosen), kTrees, kLeaf, Seed{0});
  std::vector<std::size_t> order(d);
  std::iota(order.begin(), order.end(), 0);
  VarianceShares shares = variance_shares(forest, {});
  if (!shares.any) return {};
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shares.alone[a] > shares.alone[b]; });
  order.resize(std::min(d, kInPairs));
  std::sort(order.begin(), order.end());
  shares = variance_shares(forest, order);

  Importance out;
  out.trials = chosen.size();
  out.alone = shares.alone;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = i + 1; j < order.size(); ++j) out.pairs.push_back({order[i], order[j], shares.pairs[i][j]});
  std::stable_sort(out.pairs.begin(), out.pairs.end(), [](const auto& x, const auto& y) { return x.share > y.share; });
  out.pairs.resize(std::min(out.pairs.size(), kPairs));
  for (std::size_t i = 0; i < d; ++i)
    out.effect.push_back(of_words(f.study.space.parameters()[i]) ? std::vector<double>{} : shares.effect[i]);
  return out;
}

}  // namespace holdout::report
