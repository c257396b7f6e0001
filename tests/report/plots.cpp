// Every plot of the list on a run that has all of what plots draw: marks counted, nothing but text and shapes.
#include "plots.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include <holdout/base/random.hpp>

#include "report/fake.hpp"

using namespace holdout;
using namespace holdout::report;

namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

std::string drawn(std::string_view name, const FakeStorage& s) {
  for (const PlotKind& kind : plot_kinds())
    if (kind.name == name) return kind.draw(find(s));
  FAIL("no such plot");
  return {};
}

// 60 trials over a range, a list of words and a switched-off parameter; with curves, times and predictions.
FakeStorage rich() {
  std::vector<study::Trial> trials;
  Stream draw = stream(Seed{9}, "test");
  for (int i = 0; i < 60; ++i) {
    const bool b = draw.below(2) == 1;
    search::Configuration c{{std::pow(10, -4 * draw.uniform()), Value(b ? "b" : "a"), {}}};
    if (b) c.values[2] = draw.uniform();
    study::Trial t = trial(i, 1 + draw.uniform() + (b ? 1 : 0), c);
    t.outcome.curve = {{1, 3, 3}, {2, 2, 2.5}, {3, 1.5, t.outcome.value}};
    t.outcome.seconds = 0.01 * (1 + i % 5);
    trials.push_back(t);
  }
  FakeStorage s = storage("mse", false, trials);
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{1e-4, 1, true}, {}},
                                        {"kind", {Value("a"), Value("b")}, {}, {}},
                                        {"kind.b.x", {}, search::Interval{0, 1}, search::Condition{1, 1}}});
  s.won.emplace();
  const Findings f = find(s);
  s.won->trial = f.best()->number;
  s.run->classes = {"no", "yes"};
  s.won->predictions = study::HoldoutPredictions{
      3, {1, 2, 3}, {1.5, 2, 2}, {5, 1, 0, 7}, {0, 0.25, 1}, {0, 1, 1}, {-2, -0.5, 1, 3}, {0.4, 0.7, 0.8, 0}};
  s.won->threshold = 1;
  return s;
}

// A parabola, with its slopes: against log x on a log axis, against x on a linear one.
FakeStorage lambda_curve(bool log = true) {
  std::vector<study::Trial> trials;
  for (int i = 0; i < 9; ++i) {
    const double x = log ? std::pow(10, -4 + 0.5 * i) : i / 8.0, y = (i - 3.5) * (i - 3.5) + 1;
    study::Trial t = trial(i, y, {{Value(x)}});
    t.outcome.fold_values = {y - 0.1, y + 0.1};
    t.outcome.gradient = {2 * (i - 3.5) * (log ? 2 / std::log(10) : 8)};
    trials.push_back(t);
  }
  FakeStorage s = storage("mse", false, trials);
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{log ? 1e-4 : 0, 1, log}, {}}});
  return s;
}

struct Arrow {
  double x = 0, y = 0, to_x = 0, to_y = 0;  // px
};

std::vector<Arrow> arrows(const std::string& svg) {
  std::vector<Arrow> all;
  const std::string head = "class=\"arrow\" d=\"";
  for (std::size_t at = svg.find(head); at != std::string::npos; at = svg.find(head, at + 1)) {
    Arrow a;
    REQUIRE(std::sscanf(svg.c_str() + at + head.size(), "M%lf %lfL%lf %lf", &a.x, &a.y, &a.to_x, &a.to_y) == 4);
    all.push_back(a);
  }
  return all;
}

}  // namespace

TEST_CASE("plots: each of the list draws a figure with a title and marks, and nothing else runs in it") {
  const FakeStorage s = rich(), curve = lambda_curve();
  FakeStorage certified = lambda_curve(true);
  certified.run->certificate =
      study::Certificate{"mse", 0, 1e-4, 1, 0.1, 1, 0.9, 1, {1e-4, 0.01, 1}, 0, 2, {1e-4, 0.01, 1}, {0.9, 1.5}, {}, {}};
  for (const PlotKind& kind : plot_kinds()) {
    CAPTURE(kind.name);
    const std::string out = kind.draw(find(kind.name == "one-parameter" ? curve
                                           : kind.name == "certificate" ? certified
                                                                        : s));
    CHECK(count(out, "<figure") >= 1);
    CHECK(count(out, "<figure") == count(out, "<title>"));
    CHECK(count(out, "<figcaption>") == count(out, "<figure"));
    CHECK(count(out, "data-t=") + count(out, "data-tip=") > 0);
    CHECK(count(out, "nan") == 0);
    CHECK(count(out, "inf") == 0);
    CHECK(count(out, "<script") == 0);
    CHECK(count(out, "style=") == 0);
  }
}

