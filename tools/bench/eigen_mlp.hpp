// The baseline of bench_mlp: perceptrons trained one after another, each in Eigen's matrix products.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace holdout::bench {

/// Relu units, softmax, l2 and Adam in the lecture's form (design § 4), rows in the given order in every epoch.
template <class T>
struct MlpTask {
  std::vector<std::size_t> sizes;  // features, hidden layers, classes
  const T* x = nullptr;            // [n][features]
  const T* y = nullptr;            // [n], index of the class
  std::size_t n = 0, batch = 0;
  std::span<const std::vector<std::uint32_t>> orders;  // [epoch], the rows as they are taken
  std::span<const double> start;                       // weights [unit][input] of all layers, then all biases
};

/// Parameters at the end, in the order of `start`.
template <class T>
std::vector<double> train_mlp_in_eigen(const MlpTask<T>& task, double l2, double rate);

}  // namespace holdout::bench
