#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

#include <holdout/base/random.hpp>

#include "update/lanes.hpp"
#include "update/plain_run.hpp"

namespace holdout::update {
namespace {

#define RULE_FN inline
#include "update/operations-inl.hpp"
#undef RULE_FN

constexpr int kSteps = 60;

bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

// The lanes of one test: each has its own rate, coefficients and gradients; tangents are followed from rates and the
// first coefficient.
struct Inputs {
  double rate[kLanes], c[kMaxFactors][kLanes], gradient[kSteps][kLanes];

  template <class Rule>
  explicit Inputs(const Arrays<Rule, double>& defaults) {
    Stream random = stream(Seed{7}, Rule::info.info.name);
    const auto table = Rule::info.coefficients;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      rate[lane] = 0.001 + 0.1 * random.uniform();
      for (std::size_t i = 0; i < table.size(); ++i)
        c[i][lane] = table[i].kind == Coefficient::Kind::flag
                         ? defaults.c[i]
                         : (defaults.c[i] > 0 ? defaults.c[i] : 0.01) * (0.5 + 0.5 * random.uniform());
      for (auto& row : gradient) row[lane] = random.normal() * std::exp(4 * random.normal());
    }
  }
};

struct Trajectory {
  double theta[kSteps][kLanes], tangent[kSteps][kLanes];
};

template <class T, class Kernel>
std::unique_ptr<Trajectory> in_lanes(const Inputs& in, std::size_t coefficients, Kernel kernel, bool dual) {
  struct Tables {
    Table<T> theta, gradient, state, factors;
    Table<double> rate, c, memory;
  };
  auto tables = std::make_unique<Tables>();
  auto& t = *tables;
  const std::size_t c_rows = std::max<std::size_t>(1, coefficients);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    t.theta.row[0][lane] = 1;
    t.rate.row[0][lane] = in.rate[lane], t.rate.row[1][lane] = 1;
    for (std::size_t i = 0; i < coefficients; ++i) t.c.row[i][lane] = in.c[i][lane];
    if (dual) t.c.row[c_rows][lane] = 1;
  }
  auto out = std::make_unique<Trajectory>();
  for (int step = 0; step < kSteps; ++step) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) t.gradient.row[0][lane] = static_cast<T>(in.gradient[step][lane]);
    kernel(LaneStep<T>{t.theta.row[0], t.gradient.row[0], t.state.row[0], t.factors.row[0], t.rate.row[0], t.c.row[0],
                       t.memory.row[0]});
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      out->theta[step][lane] = static_cast<double>(t.theta.row[0][lane]);
      out->tangent[step][lane] = static_cast<double>(t.theta.row[1][lane]);
    }
  }
  return out;
}

// θ in each step of one lane, in plain doubles or dual numbers of them.
template <class Rule, class V, class Note>
void plainly(const Inputs& in, std::size_t lane, V rate, V first, Note note) {
  Arrays<Rule, V> a;
  for (std::size_t i = 0; i < Rule::info.coefficients.size(); ++i) a.c[i] = V(in.c[i][lane]);
  if constexpr (Rule::info.coefficients.size() > 0) a.c[0] = first;
  V theta(1.0), state[RuleSizes<Rule>::states] = {};
  for (int step = 0; step < kSteps; ++step) {
    Rule::begin_step(rate, a.c, a.memory, a.k);
    Rule::step(theta, V(in.gradient[step][lane]), state, a.k);
    note(step, theta);
  }
}

std::size_t differences(const Trajectory& a, const Trajectory& b, bool tangents) {
  std::size_t n = 0;
  for (int step = 0; step < kSteps; ++step)
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      n += !same(a.theta[step][lane], b.theta[step][lane]);
      if (tangents) n += !same(a.tangent[step][lane], b.tangent[step][lane]);
    }
  return n;
}

