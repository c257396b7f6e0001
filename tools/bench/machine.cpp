#include "machine.hpp"

#include <Eigen/Core>

namespace holdout::bench {
namespace {

#if defined(__AVX512F__)
constexpr std::size_t kBytes = 64;
#elif defined(__AVX__)
constexpr std::size_t kBytes = 32;
#else
constexpr std::size_t kBytes = 16;
#endif

}  // namespace

template <class T>
double multiply_adds(std::size_t rounds) {
  using Vector [[gnu::vector_size(kBytes)]] = T;
  constexpr std::size_t kChains =
      12;  // two units with a latency of four or five want ten; SSE and AVX have 16 registers
  const Vector a = Vector{} + T(0.999), b = Vector{} + T(1);
  Vector sum[kChains];
#pragma GCC unroll 12
  for (std::size_t k = 0; k < kChains; ++k) sum[k] = b * T(k);
  for (std::size_t i = 0; i < rounds; ++i)
#pragma GCC unroll 12
    for (std::size_t k = 0; k < kChains; ++k) sum[k] = sum[k] * a + b;  // contracted to a fused operation
#pragma GCC unroll 12
  for (std::size_t k = 1; k < kChains; ++k) sum[0] += sum[k];
  asm volatile("" : : "v"(sum[0]));  // somebody wants the result
  const std::size_t operations = 2 * rounds * kChains * (kBytes / sizeof(T));
  return static_cast<double>(operations);
}

template <class T>
void eigen_gemm(const T* a, const T* b, T* c, std::size_t n) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::Map<Matrix>(c, size, size).noalias() =
      Eigen::Map<const Matrix>(a, size, size) * Eigen::Map<const Matrix>(b, size, size);
}

template double multiply_adds<float>(std::size_t);
template double multiply_adds<double>(std::size_t);
template void eigen_gemm(const float*, const float*, float*, std::size_t);
template void eigen_gemm(const double*, const double*, double*, std::size_t);

}  // namespace holdout::bench
