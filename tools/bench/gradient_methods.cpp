#include "gradient_methods.hpp"

#include <holdout/search/search.hpp>
#include <holdout/search/searchers.hpp>

namespace holdout::bench {
namespace {

using train::HyperWant;

constexpr double kSolved = 1e-7;  // relative error of E that grids and random searches solve to

// The search layer's objective, without a study around it.
class Answers final : public search::Objective {
 public:
  explicit Answers(GradientProblem& problem) : problem_(problem) {}
  std::vector<search::Evaluation> evaluate(std::span<const search::Request> requests) override {
    std::vector<search::Evaluation> out;
    for (const search::Request& request : requests) {
      const double l2 = std::get<double>(request.configuration.values[0].value());
      train::HyperStart start;
      if (!request.near.empty()) start.state = start_of(request, l2);
      const bool derivatives = request.want != search::Want::value, curvature = request.want == search::Want::curvature;
      auto d = problem_.solve(std::log(l2), request.fidelity.tolerance.value_or(0),
                              curvature     ? HyperWant::curvature
                              : derivatives ? HyperWant::gradient
                                            : HyperWant::value,
                              start);
      search::Evaluation e{.trial = static_cast<int>(starts_.size()), .value = d.value, .error_bound = d.error_bound};
      if (derivatives) e.gradient = {l2 * d.gradient[0]};
      if (curvature) e.curvature = {l2 * l2 * d.curvature[0] + l2 * d.gradient[0]};
      starts_.push_back({std::move(d.state), {l2}});
      out.push_back(std::move(e));
    }
    return out;
  }

 private:
  // θ as search::Near says.
  std::vector<double> start_of(const search::Request& request, double l2) const {
    std::vector<double> theta;
    for (const search::Near& near : request.near) {
      const train::HyperStart& from = starts_[static_cast<std::size_t>(near.trial)];
      const std::size_t n = from.state.size() / 2;  // θ and its tangent
      theta.resize(n);
      const double step = near.along * from.at[0] * std::log(l2 / from.at[0]);
      for (std::size_t p = 0; p < n; ++p) theta[p] += near.weight * from.state[p] + step * from.state[n + p];
    }
    return theta;
  }
  GradientProblem& problem_;
  std::vector<train::HyperStart> starts_;
};

void gradient(GradientProblem& problem, Seed seed) {
  search::Parameter l2{
      "model.l2", {}, search::Interval{.min = std::exp(kLow), .max = std::exp(kHigh), .log = true}, {}};
  const search::SearchSpace space({l2});
  search::SearcherChoice choice = search::searchers();
  select(choice, "gradient");
  Answers answers(problem);
  search::search(*choice.make(space, seed), answers, 1024);
}

// From the largest λ down, each solved from the one before, or each from zero.
template <int kPoints, bool kWarm>
void grid(GradientProblem& problem, Seed) {
  train::HyperStart start;
  for (int i = 0; i < kPoints; ++i) {
    const auto d = problem.solve(kHigh + (kLow - kHigh) * i / (kPoints - 1), kSolved, HyperWant::gradient, start);
    if (kWarm) start.state = d.state;
  }
}

void random(GradientProblem& problem, Seed seed) {
  Stream draws = stream(seed, "bench random");
  for (int i = 0; i < 50; ++i) problem.solve(kLow + (kHigh - kLow) * draws.uniform(), kSolved, HyperWant::value);
}

// Pedregosa, ICML 2016, algorithm 1, with the step sizes of the author's code (fabianp/hoag): 1/L, where L shrinks by
// 5 % while the error falls as the theory says, and doubles, the step taken back, where it rose by a fifth. Tolerances
// of the inner problem: 0.1 · 0.9^k, or 0.1/k². From three starts, as many steps as it takes, at most 100 each.
template <bool kQuadratic>
void hoag(GradientProblem& problem, Seed seed) {
  double at = kLow + (kHigh - kLow) * (0.25 + 0.5 * stream(seed, "bench hoag").uniform());
  double rate = 0, last = 0, last_tolerance = 0, moved = 0, from = at;
  train::HyperStart start;
  for (int k = 1; k <= 100; ++k) {
    const double tolerance = kQuadratic ? 0.1 / (k * k) : 0.1 * std::pow(0.9, k);
    const auto d = problem.solve(at, tolerance, HyperWant::gradient, start);
    start.state = d.state;
    const double slope = d.gradient[0] * std::exp(at);
    if (k == 1) {
      rate = std::abs(slope) > 1e-3 ? std::abs(slope) : 1;
    } else if (d.value <= last + tolerance / 4 + 1.25 * last_tolerance * moved - rate * moved * moved) {
      rate *= 0.95;
    } else if (d.value >= 1.2 * last) {
      rate *= 2, at = from;
    }
    last = d.value, last_tolerance = tolerance, from = at;
    at = std::clamp(at - slope / rate, kLow, kHigh);
    moved = std::abs(at - from);
    if (moved < 1e-9) break;
  }
}

}  // namespace

const std::vector<Method>& methods() {
  static const std::vector<Method> all = {
      {"gradient search", false, gradient},        {"grid 10, warm", false, grid<10, true>},
      {"grid 10, cold", false, grid<10, false>},   {"grid 50, warm", false, grid<50, true>},
      {"grid 50, cold", false, grid<50, false>},   {"grid 100, warm", false, grid<100, true>},
      {"grid 100, cold", false, grid<100, false>}, {"random 50", true, random},
      {"HOAG, exponential", true, hoag<false>},    {"HOAG, quadratic", true, hoag<true>},
  };
  return all;
}

void lane_grid(const GradientProblem& problem, int points) {
  std::vector<train::LaneConfig> lanes;
  for (int i = 0; i < points; ++i) {
    lanes.push_back(problem.lane(kLow + (kHigh - kLow) * i / (points - 1)));
    select(lanes.back().training.optimizer, "exact");
  }
  const auto trainer = train::make_trainer(problem.design(), problem.metric(), lanes, Seed{1}, 0);
  trainer->run_to({1, {}});
}

}  // namespace holdout::bench
