#include <holdout/update/landscapes.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string_view>

using namespace holdout;
using update::Landscape;
using update::Point2;

namespace {

const Landscape& landscape(std::string_view name) {
  for (const Landscape& l : update::landscapes())
    if (l.info.name == name) return l;
  throw std::invalid_argument("no such landscape");
}

}  // namespace

TEST_CASE("property: gradients of all landscapes agree with central differences") {
  for (const Landscape& l : update::landscapes()) {
    CAPTURE(l.info.name);
    for (const Point2& at : {Point2{-1.5, 2}, Point2{0.3, -0.7}, Point2{2.5, 0.25}, Point2{-3, -3.5}}) {
      const Point2 gradient = l.gradient(at);
      for (const std::size_t i : {0u, 1u}) {
        // Richardson: the error is O(h⁴); Beale's value is of degree 8.
        const auto central = [&](double h) {
          Point2 low = at, high = at;
          low[i] -= h, high[i] += h;
          return (l.value(high) - l.value(low)) / (2 * h);
        };
        const double h = 1e-3, differences = (4 * central(h / 2) - central(h)) / 3;
        CHECK(gradient[i] == doctest::Approx(differences).epsilon(1e-8));
      }
    }
  }
}

TEST_CASE("reference: at every minimum the value and the gradient are 0, and it is higher all around") {
  for (const Landscape& l : update::landscapes()) {
    CAPTURE(l.info.name);
    REQUIRE(!l.minima.empty());
    for (const Point2& at : l.minima) {
      CAPTURE(at[0]);
      CHECK(l.value(at) == doctest::Approx(0).epsilon(1e-25));
      // Coordinates are rounded to 2^-52: times a curvature below 200, that is what is left of the gradient.
      CHECK(std::hypot(l.gradient(at)[0], l.gradient(at)[1]) < 2e-13);
      for (int k = 0; k < 16; ++k)
        CHECK(l.value({at[0] + 1e-3 * std::cos(k * 0.3927), at[1] + 1e-3 * std::sin(k * 0.3927)}) > 1e-8);
    }
  }
}

TEST_CASE("reference: published values and minima") {
  // Rosenbrock 1960 and Moré, Garbow and Hillstrom 1981, problems 1 and 5: starts with their values.
  CHECK(landscape("rosenbrock").value({-1.2, 1}) == doctest::Approx(24.2).epsilon(1e-14));
  CHECK(landscape("beale").value({1, 1}) == doctest::Approx(14.203125).epsilon(1e-14));
  CHECK(landscape("bowl").value({3, 4}) == 12.5);
  CHECK(landscape("elongated_bowl").value({3, 4}) == 204.5);
  // Himmelblau 1972: the local maximum and the minima, to the printed digits.
  const Landscape& himmelblau = landscape("himmelblau");
  CHECK(himmelblau.value({0, 0}) == 170);
  CHECK(std::abs(himmelblau.value({-0.270845, -0.923039}) - 181.617) < 5e-4);
  const Point2 printed[] = {{3, 2}, {-2.805118, 3.131312}, {-3.779310, -3.283186}, {3.584428, -1.848126}};
  REQUIRE(himmelblau.minima.size() == std::size(printed));
  for (std::size_t i = 0; i < std::size(printed); ++i)
    for (const std::size_t k : {0u, 1u}) CHECK(std::abs(himmelblau.minima[i][k] - printed[i][k]) < 1e-6);
}