template <class Rule>
void compare(std::size_t index, const Arrays<Rule, double>& convention) {
  const std::size_t coefficients = Rule::info.coefficients.size();
  const Inputs in(convention);
  Trajectory plain = {}, dual = {};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const double first = coefficients > 0 ? in.c[0][lane] : 0;
    plainly<Rule>(in, lane, in.rate[lane], first, [&](int t, double theta) { plain.theta[t][lane] = theta; });
    plainly<Rule>(in, lane, Dual<double>(in.rate[lane], 1), Dual<double>(first, 1),
                  [&](int t, Dual<double> theta) { dual.theta[t][lane] = theta.a, dual.tangent[t][lane] = theta.d; });
  }
  CHECK(differences(plain, dual, false) == 0);

  std::unique_ptr<Trajectory> floats;
  REQUIRE(targets().size() > 1);
  for (const std::int64_t target : targets()) {
    CAPTURE(target);
    force_target(target);
    const auto f64 = [&](const LaneStep<double>& q) { lane_step(index, q); };
    const auto f32 = [&](const LaneStep<float>& q) { lane_step(index, q); };
    const auto tangents = [&](const LaneStep<double>& q) { dual_lane_step(index, q); };
    CHECK(differences(plain, *in_lanes<double>(in, coefficients, f64, false), false) == 0);
    CHECK(differences(dual, *in_lanes<double>(in, coefficients, tangents, true), true) == 0);
    auto other = in_lanes<float>(in, coefficients, f32, false);
    if (!floats)
      floats = std::move(other);
    else
      CHECK(differences(*floats, *other, false) == 0);
  }
  force_target(0);
  // Rounding errors of θ in 60 steps of size up to |g| rate, in units of the largest θ that the lane had.
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    double largest = 1;
    for (const auto& row : plain.theta) largest = std::max(largest, std::abs(row[lane]));
    CHECK(std::abs(floats->theta[kSteps - 1][lane] - plain.theta[kSteps - 1][lane]) <= 1e-4 * largest);
  }
}

}  // namespace

TEST_CASE("property: plain, dual and lanes of every SIMD target give the same bits") {
  std::size_t index = 0;
  for_each_rule([&](auto rule) {
    using Rule = decltype(rule);
    CAPTURE(Rule::info.info.name);
    for_each_convention<Rule>([&](const Arrays<Rule, double>& a) { compare(index, a); });
    ++index;
  });
  CHECK(index == std::tuple_size_v<RuleTuple>);
}

TEST_CASE("property: operations on lanes are those on doubles, zeros and infinities included") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const double special[] = {0.0, -0.0, 1.0, -1.0, 0.1, -3.7, 1e300, -1e-300, 5e-324, inf, -inf, std::nan("")};
  std::vector<std::array<double, 3>> inputs;
  for (const double a : special)
    for (const double b : special)
      for (const double c : special) inputs.push_back({a, b, c});
  Stream random = stream(Seed{1}, "operations");
  while (inputs.size() % kLanes != 0 || inputs.size() < 20000)
    inputs.push_back({random.normal(), random.normal(), random.normal()});

  for (const std::int64_t target : targets()) {
    force_target(target);
    std::size_t wrong = 0;
    for (std::size_t from = 0; from < inputs.size(); from += kLanes) {
      alignas(64) double abc[3][kLanes], out[kOperations][kLanes];
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        for (std::size_t k = 0; k < 3; ++k) abc[k][lane] = inputs[from + lane][k];
      lane_operations(abc[0], abc[1], abc[2], out[0]);
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        double plain[kOperations];
        all_operations(abc[0][lane], abc[1][lane], abc[2][lane], plain);
        for (std::size_t i = 0; i < kOperations; ++i) {
          if (i == kMaxOperation && (std::isnan(abc[0][lane]) || std::isnan(abc[1][lane]))) continue;  // unspecified
          // Which NaN it is, is nobody's business.
          wrong += !same(plain[i], out[i][lane]) && !(std::isnan(plain[i]) && std::isnan(out[i][lane]));
        }
      }
    }
    CAPTURE(target);
    CHECK(wrong == 0);
  }
  force_target(0);
}

}  // namespace holdout::update
