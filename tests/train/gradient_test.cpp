#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <holdout/train/cpu.hpp>

#include "kernels.hpp"
#include "models/linear.hpp"
#include "objective.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

const std::size_t kKinds[] = {find_loss("squared"), find_loss("logistic"), find_loss("softmax")};

/// Rows for one loss, parameters of a few lanes, and the sums over them.
template <class T>
struct Problem {
  std::size_t kind;
  std::size_t features = 5, outputs, lanes = 3;
  Part<T> part;
  LinearModel<T> model;
  LaneTable<T> theta, gradient;

  Problem(std::size_t k, std::size_t n)
      : kind(k), outputs(k == find_loss("softmax") ? 4 : 1), model(features, outputs) {
    Stream draw = stream(Seed{21}, "gradient test", static_cast<std::uint64_t>(k));
    part.n = n;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < features; ++j) part.x.push_back(static_cast<T>(draw.normal()));
      part.y.push_back(kind == find_loss("squared")    ? static_cast<T>(draw.normal())
                       : kind == find_loss("logistic") ? (draw.uniform() < 0.5 ? T(-1) : T(1))
                                                       : static_cast<T>(draw.below(outputs)));
    }
    theta = gradient = LaneTable<T>(model.parameters(), lanes);
    for (std::size_t r = 0; r < theta.rows(); ++r)
      for (std::size_t lane = 0; lane < lanes; ++lane) theta.at(r, lane) = static_cast<T>(draw.normal());
  }

  std::vector<double> mean(const std::uint32_t* order, std::size_t n) {
    std::vector<double> losses;
    LossSum<T>(model, kind, part, features).mean(theta, {order, n, 0}, gradient, &losses);
    return losses;
  }

  // Loss and gradient of one lane as the formulas say it, row after row, in long double.
  std::vector<long double> naive(const std::uint32_t* order, std::size_t n, std::size_t lane, long double& loss) const {
    std::vector<long double> g(model.parameters()), f(outputs), slope(outputs);
    loss = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t row = order ? order[i] : i;
      const T* x = part.x.data() + row * features;
      const long double y = part.y[row];
      for (std::size_t k = 0; k < outputs; ++k) {
        f[k] = theta.at(outputs * features + k, lane);
        for (std::size_t j = 0; j < features; ++j)
          f[k] += static_cast<long double>(x[j]) * static_cast<long double>(theta.at(k * features + j, lane));
      }
      if (kind == find_loss("squared")) loss += (y - f[0]) * (y - f[0]) / 2, slope[0] = f[0] - y;
      if (kind == find_loss("logistic"))
        loss += std::log1p(std::exp(-y * f[0])), slope[0] = -y / (1 + std::exp(y * f[0]));
      if (kind == find_loss("softmax")) {
        long double sum = 0;
        for (const long double s : f) sum += std::exp(s);
        loss += std::log(sum) - f[static_cast<std::size_t>(y)];
        for (std::size_t k = 0; k < outputs; ++k)
          slope[k] = std::exp(f[k]) / sum - (k == static_cast<std::size_t>(y) ? 1 : 0);
      }
      for (std::size_t k = 0; k < outputs; ++k) {
        for (std::size_t j = 0; j < features; ++j) g[k * features + j] += slope[k] * static_cast<long double>(x[j]);
        g[outputs * features + k] += slope[k];
      }
    }
    loss /= static_cast<long double>(n);
    for (long double& v : g) v /= static_cast<long double>(n);
    return g;
  }
};

TEST_CASE("differences: the gradient is the derivative of the loss") {
  const std::vector<std::uint32_t> order = stream(Seed{1}, "some rows").permutation(200);
  for (const std::size_t kind : kKinds)
    for (const bool subset : {false, true}) {
      Problem<double> p(kind, 200);
      const std::uint32_t* rows = subset ? order.data() : nullptr;
      const std::size_t n = subset ? 77 : 200;
      p.mean(rows, n);
      const LaneTable<double> gradient = p.gradient;
      for (std::size_t r = 0; r < p.theta.rows(); ++r)
        for (std::size_t lane = 0; lane < p.lanes; ++lane) {
          const double at = p.theta.at(r, lane);
          const auto difference = [&](double h) {
            p.theta.at(r, lane) = at + h;
            const double above = p.mean(rows, n)[lane];
            p.theta.at(r, lane) = at - h;
            const double below = p.mean(rows, n)[lane];
            p.theta.at(r, lane) = at;
            return (above - below) / (2 * h);
          };
          // Richardson: the h² terms cancel; what is left is h⁴ ≈ 1e-12 and rounding, 1e-16 / h.
          const double expected = (4 * difference(5e-4) - difference(1e-3)) / 3;
          CAPTURE(static_cast<int>(kind));
          CAPTURE(r);
          CHECK(std::abs(gradient.at(r, lane) - expected) < 1e-11);
        }
    }
}

