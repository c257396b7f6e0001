// What `learning_rate: auto` knows of the data.
#pragma once

#include <span>

#include <holdout/train/design.hpp>

namespace holdout::train {

/// @param weights  of the part's rows, of mean 1; empty: all count the same
template <class T>
Curvature measure_curvature(const Part<T>& part, std::size_t features, std::span<const double> weights);

}  // namespace holdout::train
