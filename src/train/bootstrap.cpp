#include <holdout/train/bootstrap.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

#include "bootstrap_pass.hpp"

namespace holdout::train {

static_assert(Bootstrap::kLanes == BootstrapPass::kLanes);

Bootstrap::Bootstrap(std::vector<std::uint32_t> unit, std::span<const double> weights, std::size_t samples, Seed seed)
    : unit_(std::move(unit)), weights_(weights.begin(), weights.end()), in_weight_(samples), out_weight_(samples) {
  assert(!unit_.empty() && (weights_.empty() || weights_.size() == unit_.size()));
  units_ = std::size_t{1} + *std::max_element(unit_.begin(), unit_.end());
  assert(units_ <= kMaxUnits);
  std::vector<double> weight(units_);
  for (std::size_t i = 0; i < unit_.size(); ++i) weight[unit_[i]] += weights_.empty() ? 1 : weights_[i];
  drawn_.resize(samples * units_);
  std::vector<std::size_t> count(units_);
  for (std::size_t b = 0; b < samples; ++b) {
    std::uint16_t* drawn = drawn_.data() + b * units_;
    Stream draws = stream(seed, "bootstrap", b);
    std::fill(count.begin(), count.end(), 0);
    for (std::size_t i = 0; i < units_; ++i) ++count[draws.below(static_cast<std::uint32_t>(units_))];
    for (std::size_t u = 0; u < units_; ++u) {
      drawn = std::fill_n(drawn, count[u], static_cast<std::uint16_t>(u));
      if (count[u] > 0)
        in_weight_[b] += static_cast<double>(count[u]) * weight[u];
      else
        out_weight_[b] += weight[u];
    }
  }
}

Bootstrap::Sums::Sums(const Bootstrap& bootstrap) : bootstrap_(bootstrap), sums_(bootstrap.units_ * kLanes) {}

void Bootstrap::Sums::add(std::size_t model, std::size_t first, std::span<const double> losses) {
  assert(model < kLanes && first + losses.size() <= bootstrap_.rows());
  const std::uint32_t* const unit = bootstrap_.unit_.data() + first;
  const double* const weights = bootstrap_.weights_.empty() ? nullptr : bootstrap_.weights_.data() + first;
  for (std::size_t i = 0; i < losses.size(); ++i)
    sums_[unit[i] * kLanes + model] += weights ? weights[i] * losses[i] : losses[i];
}

AlignedVector<double> Bootstrap::in_bag(const Sums& sums) const {
  AlignedVector<double> means(samples() * kLanes);
  mean_in_bag({drawn_.data(), sums.sums_.data(), in_weight_.data(), samples(), units_, means.data()});
  return means;
}

double Bootstrap::out_of_bag(const Sums& sums, std::size_t sample, std::size_t model) const {
  double sum = 0;
  std::size_t u = 0;
  const auto add_up_to = [&](std::size_t end) {
    for (; u < end; ++u) sum += sums.sums_[u * kLanes + model];
  };
  for (const std::size_t held : drawn(sample)) add_up_to(held), u = held + 1;
  add_up_to(units_);
  return sum / out_weight_[sample];
}

}  // namespace holdout::train
