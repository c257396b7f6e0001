#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "searchers/random.hpp"
#include "spaces.hpp"

namespace holdout::search {
namespace {

std::vector<Configuration> draws(const SearchSpace& space, int trials, std::uint64_t seed = 7) {
  Random searcher(space, Seed{seed}, {trials});
  return configurations(wave(searcher, 64, 1'000'000));
}

// Kolmogorov and Smirnov: sup |F_n − F|; 1.95 / √n is exceeded with chance 0.1 % (asymptotic quantile).
double distance_from_uniform(std::vector<double> u) {
  std::sort(u.begin(), u.end());
  double worst = 0;
  const auto n = static_cast<double>(u.size());
  for (std::size_t i = 0; i < u.size(); ++i)
    worst = std::max({worst, u[i] - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - u[i]});
  return worst;
}

constexpr int kDraws = 20'000;
const double kBound = 1.95 / std::sqrt(kDraws);

}  // namespace

TEST_CASE("distribution: a log range is uniform in the logarithm, a linear one in the value") {
  const SearchSpace space(
      {range("log", {.min = 1e-6, .max = 10, .log = true}), range("linear", {.min = -3, .max = 5})});
  std::vector<double> log, linear;
  for (const Configuration& c : draws(space, kDraws)) {
    log.push_back((std::log10(std::get<double>(*c.values[0])) + 6) / 7);
    linear.push_back((std::get<double>(*c.values[1]) + 3) / 8);
  }
  CHECK(distance_from_uniform(log) < kBound);
  CHECK(distance_from_uniform(linear) < kBound);
  for (double& u : log) u = std::pow(u, 1.05);  // the test would see a distribution that is slightly off
  CHECK(distance_from_uniform(log) > kBound);
}

TEST_CASE("distribution: words, steps and zero-or-range have equal chances") {
  Parameter zero = range("zero", {.min = 1e-6, .max = 10, .log = true});
  zero.values = {0.0};
  const SearchSpace space({choice("word", {word("a"), word("b"), word("c")}),
                           range("step", {.min = 0, .max = 1, .step = 0.25}), zero,
                           range("integer", {.min = 1, .max = 6, .integer = true}), range("endless", {})});
  std::map<Value, int> words, steps, integers;
  int zeros = 0;
  for (const Configuration& c : draws(space, kDraws)) {
    ++words[*c.values[0]], ++steps[*c.values[1]], ++integers[*c.values[3]];
    zeros += *c.values[2] == Value(0.0);
  }
  // Four standard deviations of a binomial count.
  const auto even = [](const std::map<Value, int>& counts, std::size_t n) {
    REQUIRE(counts.size() == n);
    const double p = 1 / static_cast<double>(n);
    for (const auto& [value, k] : counts) CHECK(std::abs(k - kDraws * p) < 4 * std::sqrt(kDraws * p * (1 - p)));
  };
  even(words, 3), even(steps, 5), even(integers, 6);
  CHECK(std::abs(zeros - kDraws / 2) < 4 * std::sqrt(kDraws / 4));
}

TEST_CASE("distribution: integers on a log scale") {
  std::map<Value, int> counts;
  for (const Configuration& c : draws(
           SearchSpace({range("n", {.min = 1, .max = 9, .log = true, .integer = true}), range("endless", {})}), kDraws))
    ++counts[*c.values[0]];
  for (std::int64_t n = 1; n <= 9; ++n) {
    const auto x = static_cast<double>(n);
    const double p = std::log((x + 0.5) / (x - 0.5)) / std::log(9.5 / 0.5);
    CHECK(std::abs(counts[n] - kDraws * p) < 4 * std::sqrt(kDraws * p * (1 - p)));
  }
}

TEST_CASE("parameters and neighbouring trials are not correlated") {
  const SearchSpace space({range("a", {}), range("b", {})});
  const auto all = draws(space, kDraws);
  double ab = 0, aa = 0;
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const double a = std::get<double>(*all[i].values[0]) - 0.5;
    ab += a * (std::get<double>(*all[i].values[1]) - 0.5);
    aa += a * (std::get<double>(*all[i + 1].values[0]) - 0.5);
  }
  const double sd = std::sqrt(kDraws) / 12;  // of a sum of products of two uniforms of variance 1/12
  CHECK(std::abs(ab) < 4 * sd);
  CHECK(std::abs(aa) < 4 * sd);
}

