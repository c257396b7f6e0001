// Settings of a benchmark's trainings, by the names that studies use.
#pragma once

#include <algorithm>
#include <string_view>

#include <holdout/base/settings.hpp>

namespace holdout::bench {

/// @param name  one of the choice's alternatives
inline void select(Choice& choice, std::string_view name) {
  const auto infos = choice.alternatives();
  const auto at = std::find_if(infos.begin(), infos.end(), [&](const Info& info) { return info.name == name; });
  choice.select(static_cast<std::size_t>(at - infos.begin()));
}

}  // namespace holdout::bench
