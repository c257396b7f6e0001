#include <holdout/train/activation.hpp>

#include <array>
#include <cassert>

#include <holdout/update/plain.hpp>

namespace holdout::update {
#define RULE_FN inline
#include <holdout/train/activations-inl.hpp>
#undef RULE_FN
}  // namespace holdout::update

namespace holdout::train {
namespace {

using Start = double (*)(double inputs, double outputs);

template <class... A>
constexpr std::array<Info, sizeof...(A)> infos(std::tuple<A...>*) {
  return {A::info...};
}
template <class... A>
constexpr std::array<Start, sizeof...(A)> starts(std::tuple<A...>*) {
  return {A::start...};
}

constexpr update::ActivationTuple* kList = nullptr;
constexpr auto kInfos = infos(kList);
constexpr auto kStarts = starts(kList);

}  // namespace

std::span<const Info> activations() { return kInfos; }

std::size_t activation_index(std::string_view name) {
  std::size_t i = 0;
  while (i + 1 < kInfos.size() && kInfos[i].name != name) ++i;
  assert(kInfos[i].name == name);
  return i;
}

double start_bound(std::size_t activation, std::size_t inputs, std::size_t outputs) {
  return kStarts[activation](static_cast<double>(inputs), static_cast<double>(outputs));
}

}  // namespace holdout::train
