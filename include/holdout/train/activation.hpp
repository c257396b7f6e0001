// The activations of hidden units, by name.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <holdout/base/settings.hpp>

namespace holdout::train {

/// All of them; the place in this list is what kernels know them by.
std::span<const Info> activations();

/// The place of that name. @pre it is one of the list
std::size_t activation_index(std::string_view name);

/// Weights of a layer start uniform in ±start_bound: Glorot's or, for relu, He's variance (activations-inl.hpp).
/// @param inputs, outputs  units before and after the weights
double start_bound(std::size_t activation, std::size_t inputs, std::size_t outputs);

}  // namespace holdout::train
