// The search on one λ, whose promise is that it ends at the least error of the range or says that it may not: curves
// with several minima, flat ones, minima at both ends, equal minima, kinks, evaluations that fail or are not exact.
#include <random>

#include "curves.hpp"
#include "searchers/gradient/hermite.hpp"

namespace holdout::search {
namespace {

// Eigenvalues over the whole range, hold-out rows that disagree with the training rows in every direction: most of
// these curves have several minima.
std::vector<Axis1> adversarial(unsigned seed) {
  std::mt19937_64 draws(seed);  // the standard says which numbers these are
  const auto uniform = [&] { return static_cast<double>(draws() >> 11) * 0x1p-53; };
  const auto between = [&](double low, double high) { return low + (high - low) * uniform(); };
  std::vector<Axis1> axes(3 + static_cast<std::size_t>(9 * uniform()));
  for (Axis1& a : axes) {
    a.s = std::exp(between(kLow, kHigh));
    a.w = between(-1, 1), a.n = a.s * between(-1, 1);  // the residual goes from n/s to w as λ passes s
    a.v = std::exp(between(-3, 0));
  }
  return axes;
}

int minima(const std::vector<Axis1>& axes) {
  int count = 0;
  constexpr int kPoints = 2000;
  for (int i = 1; i < kPoints; ++i) {
    const auto slope = [&](int k) { return ridge(axes, kLow + (kHigh - kLow) * k / kPoints).gradient[0]; };
    count += slope(i - 1) < 0 && slope(i) >= 0;
  }
  return count;
}

struct Searched {
  double gap = 0;  // relative, of the best full evaluation above the least value of a scan
  int trials = 0, rounds = 0;
  Conclusion conclusion;
};

Searched search_adversarial(unsigned seed, std::map<std::string, Value, std::less<>> options = {}) {
  const SearchSpace space = range_of_lambda();
  const std::vector<Axis1> axes = adversarial(seed);
  Curve curve(space);
  curve.height = [&](const std::vector<double>& x, const Configuration&) { return ridge(axes, x[0]); };
  const auto searcher = gradient(space, std::move(options));
  REQUIRE(search(*searcher, curve, 100));
  const double least = scanned([&](double x) { return ridge(axes, x).value; }, kLow, kHigh);
  return {curve.best / least - 1, curve.trials, curve.rounds, searcher->conclusion().value()};
}

Conclusion searched(Curve& curve, std::map<std::string, Value, std::less<>> options = {}) {
  const auto searcher = gradient(range_of_lambda(), std::move(options));
  REQUIRE(search(*searcher, curve, 100));
  return searcher->conclusion().value();
}

}  // namespace

TEST_CASE("property: 400 curves of up to several minima end at the least one, settled, in a few cohorts") {
  constexpr unsigned kCurves = 400;
  int several = 0, trials = 0, rounds = 0;
  for (unsigned seed = 0; seed < kCurves; ++seed) {
    CAPTURE(seed);
    const Searched s = search_adversarial(seed);
    CHECK(s.gap < 2e-8);
    CHECK(s.conclusion.settled);
    CHECK(s.rounds == s.conclusion.rounds + 1);  // and the last one, in full
    several += minima(adversarial(seed)) > 1;
    trials += s.trials, rounds += s.rounds;
  }
  MESSAGE(several << " curves of several minima; trials " << trials / double{kCurves} << ", rounds "
                  << rounds / double{kCurves});
  CHECK(several > 150);
  CHECK(trials < 32 * static_cast<int>(kCurves));
  CHECK(rounds < 4 * static_cast<int>(kCurves));
}

// The spacing is what the promise rests on.
TEST_CASE("with fewer points at the start than the spacing asks for, minima are missed") {
  int missed = 0;
  for (unsigned seed = 0; seed < 3000; ++seed)
    missed += search_adversarial(seed, {{"seeds", std::int64_t{6}}}).gap > 1e-6;
  MESSAGE(missed << " missed");
  CHECK(missed > 0);
}

TEST_CASE("flat everywhere, and flat but for one place: settled") {
  Curve curve(range_of_lambda());
  curve.curved = false;
  curve.height = [](const std::vector<double>&, const Configuration&) { return Height{0.25, {0}, {}}; };
  CHECK(searched(curve).settled);
  CHECK(curve.trials <= 17);
  Curve tail(range_of_lambda());
  tail.curved = false;
  tail.height = [](const std::vector<double>& x, const Configuration&) {
    return ridge({{1, 1, 1e-5, 1}, {3, 0.2, 1e-6, 1}}, x[0]);
  };
  CHECK(searched(tail).settled);
}

TEST_CASE("minima at the ends of the range are exactly there") {
  for (const bool left : {true, false}) {
    CAPTURE(left);
    Curve curve(range_of_lambda());
    curve.height = [left](const std::vector<double>& x, const Configuration&) {
      return left ? ridge({{1, 1, 0, 1}, {0.1, 0.3, 0, 1}}, x[0]) : ridge({{1, 0.01, 1, 1}}, x[0]);
    };
    CHECK(searched(curve).settled);
    CHECK(std::get<double>(*curve.winner.values[0]) == (left ? 1e-6 : 1e4));
  }
}

TEST_CASE("of equal minima each is known to the tolerance") {
  Curve curve(range_of_lambda());
  const double a = -8, b = 5;
  curve.height = [&](const std::vector<double>& x, const Configuration&) {
    Height h{1, {0}, {}};
    for (const double center : {a, b}) {
      const double d = x[0] - center, bell = 0.3 * std::exp(-d * d / 8);
      h.value -= bell, h.gradient[0] += bell * d / 4;
    }
    return h;
  };
  curve.curved = false;
  CHECK(searched(curve).settled);
  for (const double center : {a, b}) {
    const double least = curve.height({center}, {}).value;
    double found = INFINITY;
    for (const Request& r : curve.requested)
      if (const double x = curve.coordinates(r.configuration)[0]; std::abs(x - center) < 2)
        found = std::min(found, curve.height({x}, {}).value);
    CHECK(found - least <= 1e-6);  // where interpolants end what is left is below the tolerance
  }
}

TEST_CASE("errors that vanish: relative tolerances mean nothing there, and the search ends all the same") {
  Curve curve(range_of_lambda());
  curve.curved = false;
  curve.height = [](const std::vector<double>& x, const Configuration&) {
    Height h = ridge({{1, 1, -0.01, 1}}, x[0]);  // zero at λ = 0.01
    h.value -= 0.02;
    return h;
  };
  const Conclusion end = searched(curve);
  CHECK(end.settled);
  CHECK(curve.trials <= 48);
  CHECK(curve.best < 1e-10);
}

TEST_CASE("kinks: as many evaluations as are allowed, no claim that the minimum was found, and what is open") {
  Curve curve(range_of_lambda());
  curve.curved = false;
  curve.height = [](const std::vector<double>& x, const Configuration&) {
    Height h = ridge({{1, 1, 0.2, 1}}, x[0]);
    for (int k = -40; k < 30; ++k) {  // teeth
      const double d = x[0] - 0.3 * k;
      if (std::abs(d) < 0.15) h.value += 0.01 * std::abs(d), h.gradient[0] += d > 0 ? 0.01 : -0.01;
    }
    return h;
  };
  const Conclusion end = searched(curve);
  CHECK_FALSE(end.settled);
  CHECK(end.reason == "there may be more minima");
  REQUIRE_FALSE(end.open.empty());
  for (const OpenRange& range : end.open) {
    CHECK(range.min < range.max);
    CHECK(range.promise.value() < curve.best);
  }
  CHECK(curve.trials <= 65);
  CHECK(curve.best == doctest::Approx(curve.seen).epsilon(1e-3));
}

TEST_CASE("evaluations that fail or are not exact are walls: they never win, and the report can say where they were") {
  Curve curve(range_of_lambda());
  const std::vector<Axis1> axes = {{1, 1, 0.2, 1}, {0.1, 0.5, 0.03, 1}, {1e-3, 0.1, 3e-4, 1}};
  curve.height = [&](const std::vector<double>& x, const Configuration&) { return ridge(axes, x[0]); };
  SUBCASE("one in the middle fails") {
    curve.fails = [](const Request& r) {
      return std::abs(std::log(std::get<double>(*r.configuration.values[0])) - 4) < 0.8;
    };
    const Conclusion end = searched(curve);
    CHECK_FALSE(end.settled);
    REQUIRE(end.open.size() == 1);
    CHECK(end.open[0].failed);
    CHECK(std::log(end.open[0].min) < 4);
    CHECK(std::log(end.open[0].max) > 4);
    // What lies elsewhere is found nevertheless.
    CHECK(curve.best / scanned([&](double x) { return ridge(axes, x).value; }, kLow, kHigh) - 1 < 1e-8);
  }
  SUBCASE("small λ fail") {
    curve.fails = [](const Request& r) { return std::get<double>(*r.configuration.values[0]) < 0.3; };
    const Conclusion end = searched(curve);
    CHECK_FALSE(end.settled);
    REQUIRE(end.open.size() == 1);
    CHECK(end.open[0].min == 1e-6);
    CHECK(end.open[0].max >= 0.3);
  }
  SUBCASE("values far too low, with an error bound that says so") {
    struct Loose final : Objective {
      const std::vector<Axis1>& axes;
      std::vector<Request> full;
      int trials = 0;
      explicit Loose(const std::vector<Axis1>& a) : axes(a) {}
      std::vector<Evaluation> evaluate(std::span<const Request> requests) override {
        std::vector<Evaluation> out;
        for (const Request& r : requests) {
          const double x = std::log(std::get<double>(*r.configuration.values[0]));
          const Height h = ridge(axes, x);
          Evaluation e{.trial = trials++, .value = h.value, .error_bound = 0};
          if (r.want != Want::value) e.gradient = h.gradient;
          if (x < -10 && !r.fidelity.full()) e.value = 1e-3, e.error_bound = 1e-4;
          if (r.fidelity.full()) full.push_back(r);
          out.push_back(e);
        }
        return out;
      }
    } objective(axes);
    const auto searcher = gradient(range_of_lambda());
    CHECK(search(*searcher, objective, 100));
    REQUIRE(objective.full.size() == 1);
    double where = 0;
    scanned([&](double x) { return ridge(axes, x).value; }, kLow, kHigh, &where);
    CHECK(std::log(std::get<double>(*objective.full[0].configuration.values[0])) ==
          doctest::Approx(where).epsilon(1e-4));
    CHECK_FALSE(searcher->conclusion().value().settled);
  }
}

TEST_CASE("later cohorts start where the polynomial through models and their derivatives is") {
  // θ(x) of degree 5: what four trials, or three at an end of the range, reproduce.
  const auto theta = [](double x) { return 1 + x * (0.3 - x * (0.02 + x * (0.001 - x * (1e-4 + x * 1e-5)))); };
  const auto tangent = [](double x) { return 0.3 - x * (0.04 + x * (0.003 - x * (4e-4 + x * 5e-5))); };
  Curve curve(range_of_lambda());
  curve.height = [](const std::vector<double>& x, const Configuration&) {
    return ridge({{1, 1, 0.2, 1}, {1e-3, 0.1, 3e-4, 1}}, x[0]);
  };
  (void)searched(curve);
  int warm = 0;
  for (const Request& r : curve.requested) {
    if (r.near.empty()) continue;
    ++warm;
    const double x = curve.coordinates(r.configuration)[0];
    double start = 0;
    for (const Near& near : r.near) {
      const double from = curve.coordinates(curve.requested[static_cast<std::size_t>(near.trial)].configuration)[0];
      start += near.weight * theta(from) + near.along * (x - from) * tangent(from);
    }
    CHECK(start == doctest::Approx(theta(x)).epsilon(1e-9));
  }
  CHECK(warm >= 8);
}

TEST_CASE("closed form: interpolants reproduce polynomials, weights are theirs") {
  const auto f = [](double x) {
    return 2 + x * (1 - x * (0.5 - x * (0.25 + x * (0.125 - x * (0.1 + x * (0.03 - x * 0.01))))));
  };
  const auto slope = [&](double x) { return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6; };
  std::vector<Knot> knots;
  for (const double x : {-1.5, -0.2, 0.1, 1.3}) knots.push_back({x, f(x), slope(x)});
  for (const double x : {-1.5, -1.0, 0.0, 0.7, 1.3}) {
    CAPTURE(x);
    CHECK(Hermite(knots)(x) == doctest::Approx(f(x)).epsilon(1e-8));
    const HermiteWeights w = hermite_weights(knots, x);
    double sum = 0;
    for (std::size_t i = 0; i < knots.size(); ++i) sum += w.value[i] * knots[i].value + w.slope[i] * knots[i].slope;
    CHECK(sum == doctest::Approx(f(x)).epsilon(1e-8));
  }
}

}  // namespace holdout::search
