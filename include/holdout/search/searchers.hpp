// The family of searchers.
#pragma once

#include <holdout/base/random.hpp>
#include <holdout/base/settings.hpp>
#include <holdout/search/searcher.hpp>

namespace holdout::search {

/// A study's choice of a search method, with its settings; make(space, seed) makes the searcher.
using SearcherChoice = Selection<Searcher, const SearchSpace&, Seed>;

/// All searchers; the first one is selected.
SearcherChoice searchers();

/// At most so many trials or grid points: more is a mistake, and would not end.
inline constexpr std::int64_t kMaxTrials = 10'000'000;

}  // namespace holdout::search
