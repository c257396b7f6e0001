// Third derivatives of losses of one score, many rows at a time.
#pragma once

#include <cstddef>

namespace holdout::train {

/// out = ∂³L/∂f³ of rows. What stands behind n is read and written to the next multiple of kThirdRows.
struct ThirdPass {
  const double *scores, *y;  // [n], aligned as lane tables are
  double* out;
  std::size_t n;
  double coefficient;  // of the loss
};
inline constexpr std::size_t kThirdRows = 8;

/// @param which  place in losses(), not of softmax
void loss_third(std::size_t which, const ThirdPass& pass);

}  // namespace holdout::train
