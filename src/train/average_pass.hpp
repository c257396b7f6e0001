// The pass that takes parameters into their average.
#pragma once

#include <cstddef>

namespace holdout::train {

/// average = keep[lane] · average + share[lane] · theta. Tables are as in kernels.hpp.
template <class T>
struct AveragePass {
  T* average;
  const T* theta;
  std::size_t rows, stride;
  const T* keep;   // [lane]
  const T* share;  // [lane]
};

template <class T>
void average(const AveragePass<T>& pass);

}  // namespace holdout::train
