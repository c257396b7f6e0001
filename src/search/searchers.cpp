#include <holdout/search/searchers.hpp>

#include "searchers/gradient.hpp"
#include "searchers/grid.hpp"
#include "searchers/random.hpp"

namespace holdout::search {
namespace {

template <class Thing>
constexpr auto searcher() {
  return entry<Searcher, Thing, const SearchSpace&, Seed>();
}

constexpr Entry<Searcher, const SearchSpace&, Seed> kSearchers[] = {
    searcher<Grid>(),
    searcher<Random>(),
    searcher<Gradient>(),
};

}  // namespace

SearcherChoice searchers() { return SearcherChoice(kSearchers); }

}  // namespace holdout::search
