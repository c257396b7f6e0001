// What no single setting can tell: whether settings go together.
#pragma once

#include <holdout/study/reader.hpp>

#include "filler.hpp"

namespace holdout::study {

/// Checks the filled study, and if nothing is wrong so far gives it its search space and tries its searcher on it.
void check_study(StudyFile& file, const Filler& filler, Errors& errors);

}  // namespace holdout::study
