// The settings that a configuration can change, as the study file has them.
#pragma once

#include <functional>
#include <span>

#include <holdout/study/study.hpp>

namespace holdout::study {

/// `model:` and `training:`
void lane_fields(train::LaneConfig& config, FieldVisitor& f);
/// Those, and what of `data:` a configuration can choose.
void configured_fields(train::LaneConfig& config, FieldVisitor& f);

/// Puts a configuration's values in place, and the constants that go with it.
/// @param fields  walks the settings that are changed
void put_values(const search::SearchSpace& space, std::span<const Constant> constants,
                const search::Configuration& configuration, const std::function<void(FieldVisitor&)>& fields);

}  // namespace holdout::study
