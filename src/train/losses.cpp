#include <holdout/train/loss.hpp>

#include <array>
#include <cassert>

#include <holdout/train/plain_losses.hpp>

namespace holdout::train {
namespace {

template <class... Losses>
constexpr auto infos(std::tuple<Losses...>) {
  return std::array{Losses::info...};
}
constexpr auto kInfos = infos(plain::LossTuple());

}  // namespace

std::span<const LossInfo> losses() { return kInfos; }

std::size_t find_loss(std::string_view name) {
  std::size_t i = 0;
  while (i + 1 < kInfos.size() && kInfos[i].info.name != name) ++i;
  assert(kInfos[i].info.name == name);
  return i;
}

LossChoice::LossChoice(std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    places_.push_back(find_loss(name));
    infos_.push_back(kInfos[places_.back()].info);
  }
  select(0);
}

void LossChoice::select(std::size_t alternative) {
  assert(alternative < places_.size());
  selected_ = alternative;
  coefficient_ = info().has_coefficient() ? info().coefficient.value : 0;
}

void LossChoice::fields(FieldVisitor& f) {
  const update::Coefficient& c = info().coefficient;
  // Coefficients are positive; those up to 1 are shares, and 1 itself none.
  if (info().has_coefficient())
    f({c.name, c.help, Scope::lane}, coefficient_, c.max > 1 ? above(0.0) : open(0.0, c.max));
}

}  // namespace holdout::train
