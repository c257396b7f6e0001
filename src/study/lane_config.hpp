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

/// The transforms of the target that configurations may have, none left out, by name.
/// @param fixed     what the study says where it is not searched
/// @param searched  null: it is not
std::vector<std::string> target_transforms(const std::string& fixed, const search::Parameter* searched);

/// Puts a configuration's values in place, and the constants that go with it.
/// @param fields  walks the settings that are changed
void put_values(const search::SearchSpace& space, std::span<const Constant> constants,
                const search::Configuration& configuration, const std::function<void(FieldVisitor&)>& fields);

}  // namespace holdout::study