TEST_CASE("a draw depends on seed, trial and path alone") {
  std::vector<Parameter> parameters = mixed_space().parameters();
  parameters.push_back(range("endless", {}));  // no configuration comes again, so that all are first draws
  const SearchSpace space(std::move(parameters));
  const auto few = draws(space, 10), many = draws(space, 100);
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
  CHECK(draws(space, 10, 8) != few);
  // Parameters that come or go elsewhere, also a condition, do not shift it.
  const auto alone =
      draws(SearchSpace({range("model.dropout", {.min = 0, .max = 0.5, .step = 0.25}), range("endless", {})}), 100);
  for (std::size_t k = 0; k < 100; ++k) CHECK(alone[k].values[0] == many[k].values[6]);
}

TEST_CASE("how many: the trials asked for, and one where nothing is searched") {
  CHECK(Random(mixed_space(), Seed{1}, {}).planned() == 64);
  CHECK(Random(SearchSpace(), Seed{1}, {}).planned() == 1);
  CHECK(draws(SearchSpace(), 50) == std::vector<Configuration>{{}});
}

namespace {

std::size_t distinct(const std::vector<Configuration>& all) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    n += std::find(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i), all[i]) ==
         all.begin() + static_cast<std::ptrdiff_t>(i);
  return n;
}

}  // namespace

TEST_CASE("no configuration is drawn twice while there are others, and a space that is used up ends the search") {
  Parameter momentum = range("momentum", {.min = 1, .max = 3, .integer = true});
  momentum.condition = Condition{0, 1};
  const SearchSpace small({choice("optimizer", {word("gd"), word("momentum"), word("adam"), word("gd")}), momentum,
                           range("units", {.min = 8, .max = 24, .step = 8, .integer = true})});
  REQUIRE(draws(small, 1000).size() == 15);  // (2 + 3) · 3
  for (const std::uint64_t seed : {1, 2, 3, 4, 5})
    for (const int trials : {1, 14, 15, 1000}) {
      const auto all = draws(small, trials, seed);
      CHECK(all.size() == static_cast<std::size_t>(std::min(trials, 15)));
      CHECK(distinct(all) == all.size());
      for (const Configuration& c : all) CHECK(small.contains(c));
    }
  CHECK(Random(small, Seed{1}, {1000}).planned() == 15);
  CHECK(Random(small, Seed{1}, {1000}).notice() ==
        "the search space has 15 configurations: each is tried once, and no more trials are made");
  CHECK(Random(small, Seed{1}, {10}).planned() == 10);
  CHECK(Random(small, Seed{1}, {15}).notice().empty());
}

TEST_CASE("where a word stands for one configuration and another for endlessly many, the word is drawn once") {
  Parameter rate = range("rate", {.min = 1e-3, .max = 1, .log = true});
  rate.condition = Condition{0, 1};
  Parameter zero = range("l2", {.min = 1e-6, .max = 1, .log = true});
  zero.values = {0.0};
  for (const SearchSpace& space :
       {SearchSpace({choice("optimizer", {word("exact"), word("gd")}), rate}), SearchSpace({zero})}) {
    const auto all = draws(space, 200);
    CHECK(all.size() == 200);
    CHECK(distinct(all) == 200);
  }
}

TEST_CASE("two thousand configurations are used up without repetition, and the first draws are those of fewer") {
  const SearchSpace large({range("a", {.min = 1, .max = 40, .integer = true}),
                           range("b", {.min = 1, .max = 50, .log = true, .integer = true})});
  auto all = draws(large, 5000);
  CHECK(all.size() == 2000);
  const auto few = draws(large, 1900);
  CHECK(std::equal(few.begin(), few.end(), all.begin()));
  CHECK(distinct(all) == 2000);
}

}  // namespace holdout::search
