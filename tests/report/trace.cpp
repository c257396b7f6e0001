#include <holdout/report/trace.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include <holdout/base/number.hpp>

#include "contours.hpp"
#include "trace_plots.hpp"

using namespace holdout;
using report::Point;
using study::Surface;
using study::Trace;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class F>
Surface surface(std::size_t side, double half, F f) {
  Surface s{{-half, -half}, {half, half}, side, side, {}};
  const auto at = [&](std::size_t i) {
    return -half + 2 * half * static_cast<double>(i) / static_cast<double>(side - 1);
  };
  for (std::size_t row = 0; row < side; ++row)
    for (std::size_t column = 0; column < side; ++column) s.values.push_back(f(at(column), at(row)));
  return s;
}

study::TracePoint point(std::int64_t step, double x, double y) {
  return {step, 3 * step, 1e-3 * static_cast<double>(step), {x, y}, (x * x + y * y) / 2, std::hypot(x, y)};
}

// A bowl with a path that converges, one that leaves the window, comes back and leaves for good.
Trace sample() {
  Trace t;
  t.study = "sample", t.what = "bowl <&>", t.parameters = {"theta0", "theta1"};
  t.minima = {{0, 0}}, t.minimum = 0;
  t.paths.push_back({"gd, rate 0.1", {point(0, 1, 1), point(1, 0.1, 0.1), point(2, 0, 0)}, 2, "epochs"});
  t.paths.push_back(
      {"<script>", {point(0, 1, 1), point(1, 9, 0.5), point(2, -1, -1), point(3, 1e200, -1e300)}, 4, "diverged"});
  t.surface = surface(41, 2, [](double x, double y) { return (x * x + y * y) / 2; });
  return t;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

// The numbers of all attributes d, cx and cy.
std::vector<double> coordinates(const std::string& svg) {
  std::vector<double> all;
  for (const char* name : {" d=\"", " cx=\"", " cy=\""})
    for (std::size_t at = 0; (at = svg.find(name, at)) != std::string::npos; ++at) {
      const std::size_t from = svg.find('"', at) + 1;
      std::string numbers = svg.substr(from, svg.find('"', from) - from);
      for (char& c : numbers)
        if (c == 'M' || c == 'L') c = ' ';
      std::istringstream in(numbers);
      for (std::string word; in >> word;) all.push_back(to_real(word).value_or(kInfinity));
    }
  return all;
}

}  // namespace

TEST_CASE("reference: the contours of a bowl are circles, closed, and as long as circles are") {
  const Surface s = surface(201, 2, [](double x, double y) { return (x * x + y * y) / 2; });
  for (const double level : {0.125, 0.5, 1.125}) {
    CAPTURE(level);
    const auto lines = report::contour(s, level);
    REQUIRE(lines.size() == 1);
    const auto& line = lines.front();
    CHECK(line.front().x == line.back().x);
    CHECK(line.front().y == line.back().y);
    const double radius = std::sqrt(2 * level);
    double length = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      // Linear between nodes h = 0.02 apart: off by at most h²/8 · f″ / |∇f|.
      CHECK(std::abs(std::hypot(line[i].x, line[i].y) - radius) < 0.02 * 0.02 / 8 / radius * 1.1);
      if (i > 0) length += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
    }
    CHECK(length == doctest::Approx(2 * M_PI * radius).epsilon(1e-3));
  }
}

TEST_CASE("contours: open lines end at the border, saddles part, cells that are not finite have none") {
  const auto plane = report::contour(surface(11, 1, [](double x, double) { return x; }), 0.3);
  REQUIRE(plane.size() == 1);
  CHECK(plane[0].size() == 11);
  CHECK(std::abs(plane[0].front().y - plane[0].back().y) == doctest::Approx(2));
  for (const Point& at : plane[0]) CHECK(at.x == doctest::Approx(0.3));
  CHECK(report::contour(surface(20, 1, [](double x, double y) { return x * y; }), 0.01).size() == 2);
  CHECK(report::contour(surface(20, 1, [](double x, double y) { return x * y; }), -0.01).size() == 2);
  const auto holed = surface(20, 1, [](double x, double y) { return x < 0 ? kInfinity : x + 0 * y; });
  for (const auto& line : report::contour(holed, 0.2))
    for (const Point& at : line) CHECK(at.x >= 0);
  CHECK(report::contour(holed, 5).empty());
}

