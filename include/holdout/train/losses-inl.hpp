// The losses, written once over a number type V: a double, a register of lanes, a dual number of either. Second
// derivatives come from dual numbers, never by hand. A new loss is a file in losses/, its include, and its name in
// LossTuple.
//
//   static constexpr LossInfo info;
//   value(V f, V y, V c), slope(V f, V y, V c)     L and ∂L/∂f of one score; c: the lane's coefficient
//
// Included without a guard, once for each target, after the operations (update/numbers-inl.hpp,
// src/train/lanes-inl.hpp). Wants <tuple>, <utility> and <holdout/train/loss.hpp> before it.
#include <holdout/train/losses/absolute-inl.hpp>
#include <holdout/train/losses/hinge-inl.hpp>
#include <holdout/train/losses/huber-inl.hpp>
#include <holdout/train/losses/logistic-inl.hpp>
#include <holdout/train/losses/pinball-inl.hpp>
#include <holdout/train/losses/poisson-inl.hpp>
#include <holdout/train/losses/softmax-inl.hpp>
#include <holdout/train/losses/squared-inl.hpp>
#include <holdout/train/losses/squared_hinge-inl.hpp>

using LossTuple = std::tuple<Squared, Absolute, Huber, Poisson, Logistic, Softmax, Hinge, SquaredHinge, Pinball>;

template <class F, std::size_t... I>
RULE_FN void with_loss(std::size_t loss, F f, std::index_sequence<I...>) {
  (void)((I == loss && (f(std::tuple_element_t<I, LossTuple>()), true)) || ...);
}

/// f(Loss()) for the loss at this place of the list. In kernels the lambda needs HWY_ATTR.
template <class F>
RULE_FN void with_loss(std::size_t loss, F f) {
  with_loss(loss, f, std::make_index_sequence<std::tuple_size_v<LossTuple>>());
}
