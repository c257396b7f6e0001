#include <doctest/doctest.h>

#include <cmath>

#include <holdout/base/error.hpp>
#include <holdout/search/grid_size.hpp>

#include "searchers/grid.hpp"
#include "spaces.hpp"

namespace holdout::search {
namespace {

std::vector<Configuration> grid(const SearchSpace& space) {
  Grid searcher(space, Seed{1}, {});
  auto all = configurations(wave(searcher, 7, 100'000));
  CHECK(searcher.planned() == static_cast<std::int64_t>(all.size()));
  CHECK(grid_size(space) == std::to_string(all.size()));
  return all;
}

/// The grid of a single parameter.
std::vector<Value> axis(Parameter parameter) {
  std::vector<Value> values;
  for (const Configuration& c : grid(SearchSpace({std::move(parameter)}))) values.push_back(c.values[0].value());
  return values;
}

std::vector<Value> integers(std::initializer_list<std::int64_t> list) { return {list.begin(), list.end()}; }
std::vector<Value> reals(std::initializer_list<double> list) { return {list.begin(), list.end()}; }

std::string refusal(const SearchSpace& space) {
  try {
    Grid(space, Seed{1}, {});
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("the first parameter changes slowest, values come before points") {
  Parameter l2 = range("b", {.min = 0.01, .max = 1, .log = true, .points = 3});
  l2.values = {0.0};
  const auto a = choice("a", {word("x"), word("y")});
  const std::vector<Configuration> expected = {{{word("x"), 0.0}}, {{word("x"), 0.01}}, {{word("x"), 0.1}},
                                               {{word("x"), 1.0}}, {{word("y"), 0.0}},  {{word("y"), 0.01}},
                                               {{word("y"), 0.1}}, {{word("y"), 1.0}}};
  CHECK(grid(SearchSpace({a, l2})) == expected);
}

TEST_CASE("points of one range, by hand") {
  CHECK(axis(range("x", {.min = 0, .max = 1, .points = 5})) == reals({0, 0.25, 0.5, 0.75, 1}));
  CHECK(axis(range("x", {.min = 0, .max = 1, .points = 11}))[3] == Value(0.3));
  CHECK(axis(range("x", {.min = 1e-6, .max = 10, .log = true, .points = 8})) ==
        reals({1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10}));
  CHECK(axis(range("x", {.min = 0, .max = 1, .step = 0.25})) == reals({0, 0.25, 0.5, 0.75, 1}));
  CHECK(axis(range("x", {.min = 0, .max = 1, .step = 0.4})) == reals({0, 0.4, 0.8}));
  CHECK(axis(range("x", {.min = 3, .max = 7, .integer = true})) == integers({3, 4, 5, 6, 7}));
  CHECK(axis(range("x", {.min = 8, .max = 30, .step = 8, .integer = true})) == integers({8, 16, 24}));
  CHECK(axis(range("x", {.min = 1, .max = 1000, .log = true, .integer = true, .points = 4})) ==
        integers({1, 10, 100, 1000}));
  CHECK(axis(range("x", {.min = 1, .max = 9, .integer = true, .points = 3})) == integers({1, 5, 9}));
  CHECK(axis(range("x", {.min = 1, .max = 4, .points = 1})) == reals({2.5}));
  CHECK(axis(range("x", {.min = 0.1, .max = 10, .log = true, .points = 1})) == reals({1}));
}

TEST_CASE("log points agree with pow, ends are exact") {
  const auto points = axis(range("x", {.min = 3e-7, .max = 41, .log = true, .points = 61}));
  REQUIRE(points.size() == 61);
  CHECK(points.front() == Value(3e-7));
  CHECK(points.back() == Value(41.0));
  for (std::size_t i = 0; i < 61; ++i)  // 4e-15: half a unit in the last place of a logarithm of 15
    CHECK(std::abs(std::get<double>(points[i]) / (3e-7 * std::pow(41 / 3e-7, static_cast<double>(i) / 60)) - 1) <
          1e-14);
}

TEST_CASE("each value once") {
  Parameter x = range("x", {.min = 1, .max = 5, .integer = true});
  x.values = integers({9, 3, 9});
  CHECK(axis(x) == integers({9, 3, 1, 2, 4, 5}));
  CHECK(axis(range("x", {.min = 1, .max = 5, .integer = true, .points = 100})) == integers({1, 2, 3, 4, 5}));
  CHECK(axis(range("x", {.min = 1, .max = 10, .log = true, .integer = true, .points = 9})) ==
        integers({1, 2, 3, 4, 6, 7, 10}));
  CHECK(axis(range("x", {.min = 2, .max = 2, .points = 10})) == reals({2}));
  Parameter all = range("x", {.min = 1, .max = 3, .integer = true});
  all.values = integers({1, 2, 3});
  CHECK(axis(all) == integers({1, 2, 3}));
}

TEST_CASE("the size is known without making the points, also where rounding joins some") {
  for (const double length : {1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-3})
    for (const std::int64_t points : {2, 9, 300})
      for (const bool log : {false, true}) {
        CAPTURE(length);
        CAPTURE(points);
        CAPTURE(log);
        grid(SearchSpace({range("x", {.min = 7, .max = 7 + length, .log = log, .points = points})}));
      }
  Parameter x = range("x", {.min = 0, .max = 1, .points = 5});
  x.values = reals({0.25, 0.3, 2});
  CHECK(axis(x) == reals({0.25, 0.3, 2, 0, 0.5, 0.75, 1}));
}

TEST_CASE("conditional parameters are crossed with their own choice only") {
  Parameter momentum = range("momentum", {.min = 0.5, .max = 0.9, .points = 3});
  momentum.condition = Condition{0, 1};
  const SearchSpace space(
      {choice("optimizer", {word("gd"), word("momentum")}), momentum, choice("batch", integers({8, 32}))});
  const std::int64_t eight = 8, more = 32;
  CHECK(grid(space) == std::vector<Configuration>{{{word("gd"), {}, eight}},
                                                  {{word("gd"), {}, more}},
                                                  {{word("momentum"), 0.5, eight}},
                                                  {{word("momentum"), 0.5, more}},
                                                  {{word("momentum"), 0.7, eight}},
                                                  {{word("momentum"), 0.7, more}},
                                                  {{word("momentum"), 0.9, eight}},
                                                  {{word("momentum"), 0.9, more}}});
  // gd 1 + momentum 3 + adam (warm 3 warmups + cold 1) = 8; times 5 λ, 3 hidden, 3 dropouts.
  CHECK(grid(mixed_space()).size() == 8 * 5 * 3 * 3);
}

TEST_CASE("nothing to search is one trial") { CHECK(grid(SearchSpace()) == std::vector<Configuration>{{}}); }

TEST_CASE("hostile: a continuous range without points, each one named") {
  const std::string text = refusal(SearchSpace({range("model.l2", {.min = 1e-6, .max = 1, .log = true}),
                                                range("training.epochs", {.min = 1, .max = 9, .integer = true}),
                                                range("model.dropout", {.min = 0, .max = 1})}));
  INFO(text);
  CHECK(text.find("model.l2: a grid over a continuous range needs `points`") != std::string::npos);
  CHECK(text.find("model.dropout:") != std::string::npos);
  CHECK(text.find("training.epochs") == std::string::npos);
  CHECK(text.find("add `points: 10` to the range, or use `method: random`") != std::string::npos);
}

TEST_CASE("hostile: grids without end are refused with their size, and at once") {
  std::vector<Parameter> twelve;
  for (int i = 0; i < 12; ++i) twelve.push_back(range("p" + std::to_string(i), {.min = 0, .max = 1, .points = 10}));
  CHECK(refusal(SearchSpace(twelve)).find("the grid has 1000000000000 points") != std::string::npos);
  CHECK(grid_size(SearchSpace(twelve)) == "1000000000000");
  CHECK(grid_size(SearchSpace({range("x", {.min = 1, .max = 1e12, .integer = true})})) == "1000000000000");
  CHECK(grid_size(SearchSpace({range("x", {.min = 0, .max = 1, .points = 1'000'000'000'000})})) == "1000000000000");
  std::vector<Parameter> forty;
  for (int i = 0; i < 40; ++i) forty.push_back(range("p" + std::to_string(i), {.min = 0, .max = 1, .points = 10}));
  CHECK(grid_size(SearchSpace(forty)) == "more than 10^38");
  CHECK(refusal(SearchSpace(forty)).find("more than 10^38") != std::string::npos);
  CHECK(grid_size(SearchSpace({forty.begin(), forty.begin() + 38})) == "1" + std::string(38, '0'));
  CHECK(refusal(SearchSpace({range("x", {.min = 0, .max = 1, .step = 1e-300})})).find("more than 10^38") !=
        std::string::npos);
  const Interval thousand{.min = 1, .max = 1000, .integer = true},
      ten_thousand{.min = 1, .max = 10'000, .integer = true};
  CHECK(refusal(SearchSpace({range("x", thousand), range("y", ten_thousand)})) == "accepted");
  const Interval one_more{.min = 1, .max = 10'001, .integer = true};
  CHECK(refusal(SearchSpace({range("x", thousand), range("y", one_more)})).find("10001000") != std::string::npos);
}

}  // namespace holdout::search
