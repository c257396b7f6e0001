// What a report says of the data and the machine.
#pragma once

#include <holdout/study/runner.hpp>

namespace holdout::study {

/// Everything but times.
RunFacts facts_of(const StudyFile& file, const data::Prepared& data, const train::Metric& metric, int threads);

}  // namespace holdout::study
