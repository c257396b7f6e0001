// Functions of two parameters on which one sees what an update rule does. Each is a formula over a number type V,
// written once: its gradient comes from dual numbers. A new one is a struct and its name in LandscapeTuple.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <tuple>

#include <holdout/base/settings.hpp>

namespace holdout::update {

using Point2 = std::array<double, 2>;

struct Bowl {
  static constexpr Info info{"bowl", "(x² + y²)/2: the same curvature 1 everywhere; gd is stable for a rate below 2"};
  static constexpr std::array<Point2, 1> minima{{{0, 0}}};
  template <class V>
  static V value(V x, V y) {
    return V(0.5) * (x * x + y * y);
  }
};

struct ElongatedBowl {
  static constexpr Info info{"elongated_bowl", "(x² + 25 y²)/2: a ravine, 25 times as steep across as along",
                             "Goh, Why Momentum Really Works, Distill 2017: a convex quadratic of condition number 25"};
  static constexpr std::array<Point2, 1> minima{{{0, 0}}};
  template <class V>
  static V value(V x, V y) {
    return V(0.5) * (x * x + V(25.0) * y * y);
  }
};

struct Rosenbrock {
  static constexpr Info info{"rosenbrock", "(1 - x)² + 100 (y - x²)²: a bent ravine with a nearly flat floor",
                             "Rosenbrock, The Computer Journal 3, 1960, eq. 1"};
  static constexpr std::array<Point2, 1> minima{{{1, 1}}};
  template <class V>
  static V value(V x, V y) {
    const V along = V(1.0) - x, across = y - x * x;
    return along * along + V(100.0) * across * across;
  }
};

struct Beale {
  static constexpr Info info{"beale", "Σ (c_i - x (1 - y^i))², c = 1.5, 2.25, 2.625: plateaus between steep walls",
                             "Moré, Garbow and Hillstrom, ACM TOMS 7, 1981, problem 5"};
  static constexpr std::array<Point2, 1> minima{{{3, 0.5}}};
  template <class V>
  static V value(V x, V y) {
    const V one(1.0), a = V(1.5) - x * (one - y), b = V(2.25) - x * (one - y * y), c = V(2.625) - x * (one - y * y * y);
    return a * a + b * b + c * c;
  }
};

struct Himmelblau {
  static constexpr Info info{"himmelblau", "(x² + y - 11)² + (x + y² - 7)²: four minima of the same value",
                             "Himmelblau, Applied Nonlinear Programming, 1972"};
  // Roots of both brackets; all but the first are irrational, here to the last bit that Newton's method gives.
  static constexpr std::array<Point2, 4> minima{{{3, 2},
                                                 {-2.805118086952745, 3.131312518250573},
                                                 {-3.779310253377747, -3.2831859912861696},
                                                 {3.5844283403304917, -1.8481265269644036}}};
  template <class V>
  static V value(V x, V y) {
    const V a = x * x + y - V(11.0), b = x + y * y - V(7.0);
    return a * a + b * b;
  }
};

/// The list: a function is added here and nowhere else.
using LandscapeTuple = std::tuple<Bowl, ElongatedBowl, Rosenbrock, Beale, Himmelblau>;

/// A function of the list as the outside sees it. Its value at each of its minima is 0.
struct Landscape {
  Info info;
  std::span<const Point2> minima;
  double (*value)(const Point2& at);
  Point2 (*gradient)(const Point2& at);
};

std::span<const Landscape> landscapes();

}  // namespace holdout::update
