// The kernels of hidden layers, on every target: products against chains of fused operations, activations against the C
// library.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/train/activation.hpp>
#include <holdout/train/cpu.hpp>

#include "kernels.hpp"
#include "support/lane_results.hpp"

namespace holdout::train {
namespace {

template <class F>
void on_every_target(F f) {
  for (const std::int64_t target : simd_targets()) {
    force_simd_target(target);
    CAPTURE(std::string(simd_target()));
    f(target == simd_targets().back());
    force_simd_target(0);
  }
}

template <class T>
LaneTable<T> random_table(const char* name, std::size_t rows, std::size_t lanes) {
  LaneTable<T> table(rows, lanes);
  Stream draw = stream(Seed{4}, name);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t lane = 0; lane < lanes; ++lane) table.at(r, lane) = static_cast<T>(draw.normal());
  return table;
}

struct Size {
  std::size_t rows, columns, depth, lanes;
};

// Tiles that end inside the table on each side, and depths of more than one panel.
constexpr Size kSizes[] = {{1, 1, 1, 1},   {4, 6, 8, 8},    {5, 7, 3, 3},
                           {7, 15, 65, 9}, {11, 9, 400, 2}, {3, 13, 1000, 20}};

}  // namespace

TEST_CASE_TEMPLATE("reference: products are fused chains in order, from what is there", T, double, float) {
  on_every_target([](bool unfused) {
    for (const Size& s : kSizes)
      for (const int from : {0, 1, 2}) {  // nothing, a row of its own for all, the result itself
        CAPTURE(s.depth);
        CAPTURE(from);
        const LaneTable<T> a = random_table<T>("a", s.rows * s.depth, s.lanes);
        const LaneTable<T> b = random_table<T>("b", s.depth * s.columns, s.lanes);  // [k][q]: the other way round
        const LaneTable<T> bias = random_table<T>("bias", s.columns, s.lanes);
        LaneTable<T> out = random_table<T>("out", s.rows * s.columns, s.lanes);
        const LaneTable<T> before = out;
        const std::size_t stride = a.stride();
        const T* start = from == 0 ? nullptr : from == 1 ? bias.row(0) : out.row(0);
        product(ProductPass<T>{a.row(0), s.depth * stride, stride, b.row(0), stride, s.columns * stride, out.row(0),
                               s.columns * stride, stride, start, from == 1 ? 0 : s.columns * stride, stride, s.rows,
                               s.columns, s.depth, stride});
        bool same = true;
        for (std::size_t p = 0; p < s.rows; ++p)
          for (std::size_t q = 0; q < s.columns; ++q)
            for (std::size_t lane = 0; lane < s.lanes; ++lane) {
              T sum = from == 0 ? T(0) : from == 1 ? bias.at(q, lane) : before.at(p * s.columns + q, lane);
              double size = std::abs(static_cast<double>(sum));
              for (std::size_t k = 0; k < s.depth; ++k) {
                const T x = a.at(p * s.depth + k, lane), y = b.at(k * s.columns + q, lane);
                sum = std::fma(x, y, sum), size += std::abs(static_cast<double>(x * y));
              }
              const T found = out.at(p * s.columns + q, lane);
              const double apart = std::abs(static_cast<double>(found) - static_cast<double>(sum));
              const double depth = static_cast<double>(s.depth);
              same = same && (unfused ? apart <= depth * std::numeric_limits<T>::epsilon() * size : found == sum);
            }
        CHECK(same);
      }
  });
}

