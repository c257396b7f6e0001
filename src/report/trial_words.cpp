#include "trial_words.hpp"

#include <algorithm>

#include "text.hpp"

namespace holdout::report {

bool is_search_only(const study::Outcome& outcome) {
  return outcome.state == study::TrialState::pruned && !outcome.full;
}

std::size_t search_only(const Findings& f) {
  return static_cast<std::size_t>(
      std::count_if(f.trials.begin(), f.trials.end(), [](const study::Trial& t) { return is_search_only(t.outcome); }));
}

std::string_view to_word(const study::Outcome& outcome) {
  return is_search_only(outcome) ? "search only" : to_word(outcome.state);
}

}  // namespace holdout::report
