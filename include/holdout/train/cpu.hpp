// Which SIMD instructions the kernels use.
#pragma once

#include <cstdint>
#include <span>

namespace holdout::train {

/// The target in use: AVX3 (AVX-512), AVX2, or SCALAR on CPUs without AVX2.
const char* simd_target();

/// All targets this CPU can run, widest first; the baseline is the last.
std::span<const std::int64_t> simd_targets();

/// Runs everything on one of them from now on, or on the best again with 0. For tests of bits; not thread-safe.
void force_simd_target(std::int64_t target);

}  // namespace holdout::train
