// H x = b in lanes, by products with H alone.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "../solvers/problem.hpp"

namespace holdout::train {

/// Conjugate gradients: Nocedal and Wright, Numerical Optimization, 2006, algorithm 5.2. Every lane goes on until
/// ‖b − H x‖ ≤ tolerance · ‖b‖, or rounding lets it get no nearer.
/// @param theta  where H = ∇²J is taken
/// @param held   [parameter][lane]: 1 where x is to stay 0
/// @param products  [lane], grows by the products that each lane needed
/// @param interrupt  read before every product, if not null
/// @return nothing if interrupted
std::optional<LaneTable<double>> solve_by_products(Values& values, const LaneTable<double>& theta,
                                                   const LaneTable<double>& b, const LaneTable<double>& held,
                                                   double tolerance, std::vector<std::int64_t>& products,
                                                   const std::atomic<bool>* interrupt);

}  // namespace holdout::train
