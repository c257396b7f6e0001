#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include <holdout/base/random.hpp>

#include "update/plain_run.hpp"

namespace holdout::update {
namespace {

using D = Dual<double>;

// log(1 + e^{−m}) as losses write it (train/losses/logistic-inl.hpp), and its slope.
template <class V>
V logistic(V m) {
  return log1p(exp(-abs(m))) + max(-m, V(0.0));
}
template <class V>
V logistic_slope(V m) {
  const V t = exp(-abs(m));
  return -(select_positive(m, t, V(1.0)) / (V(1.0) + t));
}

}  // namespace

// Expected: the C library in long double, 64 bits of mantissa.
TEST_CASE("reference: log1p within two units in the last place") {
  Stream random = stream(Seed{3}, "log1p");
  for (int i = 0; i < 200000; ++i) {
    const double size = std::ldexp(random.uniform(), -static_cast<int>(random.below(80)));
    for (const double x : {size, -size, 1 / (size + 1e-300)}) {
      const long double exact = log1pl(x);
      const double unit =
          std::nextafter(std::abs(static_cast<double>(exact)), INFINITY) - std::abs(static_cast<double>(exact));
      if (!(std::abs(log1p(x) - exact) <= 2 * unit)) FAIL("log1p(" << x << ")");
    }
  }
  CHECK(log1p(0.0) == 0);
  CHECK(log1p(-1.0) == -INFINITY);
  CHECK(log1p(INFINITY) == INFINITY);
  CHECK(std::isnan(log1p(-2.0)));
  CHECK(std::isnan(log1p(std::nan(""))));
}

TEST_CASE("reference: tangents of the operations are central differences") {
  const std::function<D(D)> functions[] = {[](D x) { return x + x * x; },
                                           [](D x) { return x - D(3.0) / x; },
                                           [](D x) { return -x / (x + D(2.0)); },
                                           [](D x) { return mul_add(x, x, x); },
                                           [](D x) { return neg_mul_add(x, x, D(2.0) * x); },
                                           [](D x) { return sqrt(x); },
                                           [](D x) { return abs(-x * x); },
                                           [](D x) { return max(x * x, x); },
                                           [](D x) { return exp(x) * x; },
                                           [](D x) { return log(x); },
                                           [](D x) { return log1p(x * x); },
                                           [](D x) { return where_positive(x - D(1.0), x * x); },
                                           [](D x) { return select_positive(x - D(1.0), x * x, exp(x)); }};
  for (std::size_t i = 0; i < std::size(functions); ++i)
    for (const double x : {0.3, 0.9, 1.7, 6.0}) {
      CAPTURE(i);
      CAPTURE(x);
      const double h = 1e-5, d = functions[i](D(x, 1)).d;
      const double expected = (functions[i](D(x + h)).a - functions[i](D(x - h)).a) / (2 * h);
      CHECK(std::abs(d - expected) <= 1e-8 * std::max(1.0, std::abs(expected)));
    }
}

TEST_CASE("property: at kinks the tangent is that of the branch that a test at 0 takes") {
  CHECK(sqrt(D(0.0, 1)).d == 0);
  CHECK(abs(D(0.0, 1)).d == -1);
  CHECK(max(D(2.0, 5), D(2.0, 7)).d == 5);
  CHECK(select_positive(D(0.0, 1), D(1.0, 3), D(1.0, 4)).d == 4);
  CHECK(where_positive(D(0.0, 1), D(1.0, 3)).d == 0);
  // Pieces that meet smoothly have their derivative there: −½ and ¼ of logistic loss at margin 0.
  CHECK(logistic(D(0.0, 1)).d == -0.5);
  CHECK(logistic_slope(D(0.0, 1)).d == 0.25);
}

TEST_CASE("property: duals nest, and lie in memory as tables do") {
  using DD = Dual<D>;
  const DD x(D(0.7, 1), D(1.0));  // second derivative of e^x x is e^x (x + 2)
  CHECK((exp(x) * x).d.d == doctest::Approx(std::exp(0.7) * 2.7).epsilon(1e-14));

  const double table[] = {1, 2, 3, 10, 20, 30};
  double copy[6] = {};
  float narrow[6] = {};
  D value;
  read(value, table + 1, 3);
  CHECK((value.a == 2 && value.d == 20));
  write(value, copy + 2, 3), write(value, narrow, 1);
  CHECK((copy[2] == 2 && copy[5] == 20 && copy[0] == 0 && narrow[0] == 2 && narrow[1] == 20));
}

}  // namespace holdout::update
