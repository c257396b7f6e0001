// Second derivatives come from dual numbers: a Hessian-vector product is the tangent of the gradient.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <Eigen/Core>

#include <holdout/train/plain_losses.hpp>

#include "models/linear.hpp"
#include "objective.hpp"
#include "support/algebra.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

using update::Dual;
using Number = Dual<double>;

constexpr std::size_t kRows = 400, kFeatures = 6;
constexpr double kL2 = 0.07;

/// ∇²J(θ) v: the gradient's own lines over dual numbers, the tangent of θ being v.
template <class Loss>
Eigen::VectorXd tangent_of_gradient(const Part<double>& part, const Eigen::VectorXd& theta, const Eigen::VectorXd& v) {
  std::vector<Number> g(kFeatures + 1);
  const Number share(1.0 / static_cast<double>(part.n));
  const auto parameter = [&](std::size_t j) {
    return Number(theta[static_cast<Eigen::Index>(j)], v[static_cast<Eigen::Index>(j)]);
  };
  for (std::size_t i = 0; i < part.n; ++i) {
    Number f = parameter(kFeatures);
    for (std::size_t j = 0; j < kFeatures; ++j) f = mul_add(Number(part.x[i * kFeatures + j]), parameter(j), f);
    const Number slope = share * Loss::slope(f, Number(part.y[i]), Number(0.0));
    for (std::size_t j = 0; j < kFeatures; ++j) g[j] = mul_add(Number(part.x[i * kFeatures + j]), slope, g[j]);
    g[kFeatures] = g[kFeatures] + slope;
  }
  for (std::size_t j = 0; j < kFeatures; ++j) g[j] = mul_add(Number(kL2), parameter(j), g[j]);
  Eigen::VectorXd out(kFeatures + 1);
  for (std::size_t j = 0; j <= kFeatures; ++j) out[static_cast<Eigen::Index>(j)] = g[j].d;
  return out;
}

/// Points to take it at: 0, where every training starts and |margin| has a kink, a usual one, and one far out.
std::vector<Eigen::VectorXd> points() {
  Stream draw = stream(Seed{41}, "points");
  Eigen::VectorXd theta(kFeatures + 1);
  for (double& t : theta) t = draw.normal();
  return {Eigen::VectorXd::Zero(kFeatures + 1), theta, 30 * theta};
}

Eigen::VectorXd direction() {
  Stream draw = stream(Seed{41}, "direction");
  Eigen::VectorXd v(kFeatures + 1);
  for (double& t : v) t = draw.normal();
  return v;
}

TEST_CASE("closed form: the Hessian of logistic regression is XᵀDX + λ") {
  const auto design = testing::toy_design<double>(Seed{40}, "logistic", kRows, kFeatures);
  const Eigen::MatrixXd x = testing::with_ones(design.train, kFeatures);
  const Eigen::MatrixXd penalty = testing::penalty_matrix(kFeatures, kL2);
  const Eigen::VectorXd v = direction();
  for (const Eigen::VectorXd& theta : points()) {
    Eigen::VectorXd curvature(x.rows());  // D: σ(m)(1 − σ(m))/N, from e^{−|m|}
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
      const double t = std::exp(-std::abs(x.row(i).dot(theta)));
      curvature[i] = t / ((1 + t) * (1 + t)) / static_cast<double>(kRows);
    }
    const Eigen::VectorXd expected =
        testing::transposed_times(x, curvature.cwiseProduct(testing::times(x, v))) + testing::times(penalty, v);
    const Eigen::VectorXd got = tangent_of_gradient<plain::Logistic>(design.train, theta, v);
    CHECK((got - expected).norm() <= 1e-13 * expected.norm());
  }
}

TEST_CASE("closed form: the Hessian of ridge regression is XᵀX/N + λ") {
  const auto design = testing::toy_design<double>(Seed{40}, "linear", kRows, kFeatures);
  const Eigen::MatrixXd x = testing::with_ones(design.train, kFeatures);
  const Eigen::VectorXd v = direction();
  const Eigen::VectorXd expected =
      testing::times(testing::second_moments(x) + testing::penalty_matrix(kFeatures, kL2), v);
  for (const Eigen::VectorXd& theta : points())
    CHECK((tangent_of_gradient<plain::Squared>(design.train, theta, v) - expected).norm() <= 1e-13 * expected.norm());
}

TEST_CASE("differences: the Hessian is the derivative of the kernels' gradient") {
  for (const std::string_view name : {"linear", "logistic"}) {
    const auto design = testing::toy_design<double>(Seed{40}, name, kRows, kFeatures);
    const bool linear = name == "linear";
    const LinearModel<double> model(kFeatures, 1);
    LossSum<double> sum(model, linear ? find_loss("squared") : find_loss("logistic"), design.train, kFeatures);
    const AlignedVector<double> l2(lane_stride<double>(1), kL2);
    const auto gradient = [&](const Eigen::VectorXd& theta) {
      LaneTable<double> table(kFeatures + 1, 1), g(kFeatures + 1, 1);
      for (std::size_t j = 0; j <= kFeatures; ++j) table.at(j, 0) = theta[static_cast<Eigen::Index>(j)];
      sum.mean(table, {nullptr, kRows, 0}, g, nullptr);
      penalty(PenaltyPass<double>{table.row(0), g.row(0), kFeatures, g.stride(), l2.data()});
      Eigen::VectorXd out(kFeatures + 1);
      for (std::size_t j = 0; j <= kFeatures; ++j) out[static_cast<Eigen::Index>(j)] = g.at(j, 0);
      return out;
    };
    const Eigen::VectorXd v = direction();
    for (const Eigen::VectorXd& theta : {points()[0], points()[1]}) {
      const auto difference = [&](double h) -> Eigen::VectorXd {
        return (gradient(theta + h * v) - gradient(theta - h * v)) / (2 * h);
      };
      // Richardson: h⁴ = 1e-12 of the fifth derivative is left, and rounding of 1e-16/h.
      const Eigen::VectorXd expected = (4 * difference(5e-4) - difference(1e-3)) / 3;
      const Eigen::VectorXd got = linear ? tangent_of_gradient<plain::Squared>(design.train, theta, v)
                                         : tangent_of_gradient<plain::Logistic>(design.train, theta, v);
      CHECK((got - expected).norm() <= 1e-10 * expected.norm());
    }
  }
}

// L″ from the loss itself, by dual numbers of dual numbers: the branches of |m| and max meet at 0 without a seam.
TEST_CASE("closed form: slope and curvature of the logistic loss are derivatives of its value") {
  using Second = Dual<Number>;
  for (const double y : {-1.0, 1.0})
    for (const double f : {0.0, -0.0, 1e-9, -1e-9, 0.3, -2.0, 7.0, -40.0, 300.0, -300.0}) {
      CAPTURE(y);
      CAPTURE(f);
      const Second value = plain::Logistic::value(Second(Number(f, 1), Number(1, 0)), Second(y), Second(0.0));
      const double t = std::exp(-std::abs(f)), curvature = t / ((1 + t) * (1 + t));
      CHECK(value.d.a == doctest::Approx(plain::Logistic::slope(f, y, 0.0)).epsilon(1e-14));
      CHECK(value.a.d == doctest::Approx(plain::Logistic::slope(f, y, 0.0)).epsilon(1e-14));
      CHECK(std::abs(value.d.d - curvature) <= 1e-15);
      CHECK(std::abs(plain::Logistic::slope(Number(f, 1), Number(y), Number(0.0)).d - curvature) <=
            1e-15 * curvature * 10 + 1e-300);
    }
}

}  // namespace
}  // namespace holdout::train
