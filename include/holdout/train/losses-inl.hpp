// The losses, written once over a number type V: a double, a register of lanes, a dual number of either. Second
// derivatives come from dual numbers, never by hand.
//
// Included without a guard, once for each target, after the operations (update/numbers-inl.hpp, src/train/lanes-inl.hpp).
#include <holdout/train/losses/logistic-inl.hpp>
#include <holdout/train/losses/softmax-inl.hpp>
#include <holdout/train/losses/squared-inl.hpp>
