// Several initializations of each configuration.
#pragma once

#include <memory>
#include <span>

#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// A trainer whose lanes are each trained from training.starts initializations, in lanes of their own: the result is
/// that of the start with the least training loss in its last epoch that measured it. The first start is that of a
/// training without `starts`, and has its bits.
template <class T>
std::unique_ptr<Trainer> make_starts_trainer(const Design<T>& design, const Metric& objective,
                                             std::span<const LaneConfig> lanes, Seed seed, std::size_t fold);

}  // namespace holdout::train