// Blocks of 1024 rows are joined pairwise: row counts around their ends, and chunks that end inside them.
TEST_CASE_TEMPLATE("reference: sums over many rows are those of long double", T, double, float) {
  const double unit = std::numeric_limits<T>::epsilon();
  for (const std::size_t kind : kKinds) {
    Problem<T> p(kind, 5000);
    const auto order = stream(Seed{2}, "all rows").permutation(5000);
    for (const std::size_t n : {1u, 11u, 1023u, 1024u, 1025u, 2048u, 2049u, 3072u, 3073u, 5000u})
      for (const std::uint32_t* rows : {static_cast<const std::uint32_t*>(nullptr), order.data()}) {
        const auto losses = p.mean(rows, n);
        for (std::size_t lane = 0; lane < p.lanes; ++lane) {
          long double loss = 0;
          const auto g = p.naive(rows, n, lane, loss);
          CAPTURE(n);
          CAPTURE(static_cast<int>(kind));
          // A score is a chain of 5 products of size 1 … 10, slopes are at most as large: some 30 roundings a term. The
          // chain over a block adds up to 1024 more, but they go up and down.
          CHECK(std::abs(losses[lane] - static_cast<double>(loss)) <= 60 * unit * static_cast<double>(loss) + unit);
          for (std::size_t r = 0; r < g.size(); ++r)
            CHECK(std::abs(static_cast<double>(p.gradient.at(r, lane)) - static_cast<double>(g[r])) <= 200 * unit);
        }
      }
  }
}

TEST_CASE("a sum object serves tables of any width, one after the other") {
  Problem<double> p(find_loss("logistic"), 3000);
  LossSum<double> sum(p.model, p.kind, p.part, p.features);
  std::vector<double> first, again;
  sum.mean(p.theta, {nullptr, 3000, 0}, p.gradient, &first);
  const LaneTable<double> before = p.gradient;
  const std::size_t width = 40;
  LaneTable<double> wide(p.theta.rows(), width), wide_gradient(p.theta.rows(), width);
  sum.mean(wide, {nullptr, 3000, 0}, wide_gradient, &again);
  CHECK(again[width - 1] == doctest::Approx(std::log(2.0)).epsilon(1e-14));  // log 2 at θ = 0
  sum.mean(p.theta, {nullptr, 3000, 0}, p.gradient, nullptr);
  for (std::size_t r = 0; r < before.rows(); ++r)
    for (std::size_t lane = 0; lane < p.lanes; ++lane) CHECK(p.gradient.at(r, lane) == before.at(r, lane));
}

TEST_CASE_TEMPLATE("closed form: the penalty leaves intercepts alone", T, double, float) {
  const auto design = testing::toy_design<T>(Seed{6}, "linear", 60, 4);
  const std::vector<double> start{0.5, -1, 2, 0.25, 3};
  std::vector<LaneConfig> lanes;
  for (const double l2 : {0.0, 8.0}) lanes.push_back(testing::lane("linear", "gd", 0.0625, l2, 0, 1));
  const std::vector<std::vector<double>> starts(2, start);
  const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0, starts);
  trainer->run_to({1});
  const auto results = trainer->results();
  // One step: γ λ θ = θ / 2 more for every weight.
  for (std::size_t j = 0; j < 4; ++j)
    CHECK(results[0].theta[j] - results[1].theta[j] ==
          doctest::Approx(start[j] / 2).epsilon(20 * std::numeric_limits<T>::epsilon()));
  CHECK(results[0].theta[4] == results[1].theta[4]);
}

}  // namespace
}  // namespace holdout::train
