// Element by element: what products with a diagonal Hessian of the scores are made of.
#pragma once

#include <cstddef>

namespace holdout::train {

/// table[i] *= other[i]; both aligned as lane tables are.
template <class T>
struct MultiplyPass {
  T* table;
  const T* other;
  std::size_t elements, stride;  // a multiple of the lane stride
};
template <class T>
void multiply(const MultiplyPass<T>& pass);

}  // namespace holdout::train
