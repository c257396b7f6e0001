// Activations of hidden units, written once over a number type V. Each has value(z) = φ(z); slope(a) = φ′(z), told by
// a = φ(z) alone, so that nothing else need be kept for the way back; and start(inputs, outputs), half the width of the
// uniform distribution that weights start from. A new one is a file in activations/, its include, and its name in
// ActivationTuple.
//
// Included without a guard, once for each target, after the operations (update/numbers-inl.hpp,
// src/train/lanes-inl.hpp). Wants <cmath> and <tuple> before it.

// Variance 2/(inputs + outputs). Glorot and Bengio, AISTATS 2010, equation 16.
inline double glorot(double inputs, double outputs) { return std::sqrt(6 / (inputs + outputs)); }

#include <holdout/train/activations/identity-inl.hpp>
#include <holdout/train/activations/relu-inl.hpp>
#include <holdout/train/activations/sigmoid-inl.hpp>
#include <holdout/train/activations/tanh-inl.hpp>

using ActivationTuple = std::tuple<Relu, Tanh, Sigmoid, Identity>;
