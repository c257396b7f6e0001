// What this CPU can do, measured with its own instructions: the yardsticks for kernels. One thread.
#pragma once

#include <cstddef>

namespace holdout::bench {

/// Runs independent chains of fused multiply-adds in registers. T: float or double.
/// @return floating-point operations done
template <class T>
double multiply_adds(std::size_t rounds);

/// c = a b with Eigen, column-major n × n. One call is 2 n³ operations.
template <class T>
void eigen_gemm(const T* a, const T* b, T* c, std::size_t n);

}  // namespace holdout::bench
