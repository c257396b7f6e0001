#include "problem.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {

Problem part_of(const Problem& problem, const std::vector<std::size_t>& lanes) {
  Problem out{problem.design, problem.model, problem.loss, problem.weights, {}, {}, {}, problem.scale, problem.at_zero};
  for (const std::size_t lane : lanes) {
    out.l2.push_back(problem.l2[lane]), out.l1.push_back(problem.l1[lane]);
    out.coefficient.push_back(problem.coefficient[lane]);
  }
  return out;
}

Values::Values(const Problem& problem)
    : problem_(problem),
      sum_(problem.model, problem.loss, problem.design.train, problem.design.features, problem.weights,
           moments_for(problem.design, problem.model, problem.loss)),
      l2_(ridge_table<double>(problem.l2)),
      coefficient_(1, problem.l2.size()) {
  for (std::size_t lane = 0; lane < problem.l2.size(); ++lane) coefficient_.at(0, lane) = problem.coefficient[lane];
  sum_.set_coefficients(coefficient_.row(0));
}

void Values::gradient(const LaneTable<double>& theta, LaneTable<double>& gradient, std::vector<double>& loss,
                      AlignedVector<double>* scores) {
  sum_.mean(theta, {nullptr, problem_.design.train.n, 0}, gradient, &loss, nullptr, scores);
  add_ridge_gradient(problem_.model, l2_, theta, gradient);
}

void Values::gradient_at_zero(LaneTable<double>& gradient, std::vector<double>& loss) {
  const std::size_t lanes = problem_.l2.size(), parameters = problem_.model.parameters();
  const auto find = [&](std::size_t lane) -> const LossAtZero* {
    if (!problem_.at_zero) return nullptr;
    const auto found = std::find_if(problem_.at_zero->begin(), problem_.at_zero->end(),
                                    [&](const LossAtZero& z) { return z.coefficient == problem_.coefficient[lane]; });
    return found == problem_.at_zero->end() ? nullptr : &*found;
  };
  bool known = true;
  for (std::size_t lane = 0; lane < lanes; ++lane) known = known && find(lane);
  if (!known) {
    this->gradient(LaneTable<double>(parameters, lanes), gradient, loss);
    for (std::size_t lane = 0; problem_.at_zero && lane < lanes; ++lane) {
      if (find(lane)) continue;
      LossAtZero& zero = problem_.at_zero->emplace_back(LossAtZero{problem_.coefficient[lane], loss[lane], {}});
      for (std::size_t p = 0; p < parameters; ++p) zero.gradient.push_back(gradient.at(p, lane));
    }
    return;
  }
  loss.resize(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const LossAtZero& zero = *find(lane);
    loss[lane] = zero.loss;
    for (std::size_t p = 0; p < parameters; ++p) gradient.at(p, lane) = zero.gradient[p];
  }
}

void Values::hessian(const LaneTable<double>& theta, const LaneTable<double>& direction, LaneTable<double>& product) {
  sum_.mean_tangent(theta, direction, product);
  add_ridge_gradient(problem_.model, l2_, direction, product);
}

void Values::hessian(const LaneTable<double>& theta, const HessianPoint<double>& point,
                     const LaneTable<double>& direction, LaneTable<double>& product) {
  sum_.product(theta, point, direction, product);
  add_ridge_gradient(problem_.model, l2_, direction, product);
}

std::vector<double> Values::penalty(const LaneTable<double>& theta) const {
  std::vector<double> squares(theta.lanes()), sizes(theta.lanes());
  const std::span<const double> scale = problem_.scale;
  for (std::size_t r = 0; r < problem_.model.penalized(); ++r) {
    const double unit = scale.empty() ? 1 : scale[r % scale.size()];
    for (std::size_t lane = 0; lane < theta.lanes(); ++lane)
      squares[lane] += theta.at(r, lane) * theta.at(r, lane), sizes[lane] += unit * std::abs(theta.at(r, lane));
  }
  const bool grouped = l2_.rows() > 1;
  const std::vector<double> ridge = grouped ? ridge_values(problem_.model, l2_, theta) : std::vector<double>();
  for (std::size_t lane = 0; lane < theta.lanes(); ++lane)
    squares[lane] = (grouped ? ridge[lane] : l2_.at(0, lane) / 2 * squares[lane]) + problem_.l1[lane] * sizes[lane];
  return squares;
}

std::vector<double> Values::dot(const LaneTable<double>& a, const LaneTable<double>& b) {
  std::vector<double> out(a.lanes());
  double* const sums = out.data();
  for (std::size_t r = 0; r < a.rows(); ++r) {
    const double *const x = a.row(r), *const y = b.row(r);
    for (std::size_t lane = 0; lane < a.lanes(); ++lane) sums[lane] += x[lane] * y[lane];
  }
  return out;
}

}  // namespace holdout::train
