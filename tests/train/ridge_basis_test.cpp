// One factorization for all λ of ridge regression: its solutions against the normal equations, and who shares it.
#include <holdout/train/ridge_basis.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <holdout/train/hypergradient.hpp>

#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kFeatures = 7;
constexpr double kLambdas[] = {1e-6, 0.01, 0.5, 30.0};

// Without moments (few rows) and with them.
std::vector<Design<double>> toys() {
  std::vector<Design<double>> out;
  for (const std::size_t rows : {120, 1600})
    out.push_back(testing::toy_design<double>(Seed{3}, "linear", rows, kFeatures));
  return out;
}

LaneConfig exact(double l2) { return testing::lane("linear", "exact", 0, l2, 0, 1); }

std::vector<LaneResult> train(const Design<double>& design, std::vector<LaneConfig> lanes) {
  const auto trainer = make_trainer(design, *find_metric("mse"), lanes, Seed{1}, 0);
  trainer->run_to({1, {}});
  return trainer->results();
}

HyperDerivatives derive(const Design<double>& design, const LaneConfig& lane, const std::vector<std::string>& wrt) {
  const auto solver = make_hyper_solver(design, *find_metric("mse"), lane.model);
  return solver->solve({std::span(&lane, 1), wrt, 0, HyperWant::curvature})[0];
}

}  // namespace

TEST_CASE("closed form: solutions of exact are those of the normal equations, and so are values of the derivatives") {
  for (Design<double>& design : toys())
    for (const double l2 : kLambdas) {
      CAPTURE(design.train.n);
      CAPTURE(l2);
      const Eigen::VectorXd expected = testing::ridge_solution(design, l2);
      const LaneResult trained = train(design, {exact(l2)})[0];
      const HyperDerivatives derived = derive(design, exact(l2), {"model.l2"});
      for (Eigen::Index j = 0; j < expected.size(); ++j) {
        CHECK(trained.theta[static_cast<std::size_t>(j)] == doctest::Approx(expected[j]).epsilon(1e-10));
        CHECK(derived.result.theta[static_cast<std::size_t>(j)] == doctest::Approx(expected[j]).epsilon(1e-10));
      }
      CHECK(trained.value == doctest::Approx(testing::ridge_mse(design, expected)).epsilon(1e-10));
      CHECK(derived.value == doctest::Approx(testing::ridge_mse(design, expected)).epsilon(1e-10));
    }
}

// Groups make every lane factor a Hessian of its own: the direct way.
TEST_CASE("closed form: values, slopes and curvatures are those of a Hessian factored for this λ alone") {
  for (Design<double>& design : toys())
    for (const double l2 : kLambdas) {
      CAPTURE(design.train.n);
      CAPTURE(l2);
      LaneConfig direct = exact(l2);
      direct.model.l2_groups.push_back({"rest", {}, l2, {1, 2, 3, 4, 5, 6}});
      const HyperDerivatives a = derive(design, exact(l2), {"model.l2"});
      // Of the λ of one feature and of the group: together that of all.
      const HyperDerivatives g = derive(design, direct, {"model.l2", "model.l2.groups.rest"});
      CHECK(a.value == doctest::Approx(g.value).epsilon(1e-10));
      CHECK(a.gradient[0] == doctest::Approx(g.gradient[0] + g.gradient[1]).epsilon(1e-9));
      CHECK(a.curvature[0] ==
            doctest::Approx(g.curvature[0] + g.curvature[1] + g.curvature[2] + g.curvature[3]).epsilon(1e-8));
    }
}

TEST_CASE("property: the design's basis or an own one, alone or in a cohort: the same bits") {
  for (Design<double>& design : toys()) {
    CAPTURE(design.train.n);
    std::vector<LaneConfig> lanes;
    for (const double l2 : kLambdas) lanes.push_back(exact(l2));
    const std::vector<LaneResult> own = train(design, lanes);
    const HyperDerivatives derived = derive(design, lanes[1], {"model.l2"});
    design.ridge = ridge_basis_of(design);
    const std::vector<LaneResult> shared = train(design, lanes);
    const HyperDerivatives derived_shared = derive(design, lanes[1], {"model.l2"});
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      CHECK(own[lane].theta == shared[lane].theta);
      CHECK(own[lane].theta == train(design, {lanes[lane]})[0].theta);
      CHECK(own[lane].value == shared[lane].value);
    }
    CHECK(derived.value == derived_shared.value);
    CHECK(derived.gradient == derived_shared.gradient);
    CHECK(derived.curvature == derived_shared.curvature);
    CHECK(derived.state == derived_shared.state);
  }
}

TEST_CASE("property: who takes the basis: squared loss and one λ, by exact, of dense rows") {
  CHECK(takes_ridge_basis(exact(0.1), false));
  CHECK_FALSE(takes_ridge_basis(exact(0.1), true));
  CHECK_FALSE(takes_ridge_basis(testing::lane("linear", "newton", 0, 0.1, 0, 1), false));
  CHECK_FALSE(takes_ridge_basis(testing::lane("logistic", "exact", 0, 0.1, 0, 1), false));
  CHECK_FALSE(takes_ridge_basis(testing::lane("linear", "adam", 0.1, 0.1, 0, 1), false));
  LaneConfig with_l1 = exact(0.1);
  with_l1.model.l1 = 0.1;
  CHECK_FALSE(takes_ridge_basis(with_l1, false));
}

}  // namespace holdout::train
