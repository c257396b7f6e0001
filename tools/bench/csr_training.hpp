// What the lanes are compared with on sparse data: one logistic regression after another, in plain loops over CSR rows,
// compiled for the CPU at hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdout::bench {

struct CsrRows {
  const double* x;
  const std::size_t* start;  // [rows + 1]
  const std::uint32_t* columns;
  const double* y;  // ±1
  std::size_t features, batch;
  const std::vector<std::vector<std::uint32_t>>& orders;  // [epoch]: of all rows
};

/// Mini-batch momentum (p = μ p + γ g, θ −= p) or Adam (the lecture's form) with l2; every step touches all parameters,
/// as the formulas say.
/// @return theta: weights, then the intercept
std::vector<double> train_csr(const CsrRows& rows, bool adam, double l2, double rate);

}  // namespace holdout::bench
