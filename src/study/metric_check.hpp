// Whether the metric has a value on the rows that measure: the area under a curve needs both classes, a coefficient of
// determination targets that differ. Found out before anything is trained, since no configuration can change it.
#pragma once

#include <holdout/data/load.hpp>
#include <holdout/study/reader.hpp>

namespace holdout::study {

/// @throws Error with the fold, what its rows lack, and the ways out
void check_metric(const StudyFile& file, const data::Prepared& data);

/// Adds to the notices of the data what makes a value mean little though there is one: a target of 0 under mape.
void note_metric(const StudyFile& file, data::Prepared& data);

}  // namespace holdout::study
