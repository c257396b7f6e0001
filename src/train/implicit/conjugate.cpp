#include "conjugate.hpp"

#include <algorithm>

namespace holdout::train {

std::optional<LaneTable<double>> solve_by_products(Values& values, const LaneTable<double>& theta,
                                                   const LaneTable<double>& b, const LaneTable<double>& held,
                                                   double tolerance, std::vector<std::int64_t>& products,
                                                   const std::atomic<bool>* interrupt) {
  const std::size_t parameters = b.rows(), lanes = b.lanes(), most = 10 * parameters + 50;
  const auto over = [&](auto f) {
    for (std::size_t p = 0; p < parameters; ++p)
      for (std::size_t lane = 0; lane < lanes; ++lane) f(p, lane);
  };
  LaneTable<double> x(parameters, lanes), residual = b, product(parameters, lanes);
  over([&](std::size_t p, std::size_t lane) {
    if (held.at(p, lane) != 0) residual.at(p, lane) = 0;
  });
  LaneTable<double> search = residual;
  std::vector<double> squares = Values::dot(residual, residual), target(lanes);
  std::vector<char> going(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane)
    target[lane] = tolerance * tolerance * squares[lane], going[lane] = squares[lane] > 0;
  for (std::size_t step = 0; step < most && std::find(going.begin(), going.end(), 1) != going.end(); ++step) {
    if (interrupt && interrupt->load()) return {};
    values.hessian(theta, search, product);
    const std::vector<double> curvature = Values::dot(search, product);
    std::vector<double> alpha(lanes), beta(lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      if (!going[lane]) continue;
      ++products[lane];
      if (!(curvature[lane] > 0))
        going[lane] = 0;  // flat to rounding
      else
        alpha[lane] = squares[lane] / curvature[lane];
    }
    over([&](std::size_t p, std::size_t lane) {
      if (!going[lane]) return;
      x.at(p, lane) += alpha[lane] * search.at(p, lane);
      if (held.at(p, lane) == 0) residual.at(p, lane) -= alpha[lane] * product.at(p, lane);
    });
    const std::vector<double> now = Values::dot(residual, residual);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      if (!going[lane]) continue;
      beta[lane] = now[lane] / squares[lane];
      squares[lane] = now[lane];
      if (now[lane] <= target[lane]) going[lane] = 0;
    }
    over([&](std::size_t p, std::size_t lane) {
      search.at(p, lane) = going[lane] ? residual.at(p, lane) + beta[lane] * search.at(p, lane) : 0;
    });
  }
  return x;
}

}  // namespace holdout::train
