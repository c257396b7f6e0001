// The settings that a configuration can change, as the study file has them.
#pragma once

#include <holdout/base/settings.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::study {

/// `model:` and `training:`
void lane_fields(train::LaneConfig& config, FieldVisitor& f);

}  // namespace holdout::study
