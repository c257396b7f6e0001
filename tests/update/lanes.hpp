// Update rules and operations compiled for the SIMD lanes of every target, as a kernel would: what the tests of bits
// compare with plain doubles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <holdout/update/rule.hpp>

namespace holdout::update {

/// Lanes in a test: full registers of floats on every target.
inline constexpr std::size_t kLanes = 16;

/// Rows of lanes, aligned for any register.
template <class T>
struct Table {
  alignas(64) T row[2 * kMaxFactors][kLanes] = {};
};

/// One step of one parameter in every lane. Tables are [row][lane]; with tangents each has twice the rows, values
/// first.
template <class T>
struct LaneStep {
  T* theta;
  const T* gradient;
  T* state;
  T* factors;
  const double* rate;
  const double* coefficients;
  double* memory;
};

void lane_step(std::size_t rule, const LaneStep<double>& step);
void lane_step(std::size_t rule, const LaneStep<float>& step);
void dual_lane_step(std::size_t rule, const LaneStep<double>& step);

/// Every operation but exp, log, log1p (lanes have Highway's), on kLanes values each; out: [operation][lane].
inline constexpr std::size_t kOperations = 12, kMaxOperation = 9;
void lane_operations(const double* a, const double* b, const double* c, double* out);

/// The SIMD targets that this CPU runs.
std::vector<std::int64_t> targets();
/// Runs on one of them from now on; 0: on the best.
void force_target(std::int64_t target);

}  // namespace holdout::update
