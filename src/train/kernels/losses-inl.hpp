// The losses over registers of lanes, and how their kernels walk rows. Included once per target; no guard.
#define HOLDOUT_LANES_WITH_EXP
#include "lanes-inl.hpp"
#undef HOLDOUT_LANES_WITH_EXP
#define RULE_FN HWY_INLINE
#include <holdout/train/losses-inl.hpp>
#include <holdout/update/numbers-inl.hpp>
#undef RULE_FN

// A row as a pass has it: its target, and its share of the mean.
template <class T>
struct LossRow {
  T y, share, weight;
  HWY_INLINE LossRow(const LossPass<T>& p, size_t i) {
    const size_t row = p.order ? p.order[i] : i;
    y = p.y[row], weight = p.weights ? p.weights[row] : T(1);
    share = static_cast<T>(p.share) * weight;
  }
  HWY_INLINE size_t label() const { return y > 0 ? static_cast<size_t>(y) : 0; }  // of two classes the first is −1
};

template <class Loss>
constexpr bool kManyOutputs = std::is_same_v<Loss, Softmax>;
