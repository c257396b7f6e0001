// How many points a grid over a search space would have.
#pragma once

#include <string>

#include <holdout/search/space.hpp>

namespace holdout::search {

/// All digits of the number, however large: 1000000000000; "more than 10^38" where it is.
/// @throws Error naming each parameter whose range is continuous and says no `points`
std::string grid_size(const SearchSpace& space);

}  // namespace holdout::search
