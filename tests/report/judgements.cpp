// Findings that compare trials: was the search long enough, is something simpler as good, what matters.
#include <bit>
#include <cmath>

#include <doctest/doctest.h>

#include <holdout/base/random.hpp>

#include "judgements.hpp"
#include "report/fake.hpp"

using namespace holdout;
using namespace holdout::report;

namespace {

FakeStorage searched(const char* method, std::vector<double> values, bool maximize = false) {
  std::vector<study::Trial> trials;
  for (std::size_t i = 0; i < values.size(); ++i) trials.push_back(trial(static_cast<int>(i), values[i]));
  FakeStorage s = storage("m", maximize, std::move(trials));
  s.run->search = method;
  return s;
}

}  // namespace

TEST_CASE("conclusion: a search that knows its end says it in place of what its trials tell") {
  FakeStorage s = searched("gradient", {7, 3, 9, 4, 8, 6, 5, 1}, true);
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{1e-6, 1e4, true}, {}}});
  s.run->conclusion = search::Conclusion{true, 1e-8, 3, 25, "", {}};
  const Findings settled = find(s);
  CHECK_FALSE(settled.search_end);
  CHECK(
      conclusion_text(settled) ==
      "The search has settled after 25 evaluations in 3 rounds: nothing that it asked for is better, and nothing that "
      "it predicts, by 1e-08 of the value.");
  s.run->conclusion->settled = false, s.run->conclusion->reason = "there may be more minima";
  s.run->conclusion->open = {{0, 0.01, 0.5, -0.75, false}, {0, 1e-6, 1e-5, {}, true}, {7, 1, 2, {}, true}};
  const std::string open = conclusion_text(find(s));
  CHECK(open ==
        "The search has not settled within 25 evaluations in 3 rounds: there may be more minima. model.l2 from 0.01 to "
        "0.5 may hold 0.75. model.l2 from 1e-06 to 1e-05 could not be solved to the accuracy that comparisons need.");
}

TEST_CASE("search end: of independent draws the mean best of all halves, counted out one by one") {
  const std::vector<double> values{7, 3, 9, 4, 8, 6, 5, 1};
  double sum = 0, halves = 0;
  for (unsigned set = 0; set < 256; ++set) {
    if (std::popcount(set) != 4) continue;
    double best = 100;
    for (unsigned i = 0; i < 8; ++i)
      if (set >> i & 1) best = std::min(best, values[i]);
    sum += best, ++halves;
  }
  CHECK(halves == 70);
  const Findings f = find(searched("random", values));
  REQUIRE(f.search_end);
  CHECK(f.search_end->half == 4);
  CHECK(f.search_end->half_value == doctest::Approx(sum / halves).epsilon(1e-12));
  CHECK(f.search_end->gain == doctest::Approx(sum / halves - 1).epsilon(1e-12));
  CHECK(f.search_end->noise == doctest::Approx(0.01));
  CHECK_FALSE(f.search_end->settled());
}

TEST_CASE("search end: of other methods the best of the first half; of grids and few trials nothing") {
  const Findings f = find(searched("tpe", {7, 3, 9, 4, 8, 6, 5, 1}));
  CHECK(f.search_end->half_value == 3);
  CHECK(f.search_end->gain == 2);
  CHECK_FALSE(f.search_end->expected);
  CHECK(find(searched("tpe", {1, 3, 9, 4, 8, 6, 5, 7})).search_end->settled());
  CHECK(find(searched("tpe", {1, 3, 9, 4, 8, 6, 5, 7}, true)).search_end->gain == 0);
  CHECK_FALSE(find(searched("grid", {7, 3, 9, 4, 8, 6, 5, 1})).search_end);
  CHECK_FALSE(find(searched("random", {7, 3, 9, 4, 8, 6, 5})).search_end);
}

