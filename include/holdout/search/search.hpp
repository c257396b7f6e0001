// The loop of every search: ask, evaluate, tell.
#pragma once

#include <functional>

#include <holdout/search/searcher.hpp>

namespace holdout::search {

/// Runs the search to its end, asking for at most `batch` configurations at once.
/// @return false if the objective was interrupted
bool search(Searcher& searcher, Objective& objective, int batch);

}  // namespace holdout::search
