// Variance shares against functions whose shares are known in closed form.
#include "fanova.hpp"

#include <cmath>
#include <functional>
#include <numbers>

#include <doctest/doctest.h>

using namespace holdout;
using namespace holdout::report;

namespace {

Sample sample(std::size_t points, std::size_t dimensions, const std::function<double(const double*)>& f) {
  Stream draw = stream(Seed{5}, "test");
  Sample s;
  s.dimensions = dimensions;
  for (std::size_t i = 0; i < points * dimensions; ++i) s.points.push_back(draw.uniform());
  for (std::size_t i = 0; i < points; ++i) s.values.push_back(f(&s.points[i * dimensions]));
  return s;
}

VarianceShares shares(const Sample& s) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < s.dimensions; ++i) all.push_back(i);
  return variance_shares(grow_forest(s, 16, 2, Seed{1}), all);
}

}  // namespace

TEST_CASE("fanova: the shares of two boxes, by hand") {
  // x below ¼: 0; above: y below ½ 4, else 8. Mean 4.5; variance ¾·½·16 + ¾·½·64 − 4.5² = 9.75.
  const Tree tree{{{0, 0}, {0.25, 1}, 0}, {{0.25, 0}, {1, 0.5}, 4}, {{0.25, 0.5}, {1, 1}, 8}};
  const VarianceShares s = variance_shares({tree}, {0, 1});
  CHECK(s.any);
  CHECK(s.alone[0] == doctest::Approx(6.75 / 9.75));  // means 0 and 6
  CHECK(s.alone[1] == doctest::Approx(2.25 / 9.75));  // means 3 and 6
  CHECK(s.pairs[0][1] == doctest::Approx(0.75 / 9.75));
  CHECK(s.effect[0].front() == 0);
  CHECK(s.effect[0].back() == 6);
  CHECK(s.effect[1].front() == 3);
}

TEST_CASE("fanova: x + 2y has a fifth and four fifths of its variance, and z nothing") {
  const VarianceShares s = shares(sample(1000, 3, [](const double* p) { return p[0] + 2 * p[1]; }));
  CHECK(s.alone[0] == doctest::Approx(0.2).epsilon(0.1));
  CHECK(s.alone[1] == doctest::Approx(0.8).epsilon(0.05));
  CHECK(s.alone[2] < 0.01);
  CHECK(s.pairs[0][1] < 0.04);
}

TEST_CASE("fanova: of (x − ½)(y − ½) all belongs to the pair") {
  const VarianceShares s = shares(sample(1000, 3, [](const double* p) { return (p[0] - 0.5) * (p[1] - 0.5); }));
  CHECK(s.alone[0] < 0.1);
  CHECK(s.alone[1] < 0.1);
  CHECK(s.pairs[0][1] > 0.75);
}

TEST_CASE("fanova: Ishigami and Homma's function, whose indices are published") {
  // ISUMA 1990: a = 7, b = 0.1: S1 = 0.3139, S2 = 0.4424, S3 = 0, S13 = 0.2437.
  const auto ishigami = [](const double* p) {
    const auto x = [&](int i) { return std::numbers::pi * (2 * p[i] - 1); };
    return std::sin(x(0)) + 7 * std::pow(std::sin(x(1)), 2) + 0.1 * std::pow(x(2), 4) * std::sin(x(0));
  };
  const VarianceShares s = shares(sample(2000, 3, ishigami));
  // A forest of 2000 points smooths the sharp corners in x₁x₃, so the rest has a larger share than it should.
  CHECK(std::abs(s.alone[0] - 0.3139) < 0.06);
  CHECK(std::abs(s.alone[1] - 0.4424) < 0.09);
  CHECK(s.alone[2] < 0.02);
  CHECK(std::abs(s.pairs[0][2] - 0.2437) < 0.08);
}

TEST_CASE("fanova: a constant has no shares") {
  CHECK_FALSE(shares(sample(50, 2, [](const double*) { return 0.1; })).any);
}
