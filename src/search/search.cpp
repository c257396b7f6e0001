#include <holdout/search/search.hpp>

#include <cassert>

namespace holdout::search {

bool search(Searcher& searcher, Objective& objective, int batch) {
  assert(batch > 0);
  int told = 0;
  for (;;) {
    if (const std::vector<Request> wanted = searcher.previews(); !wanted.empty())
      if (const std::vector<double> values = objective.preview(wanted); !values.empty()) searcher.tell_previews(values);
    const std::vector<Request> requests = searcher.ask(batch);
    assert(requests.size() <= static_cast<std::size_t>(batch));
    if (requests.empty()) return true;
    const std::vector<Evaluation> evaluations = objective.evaluate(requests);
    assert(evaluations.size() <= requests.size());
    // Half a batch is never told: the resumed search will ask all of it again, and must see what this one would have.
    if (evaluations.size() < requests.size()) return false;
    for (const Evaluation& evaluation : evaluations) {
      assert(evaluation.trial == told);
      ++told;
    }
    searcher.tell(evaluations);
  }
}

}  // namespace holdout::search