// Rows in random order; both ways round, as the first layer's scores and gradients take them.
TEST_CASE_TEMPLATE("property: data in the place of a table is a table whose lanes are equal", T, double, float) {
  constexpr std::size_t kRows = 90, kFeatures = 37, kUnits = 13, kLanes = 9;
  const LaneTable<T> values = random_table<T>("data", kRows * kFeatures, 1);
  const std::vector<std::uint32_t> order = stream(Seed{6}, "rows").permutation(kRows);
  std::vector<T> x(kRows * kFeatures);
  LaneTable<T> table(kRows * kFeatures, kLanes);
  for (std::size_t i = 0; i < kRows; ++i)
    for (std::size_t j = 0; j < kFeatures; ++j) {
      x[order[i] * kFeatures + j] = values.at(i * kFeatures + j, 0);
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        table.at(i * kFeatures + j, lane) = values.at(i * kFeatures + j, 0);
    }
  const std::size_t stride = table.stride();
  on_every_target([&](bool) {
    for (const bool transposed : {false, true}) {
      const std::size_t rows = transposed ? kFeatures : kRows, depth = transposed ? kRows : kFeatures;
      const LaneTable<T> b = random_table<T>("units", kUnits * depth, kLanes);
      LaneTable<T> of_table(rows * kUnits, kLanes), of_data = of_table;
      ProductPass<T> pass{table.row(0),
                          transposed ? stride : kFeatures * stride,
                          transposed ? kFeatures * stride : stride,
                          b.row(0),
                          depth * stride,
                          stride,
                          of_table.row(0),
                          kUnits * stride,
                          stride,
                          nullptr,
                          0,
                          0,
                          rows,
                          kUnits,
                          depth,
                          stride};
      product(pass);
      pass.a = nullptr, pass.out = of_data.row(0), pass.transposed = transposed;
      pass.x = Rows<T>{x.data(), kFeatures, order.data(), kRows, 0};
      product(pass);
      bool same = true;
      for (std::size_t r = 0; r < of_table.rows(); ++r)
        for (std::size_t lane = 0; lane < kLanes; ++lane) same = same && of_table.at(r, lane) == of_data.at(r, lane);
      CAPTURE(transposed);
      CHECK(same);
    }
  });
}

TEST_CASE_TEMPLATE("reference: activations and their slopes", T, double, float) {
  const double unit = std::numeric_limits<T>::epsilon(), tiny = std::numeric_limits<T>::min();
  std::vector<T> points{0, T(1e-30), T(-1e-30), T(1e-9), T(-1e-9), 800, -800, T(1e30), T(-1e30)};
  for (int i = -320; i <= 320; ++i) points.push_back(static_cast<T>(i) / 8);
  on_every_target([&](bool) {
    for (std::size_t k = 0; k < activations().size(); ++k) {
      const std::string name(activations()[k].name);
      LaneTable<T> table(1, points.size());
      for (std::size_t i = 0; i < points.size(); ++i) table.at(0, i) = points[i];
      activate(k, ActivationPass<T>{table.row(0), nullptr, table.stride(), table.stride()});
      LaneTable<T> slopes = table, threes(1, points.size());
      for (std::size_t i = 0; i < points.size(); ++i) threes.at(0, i) = 3;
      activation_slopes(k, ActivationPass<T>{slopes.row(0), threes.row(0), table.stride(), table.stride()});
      for (std::size_t i = 0; i < points.size(); ++i) {
        const long double z = points[i], e = std::exp(-std::abs(z));
        long double value = z, slope = 1;
        if (name == "relu") value = z > 0 ? z : 0, slope = z > 0 ? 1 : 0;
        if (name == "tanh") value = std::tanh(z), slope = 1 - value * value;
        if (name == "sigmoid") value = (z > 0 ? 1 : e) / (1 + e), slope = e / (1 + e) / (1 + e);
        CAPTURE(name);
        CAPTURE(points[i]);
        CHECK(std::abs(static_cast<long double>(table.at(0, i)) - value) <= 6 * unit * std::abs(value) + tiny);
        // From φ rounded: where φ is near ±1, its slope has the rounding of φ.
        CHECK(std::abs(static_cast<long double>(slopes.at(0, i)) - 3 * slope) <= 12 * unit);
      }
    }
  });
}

// A lane that has diverged must not look well: relu of a NaN is no 0.
TEST_CASE_TEMPLATE("hostile: what is not a number stays so", T, double, float) {
  on_every_target([](bool) {
    for (std::size_t k = 0; k < activations().size(); ++k) {
      LaneTable<T> table(1, 2);
      table.at(0, 0) = std::numeric_limits<T>::quiet_NaN(), table.at(0, 1) = -std::numeric_limits<T>::quiet_NaN();
      activate(k, ActivationPass<T>{table.row(0), nullptr, table.stride(), table.stride()});
      CAPTURE(std::string(activations()[k].name));
      CHECK(std::isnan(table.at(0, 0)));
      CHECK(std::isnan(table.at(0, 1)));
    }
  });
}

}  // namespace holdout::train