TEST_CASE("refinement: the vertex of a parabola in log λ is found, on a grid that misses it") {
  std::vector<study::Trial> trials;
  const auto f = [](double x) { return 2 + 3 * (std::log10(x) + 1.3) * (std::log10(x) + 1.3); };
  int n = 0;
  for (const double x : {1e-3, 1e-2, 1e-1, 1.0}) trials.push_back(trial(n++, f(x), {{Value(x)}}));
  FakeStorage s = storage("m", false, trials);
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{1e-3, 1, true}, {}}});
  s.run->search = "grid";
  const auto r = find(s).refinement;
  REQUIRE(r);
  CHECK(r->at == doctest::Approx(std::pow(10, -1.3)).epsilon(1e-9));
  CHECK(r->value == doctest::Approx(2).epsilon(1e-9));
  CHECK(r->gain == doctest::Approx(f(0.1) - 2).epsilon(1e-9));
  s.all[3].outcome.value = 1;  // the best one at the end of the range has no neighbour on one side
  CHECK_FALSE(find(s).refinement);
}

TEST_CASE("simpler: the strongest penalty within one standard error, and nothing that is less simple elsewhere") {
  const auto at = [](double l2, const char* hidden) { return search::Configuration{{l2, Value(hidden)}}; };
  FakeStorage s = storage(
      "m", false,
      {trial(0, 1.00, at(0.01, "[32, 16]")), trial(1, 1.05, at(0.1, "[32, 16]")), trial(2, 1.08, at(1, "[32, 16]")),
       trial(3, 1.09, at(100, "[64]")), trial(4, 1.2, at(1000, "[8]")), trial(5, 1.01, at(0, "[4]"))});
  s.record.space = search::SearchSpace({{"model.l2", {0.0}, search::Interval{1e-3, 1e3, true}, {}},
                                        {"model.hidden", {Value("[32, 16]"), Value("[64]")}, {}, {}}});
  s.all[0].outcome.fold_values = {0.9, 1.1};  // standard error 0.1
  const auto found = find(s).simpler;
  REQUIRE(found);
  CHECK(found->trial == 2);
  CHECK(found->parameters == std::vector<std::size_t>{0});
  s.all[0].outcome.fold_values.clear();
  CHECK_FALSE(find(s).simpler);  // no noise known, no rule
}

TEST_CASE("importance: words, a switched-off parameter and diverging trials do not hide what matters") {
  std::vector<study::Trial> trials;
  Stream draw = stream(Seed{3}, "test");
  const std::vector<Value> words{Value("a"), Value("b"), Value("c")};
  for (int i = 0; i < 200; ++i) {
    const std::size_t word = draw.below(3);
    const double l2 = std::pow(10, -4 * draw.uniform());
    search::Configuration c{{words[word], l2, {}, draw.uniform()}};
    if (word == 1) c.values[2] = draw.uniform();
    double value = word == 1 ? 0 : 3;
    value += std::abs(std::log10(l2) + 2) * 0.5 + (i % 50 == 0 ? 1e20 : 0);
    trials.push_back(trial(i, value, c));
  }
  FakeStorage s = storage("m", false, trials);
  s.record.space = search::SearchSpace({{"w", words, {}, {}},
                                        {"l2", {}, search::Interval{1e-4, 1, true}, {}},
                                        {"x", {}, search::Interval{0, 1}, search::Condition{0, 1}},
                                        {"y", {}, search::Interval{0, 1}, {}}});
  const auto found = find(s).importance;
  REQUIRE(found);
  CHECK(found->trials == 200);
  // Variances: of the words 2, of l2 1/12, and about 0.65 that the fence leaves of four trials: a share of 0.73. A
  // forest explains some of the latter by other parameters.
  CHECK(found->alone[0] > 0.6);
  CHECK(found->alone[1] > 0.01);
  CHECK(found->alone[2] < 0.05);
  CHECK(found->alone[3] < 0.05);
  CHECK(found->effect[0].empty());
  CHECK(found->effect[1].front() > found->effect[1][20]);
  CHECK(found->pairs.size() == 6);
  trials.resize(19);
  s.all = trials;
  CHECK_FALSE(find(s).importance);
}
