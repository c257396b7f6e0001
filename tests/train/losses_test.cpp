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

constexpr double kCoefficient = 0.75;  // of losses that have one

template <class T>
struct Answer {
  std::vector<double> loss;
  std::vector<T> slopes;  // [output][lane]
};

/// Loss and slopes of one row whose lanes have the given scores [output][lane].
template <class T>
Answer<T> ask(std::size_t kind, const std::vector<std::vector<T>>& scores, T y, double share = 1) {
  const std::size_t lanes = scores[0].size(), stride = lane_stride<T>(lanes);
  LaneTable<T> table(scores.size(), lanes);
  for (std::size_t k = 0; k < scores.size(); ++k)
    for (std::size_t lane = 0; lane < lanes; ++lane) table.at(k, lane) = scores[k][lane];
  AlignedVector<double> losses(stride);
  LaneTable<T> coefficients(1, lanes);
  for (std::size_t lane = 0; lane < stride; ++lane) *(coefficients.row(0) + lane) = kCoefficient;
  loss(kind,
       LossPass<T>{table.row(0), 1, scores.size(), stride, nullptr, &y, share, losses.data(), coefficients.row(0)});
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

/// The losses that have one score.
std::vector<std::size_t> one_score() {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < losses().size(); ++i)
    if (losses()[i].classes != Classes::any) all.push_back(i);
  return all;
}

/// L as a textbook has it.
long double textbook(std::string_view name, long double f, long double y) {
  const long double r = std::abs(f - y), gap = std::max(0.0L, 1 - y * f), c = kCoefficient;
  if (name == "squared") return r * r / 2;
  if (name == "absolute") return r;
  if (name == "huber") return r <= c ? r * r / 2 : c * (r - c / 2);
  if (name == "pinball") return f < y ? c * r : (1 - c) * r;
  if (name == "poisson") return std::exp(f) - y * f;
  if (name == "logistic") return std::log1p(std::exp(-y * f));
  if (name == "hinge") return gap;
  if (name == "squared_hinge") return gap * gap;
  FAIL("no formula for this loss: ", std::string(name));
  return 0;
}

TEST_CASE_TEMPLATE("closed form: losses are their textbook formulas, slopes their differences", T, double, float) {
  const long double unit = std::numeric_limits<T>::epsilon(), h = 1e-6L;
  std::vector<T> scores;
  for (int i = -40; i <= 40; ++i) scores.push_back(static_cast<T>(i) / 8 + T(0.01));
  on_every_target([&] {
    for (const std::size_t kind : one_score()) {
      const std::string name(losses()[kind].info.name);
      CAPTURE(name);
      for (const T y : {T(1), losses()[kind].link == Link::log ? T(3) : T(-1)}) {
        const auto answer = ask<T>(kind, {scores}, y);
        for (std::size_t i = 0; i < scores.size(); ++i) {
          CAPTURE(scores[i]);
          const long double f = scores[i], value = textbook(name, f, y);
          const long double slope = (textbook(name, f + h, y) - textbook(name, f - h, y)) / (2 * h);
          CHECK(std::abs(static_cast<long double>(answer.loss[i]) - value) <= 40 * unit * (1 + std::abs(value)));
          CHECK(std::abs(static_cast<long double>(answer.slopes[i]) - slope) <=
                (40 * unit + 1e-9L) * (1 + std::abs(value)));
        }
      }
    }
  });
}

// What a solver and `learning_rate: auto` take on trust.
TEST_CASE("losses keep what they say of their curvature") {
  for (const std::size_t kind : one_score()) {
    const LossInfo& info = losses()[kind];
    CAPTURE(info.info.name);
    double most = 0, least = std::numeric_limits<double>::infinity();
    std::vector<double> scores;
    for (int i = -4000; i <= 4000; ++i) scores.push_back(i / 500.0 + 1e-4);
    const auto slopes = ask<double>(kind, {scores}, 1).slopes;
    for (std::size_t i = 1; i < slopes.size(); ++i) {
      const double curvature = (slopes[i] - slopes[i - 1]) / (scores[i] - scores[i - 1]);
      most = std::max(most, curvature), least = std::min(least, curvature);
    }
    CHECK(most <= info.curvature * (1 + 1e-9));
    if (std::isfinite(info.curvature)) CHECK(most >= 0.99 * info.curvature);
    CHECK(least >= -1e-9);  // convex
    if (info.quadratic) CHECK(least == doctest::Approx(most).epsilon(1e-9));
    if (!info.smooth) CHECK(most >= 100);  // the jump
  }
}

TEST_CASE_TEMPLATE("closed form: logistic loss over the whole range of margins", T, double, float) {
  const double unit = std::numeric_limits<T>::epsilon(), tiny = std::numeric_limits<T>::min();
  std::vector<T> scores{0, -0.0, 800, -800, T(1e30), T(-1e30), T(1e-30), T(-1e-30)};
  for (int i = -160; i <= 160; ++i) scores.push_back(static_cast<T>(i) / 4);
  on_every_target([&] {
    for (const T y : {T(1), T(-1)}) {
      const auto answer = ask<T>(find_loss("logistic"), {scores}, y, 0.5);
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
    const auto answer = ask<T>(find_loss("softmax"), scores, 1);
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
      for (const std::size_t kind : one_score()) {
        const auto answer = ask<T>(kind, {{nan, -nan, -y * inf}}, y);
        CAPTURE(losses()[kind].info.name);
        CHECK(std::isnan(answer.loss[0]));
        CHECK(std::isnan(answer.loss[1]));
        if (losses()[kind].link != Link::log) CHECK(answer.loss[2] == std::numeric_limits<double>::infinity());
        CHECK(std::isnan(answer.slopes[0]));
        CHECK(std::isnan(answer.slopes[1]));
      }
    for (const T y : {T(0), T(1), T(2)}) {
      const auto answer = ask<T>(find_loss("softmax"), {{nan, 1, 1}, {1, nan, 1}, {1, 1, nan}}, y);
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
