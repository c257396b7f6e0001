#include <holdout/update/landscapes.hpp>

#include <holdout/update/plain.hpp>

namespace holdout::update {
namespace {

template <class Function>
constexpr Landscape landscape() {
  return {Function::info, Function::minima, [](const Point2& at) { return Function::value(at[0], at[1]); },
          [](const Point2& at) {
            using D = Dual<double>;
            const auto slope = [&](double dx, double dy) { return Function::value(D(at[0], dx), D(at[1], dy)).d; };
            return Point2{slope(1, 0), slope(0, 1)};
          }};
}

template <class... Functions>
constexpr std::array<Landscape, sizeof...(Functions)> all(std::tuple<Functions...>*) {
  return {landscape<Functions>()...};
}

constexpr auto kLandscapes = all(static_cast<LandscapeTuple*>(nullptr));

}  // namespace

std::span<const Landscape> landscapes() { return kLandscapes; }

}  // namespace holdout::update