TEST_CASE("contour levels: equal ratios above the minimum; none of a plane without height") {
  const auto levels = report::contour_levels(surface(101, 2, [](double x, double y) { return 7 + x * x + y * y; }), 7);
  REQUIRE(levels.size() > 5);
  CHECK(levels.front() > 7);
  CHECK(levels.back() < 15);
  for (std::size_t i = 2; i < levels.size(); ++i)
    CHECK((levels[i] - 7) / (levels[i - 1] - 7) == doctest::Approx((levels[1] - 7) / (levels[0] - 7)));
  CHECK(report::contour_levels(surface(11, 1, [](double, double) { return 3.0; }), {}).empty());
  CHECK(report::contour_levels(surface(11, 1, [](double, double) { return kInfinity; }), {}).empty());
}

TEST_CASE("pictures: one path element a configuration, everything inside the frame, whatever diverges") {
  const Trace t = sample();
  const std::string plane = report::trajectories(t), loss = report::losses(t, report::Against::steps);
  for (const std::string& svg :
       {plane, loss, report::losses(t, report::Against::examples), report::losses(t, report::Against::seconds)}) {
    CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(count(svg, "<path class=\"path ") == t.paths.size());
    CHECK(count(svg, "prefers-color-scheme: dark") == 1);
    CHECK(count(svg, "<script") == 0);
    CHECK(count(svg, "&lt;script&gt; (diverged)") == 1);
    CHECK(count(svg, "nan") + count(svg, "inf") == 0);
    for (const double x : coordinates(svg)) {
      CHECK(x >= 12);
      CHECK(x <= 650);
    }
  }
  CHECK(count(plane, "class=\"contour\"") > 5);
  CHECK(count(plane, "class=\"start\"") == 2);
  CHECK(count(plane, "class=\"end ") == 1);  // the other end lies far outside
  // Out on the right, in from there, out again: three pieces.
  const std::size_t second = plane.find("<path class=\"path c1");
  REQUIRE(second != std::string::npos);
  const std::string d = plane.substr(second, plane.find("/>", second) - second);
  CHECK(count(d, "M") == 2);
}

TEST_CASE("pictures: a cut segment keeps its direction") {
  report::Plot plot(report::Axis::numbers(0, 1, false, 0), report::Axis::numbers(0, 1, false, 0), "x", "y", 178, 156);
  plot.path({{{0.5, 0.5}, {2.5, 1.5}}}, "path");  // leaves at x = 1, y = 0.75; the frame is 100 px wide and high
  const std::string svg = plot.svg("cut");
  CHECK(svg.find("d=\"M114 62L164 37\"") != std::string::npos);
  report::Plot outside(report::Axis::numbers(0, 1, false, 0), report::Axis::numbers(0, 1, false, 0), "x", "y", 178,
                       156);
  outside.path({{{-1, 0.5}, {0.5, 3}}, {{-1, 2}, {2, 2}}}, "path");  // pass a corner, and above
  CHECK(outside.svg("none").find("d=\"\"") != std::string::npos);
}

TEST_CASE("trace.csv: every point, numbers that read back, labels made harmless") {
  Trace t = sample();
  t.paths[1].label = "=a,b";
  const std::string csv = report::trace_csv(t);
  CHECK(csv.starts_with(
      "path,step,theta0,theta1,value,gradient_norm\r\n\"gd, rate 0.1\",0,1,1,1,1.4142135623730951\r\n"));
  CHECK(count(csv, "\r\n") == 8);
  CHECK(count(csv, "\"'=a,b\",3,1e+200,-1e+300,inf,1e+300\r\n") == 1);
  t.of_data = true;
  CHECK(report::trace_csv(t).find("\"gd, rate 0.1\",2,6,0,0,0,0\r\n") != std::string::npos);
}

TEST_CASE("a path that stands at the minimum, and one without any height, are drawn without an error") {
  Trace t = sample();
  t.paths.resize(1);
  for (study::TracePoint& p : t.paths[0].points) p = point(p.step, 0, 0);
  CHECK(count(report::losses(t, report::Against::steps), "<path class=\"path ") == 1);
  t.minimum.reset();
  CHECK(count(report::losses(t, report::Against::steps), "<path class=\"path ") == 1);
  t.paths[0].points.resize(1);
  const std::string svg = report::losses(t, report::Against::seconds);
  CHECK(count(svg, "nan") + count(svg, "inf") == 0);
}
