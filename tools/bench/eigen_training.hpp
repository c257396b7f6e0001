// The baseline of the sweep: configurations trained one after another, each in Eigen code as tight as it gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace holdout::bench {

/// Rows of data; T: float or double.
template <class T>
struct EigenRows {
  const T* x = nullptr;  // [n][features]
  const T* y = nullptr;  // [n], ±1
  std::size_t n = 0;
};

/// Logistic regression with l2 and Adam in the lecture's form (design § 4), rows in the given order in every epoch.
template <class T>
struct EigenTask {
  std::size_t features = 0;
  EigenRows<T> train, holdout;
  std::size_t batch = 0;
  std::span<const std::vector<std::uint32_t>> orders;  // [epoch], the rows as they are taken
};

/// What a training of the lanes keeps as well: losses at the end of every epoch.
struct EigenResult {
  std::vector<double> theta;                // weights, then the intercept
  std::vector<double> train_loss, holdout;  // [epoch]: mean of the batches' losses before each update; log loss
};

template <class T>
EigenResult train_in_eigen(const EigenTask<T>& task, double l2, double rate);

}  // namespace holdout::bench
