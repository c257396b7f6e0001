// The words for trials. What a gradient search solves for itself alone is complete for the search, and no model that
// the study asks for: storage calls it pruned, as others know that state; reports call it what it is.
#pragma once

#include <cstddef>
#include <string_view>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// Whether a trial was complete for the search alone: solved less far than the study says, or measured on some of the
/// hold-out rows.
bool is_search_only(const study::Outcome& outcome);

/// How many of all trials are.
std::size_t search_only(const Findings& f);

/// The word for a trial: that of its state, or "search only".
std::string_view to_word(const study::Outcome& outcome);

}  // namespace holdout::report
