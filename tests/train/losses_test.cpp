// The loss kernel at its ends: margins of ±800, equal scores, scores that are not numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <holdout/train/cpu.hpp>

#include "kernels.hpp"
#include "support/lane_results.hpp"

namespace holdout::train {
namespace {

template <class T>
struct Answer {
  std::vector<double> loss;
  std::vector<T> slopes;  // [output][lane]
};

/// Loss and slopes of one row whose lanes have the given scores [output][lane].
template <class T>
Answer<T> ask(LossKind kind, const std::vector<std::vector<T>>& scores, T y, double share = 1) {
  const std::size_t lanes = scores[0].size(), stride = lane_stride<T>(lanes);
  LaneTable<T> table(scores.size(), lanes);
  for (std::size_t k = 0; k < scores.size(); ++k)
    for (std::size_t lane = 0; lane < lanes; ++lane) table.at(k, lane) = scores[k][lane];
  AlignedVector<double> losses(stride);
  loss(kind, LossPass<T>{table.row(0), 1, scores.size(), stride, nullptr, &y, share, losses.data()});
  Answer<T> answer;
  answer.loss.assign(losses.begin(), losses.begin() + static_cast<std::ptrdiff_t>(lanes));
  for (std::size_t k = 0; k < scores.size(); ++k)
    for (std::size_t lane = 0; lane < lanes; ++lane) answer.slopes.push_back(table.at(k, lane));
  return answer;
}

template <class F>
void on_every_target(F f) {
  for (const std::int64_t target : simd_targets()) {
    force_simd_target(target);
    CAPTURE(std::string(simd_target()));
    f();
    force_simd_target(0);
  }
}

TEST_CASE_TEMPLATE("closed form: logistic loss over the whole range of margins", T, double, float) {
  const double unit = std::numeric_limits<T>::epsilon(), tiny = std::numeric_limits<T>::min();
  std::vector<T> scores{0, -0.0, 800, -800, T(1e30), T(-1e30), T(1e-30), T(-1e-30)};
  for (int i = -160; i <= 160; ++i) scores.push_back(static_cast<T>(i) / 4);
  on_every_target([&] {
    for (const T y : {T(1), T(-1)}) {
      const auto answer = ask<T>(LossKind::logistic, {scores}, y, 0.5);
      for (std::size_t i = 0; i < scores.size(); ++i) {
        const long double m = static_cast<long double>(y) * static_cast<long double>(scores[i]);
        const long double expected = m < -11000 ? -m : std::log1p(std::exp(-m));  // e^11356 overflows long double
        const long double slope = m > 11000 ? 0 : -0.5L * static_cast<long double>(y) / (1 + std::exp(m));
        CAPTURE(scores[i]);
        CHECK(std::abs(static_cast<long double>(answer.loss[i]) - expected) <= 5 * unit * expected + tiny);
        CHECK(std::abs(static_cast<long double>(answer.slopes[i]) - slope) <= 5 * unit * std::abs(slope) + tiny);
      }
      CHECK(answer.loss[y > 0 ? 3 : 2] == 800);
      CHECK(answer.loss[y > 0 ? 2 : 3] == 0);
      CHECK(answer.slopes[y > 0 ? 3 : 2] == -y / 2);
    }
  });
}

TEST_CASE_TEMPLATE("closed form: softmax at extreme and at equal scores", T, double, float) {
  on_every_target([] {
    const std::vector<std::vector<T>> scores{{800, 5, -800, T(1e30)}, {-800, 5, -800, T(-1e30)}, {0, 5, -800, 0}};
    const auto answer = ask<T>(LossKind::softmax, scores, 1);
    CHECK(answer.loss[0] == 1600);
    CHECK(answer.loss[1] == doctest::Approx(std::log(3.0)).epsilon(2 * std::numeric_limits<T>::epsilon()));
    CHECK(answer.loss[2] == answer.loss[1]);
    CHECK(answer.loss[3] == static_cast<double>(T(2e30)));
    const std::vector<T> expected{1, T(1) / 3, T(1) / 3, 1, -1, T(-2) / 3, T(-2) / 3, -1, 0, T(1) / 3, T(1) / 3, 0};
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(i);
      CHECK(std::abs(answer.slopes[i] - expected[i]) <= 2 * std::numeric_limits<T>::epsilon());
    }
  });
}

// A training that diverges must be seen to: a score that is not a number may not become a loss that is.
TEST_CASE_TEMPLATE("hostile: a score that is not a number has no loss and no slope", T, double, float) {
  const T nan = std::numeric_limits<T>::quiet_NaN(), inf = std::numeric_limits<T>::infinity();
  on_every_target([&] {
    for (const T y : {T(1), T(-1)})
      for (const LossKind kind : {LossKind::squared, LossKind::logistic}) {
        const auto answer = ask<T>(kind, {{nan, -nan, -y * inf}}, y);
        CAPTURE(static_cast<int>(kind));
        CHECK(std::isnan(answer.loss[0]));
        CHECK(std::isnan(answer.loss[1]));
        CHECK(answer.loss[2] == std::numeric_limits<double>::infinity());
        CHECK(std::isnan(answer.slopes[0]));
        CHECK(std::isnan(answer.slopes[1]));
      }
    for (const T y : {T(0), T(1), T(2)}) {
      const auto answer = ask<T>(LossKind::softmax, {{nan, 1, 1}, {1, nan, 1}, {1, 1, nan}}, y);
      for (std::size_t lane = 0; lane < 3; ++lane) {
        CAPTURE(y);
        CAPTURE(lane);
        CHECK(std::isnan(answer.loss[lane]));
      }
      for (const T slope : answer.slopes) CHECK(std::isnan(slope));
    }
  });
}

}  // namespace
}  // namespace holdout::train
