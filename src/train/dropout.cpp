#include "dropout.hpp"

#include <algorithm>

#include "kernels.hpp"

namespace holdout::train {
namespace {

enum Row : std::size_t { kRate, kScale, kUnscale, kRows };

}  // namespace

template <class T>
LaneTable<T> dropout_table(std::span<const LaneConfig> configs) {
  const auto drops = [](const LaneConfig& config) { return config.model.has_layers() && config.model.dropout > 0; };
  if (std::none_of(configs.begin(), configs.end(), drops)) return LaneTable<T>(0, configs.size());
  LaneTable<T> out(kRows, configs.size());
  for (std::size_t lane = 0; lane < configs.size(); ++lane) {
    const double rate = configs[lane].model.dropout;
    out.at(kRate, lane) = static_cast<T>(rate);
    out.at(kScale, lane) = static_cast<T>(1 / (1 - rate)), out.at(kUnscale, lane) = static_cast<T>(1 - rate);
  }
  return out;
}

template <class T>
void Dropout<T>::begin_step(const LaneTable<T>& lanes, Seed seed, std::size_t fold, std::uint64_t step) {
  lanes_ = &lanes;
  key_ = stream(seed, "dropout", fold, step).bits64();
}

// 24 bits, which float and double both have.
template <class T>
void Dropout<T>::draw(std::size_t first, std::size_t n, std::size_t units) {
  rows_ = n, units_ = units;
  draws_.resize(std::max(draws_.size(), n * units));
  for (std::size_t i = 0; i < n; ++i) {
    Stream draw(key_, first + i);
    for (std::size_t u = 0; u < units; ++u)
      draws_[i * units + u] = static_cast<T>(draw.bits32() >> 8) * static_cast<T>(0x1p-24);
  }
}

template <class T>
void Dropout<T>::apply(T* table, std::size_t unit, std::size_t count) const {
  const std::size_t stride = lanes_->stride();
  for (std::size_t i = 0; i < rows_; ++i)
    drop_units(DropoutPass<T>{table + i * count * stride, count, stride, draws_.data() + i * units_ + unit,
                              lanes_->row(kRate), lanes_->row(kScale)});
}

template <class T>
void Dropout<T>::unscale(T* table, std::size_t count) const {
  scale(ScalePass<T>{table, rows_ * count, lanes_->stride(), lanes_->row(kUnscale)});
}

template LaneTable<float> dropout_table(std::span<const LaneConfig>);
template LaneTable<double> dropout_table(std::span<const LaneConfig>);
template class Dropout<float>;
template class Dropout<double>;

}  // namespace holdout::train
