#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::train {

std::vector<std::int64_t> recorded_epochs(std::int64_t epochs, std::size_t at_most) {
  std::vector<std::int64_t> out;
  const auto most = static_cast<std::int64_t>(at_most);
  if (epochs <= most) {
    for (std::int64_t e = 1; e <= epochs; ++e) out.push_back(e);
    return out;
  }
  const double growth = holdout::log(static_cast<double>(epochs)) / static_cast<double>(most - 1);
  for (std::int64_t i = 0; i < most; ++i) {
    const auto e = static_cast<std::int64_t>(std::lround(holdout::exp(growth * static_cast<double>(i))));
    if (out.empty() || e > out.back()) out.push_back(std::min(e, epochs));
  }
  if (out.back() != epochs) out.back() = epochs;
  return out;
}

std::string_view to_text(LaneEnd end) {
  switch (end) {
    case LaneEnd::running:
      return "running";
    case LaneEnd::epochs:
      return "epochs";
    case LaneEnd::converged:
      return "converged";
    case LaneEnd::stalled:
      return "stalled";
    case LaneEnd::no_minimum:
      return "no minimum";
    case LaneEnd::patience:
      return "patience";
    case LaneEnd::diverged:
      return "diverged";
    case LaneEnd::dropped:
      return "dropped";
    case LaneEnd::interrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace holdout::train