TEST_CASE("plots: a mark for each trial, pair, class and row") {
  const FakeStorage s = rich();
  CHECK(count(drawn("history", s), "<circle") == 60);
  CHECK(count(drawn("times", s), "<circle") == 60);
  CHECK(count(drawn("parallel", s), "<polyline") == 60);
  CHECK(count(drawn("slices", s), "<figure") == 3);
  CHECK(count(drawn("contours", s), "<figure") == 3);
  CHECK(count(drawn("curves", s), "<path") == 4);  // best, middle, worst; training loss
  CHECK(count(drawn("residuals", s), "<circle") == 3);
  CHECK(count(drawn("confusion", s), "<rect") == 4);
  CHECK(count(drawn("roc", s), "<circle") == 1);  // ends excluded
  const std::size_t bars = count(drawn("importances", s), "<rect");
  CHECK(bars >= 3);
  CHECK(bars <= 6);
}

TEST_CASE("plots: a study of one range has its curve with error bars and arrows downhill, in place of a slice") {
  const FakeStorage s = lambda_curve();
  const std::string out = drawn("one-parameter", s);
  CHECK(count(out, "<circle") == 9);
  CHECK(count(out, "class=\"bar\"") == 9);
  CHECK(count(out, "class=\"arrow\"") == 9);
  CHECK(drawn("slices", s).empty());
  CHECK(drawn("one-parameter", rich()).empty());
}

TEST_CASE("plots: arrows lie on the tangents of the curve, on log and on linear axes") {
  for (const bool log : {true, false}) {
    CAPTURE(log);
    const std::vector<Arrow> all = arrows(drawn("one-parameter", lambda_curve(log)));
    REQUIRE(all.size() == 9);
    for (std::size_t i = 0; i < all.size(); ++i) {
      CAPTURE(i);
      CHECK((all[i].to_x > all[i].x) == (i < 4));  // towards the minimum, between the fourth and the fifth point
      CHECK(all[i].to_y > all[i].y);               // downhill: px count from the top
      // In both, points are evenly apart, so that the slope is the mean of the chords to both neighbours.
      if (i == 0 || i + 1 == all.size()) continue;
      const double chord = (all[i + 1].y - all[i - 1].y) / (all[i + 1].x - all[i - 1].x);
      CHECK((all[i].to_y - all[i].y) / (all[i].to_x - all[i].x) == doctest::Approx(chord).epsilon(0.1));
    }
  }
}

TEST_CASE("plots: trials that a gradient search solved in part are points of its curve") {
  FakeStorage s = lambda_curve();
  const int best = find(s).best()->number;
  for (study::Trial& t : s.all)
    if (t.number != best) t.outcome.state = study::TrialState::pruned;
  const std::string out = drawn("one-parameter", s);
  CHECK(count(out, "<circle") == 9);
  CHECK(count(out, "class=\"arrow\"") == 9);
  CHECK(count(out, "are drawn") == 0);
}

TEST_CASE("plots: nothing to draw is no figure") {
  const FakeStorage s = storage("mse", false, {trial(0, 1)});
  for (const PlotKind& kind : plot_kinds()) {
    CAPTURE(kind.name);
    CHECK(kind.draw(find(s)).empty());
  }
}

namespace {

// Every number that plots draw is one of the two.
FakeStorage of_two(double a, double b, std::size_t trials) {
  FakeStorage s = rich();
  s.all.resize(trials);
  for (std::size_t i = 0; i < trials; ++i) {
    const double x = i % 2 == 0 ? a : b;
    study::Outcome& o = s.all[i].outcome;
    o.value = o.seconds = o.train_loss = x;
    o.curve = {{1, a, b}, {2, b, a}, {3, x, x}};
  }
  s.won->predictions = study::HoldoutPredictions{
      2, {a, b}, {b, a}, {5, 1, 0, 7}, {0, 0.25, 1}, {0, 1, 1}, {std::min(a, b), std::max(a, b)}, {a, b}};
  s.won->threshold = a;
  if (trials > 0) s.won->trial = find(s).best() ? find(s).best()->number : 0;
  return s;
}

}  // namespace

TEST_CASE("plots: numbers that differ in the last digit, that are all equal or of any size are drawn, and soon") {
  constexpr double kLargest = 1.7e308, kDenormal = 5e-324;
  for (const double x : {1.0, 0.1, 3582.0505, 1e-300, 1e308, -1e308, kLargest, -kLargest, kDenormal, 0.0})
    for (const double y : {x, std::nextafter(x, 2 * x + 1), -x, x / 2})
      for (const std::size_t trials : {0, 1, 2, 3, 60})
        for (const PlotKind& kind : plot_kinds()) {
          CAPTURE(kind.name);
          CAPTURE(x);
          CAPTURE(y);
          const FakeStorage s = of_two(x, y, trials);
          const Findings f = find(s);
          if (!f.best()) continue;
          const std::string out = kind.draw(f);
          CHECK(out.size() < 100000);
          for (const char* place : {"\"", ",", "M", "L"})
            for (const char* number : {"nan", "inf", "-inf"}) CHECK(count(out, std::string(place) + number) == 0);
        }
}
