// A tuned model as JSON: what stands in study.db, and, with coefficients in the data's units, in model.json.
#pragma once

#include <string_view>

#include <holdout/study/tuned_model.hpp>

#include "attributes.hpp"

namespace holdout::study {

/// What a score says of the target, by train::Link.
inline constexpr std::string_view kLinks[] = {"identity", "log", "odds", "decision"};

/// What the levels of a column become, by data::InputColumn::Encoding.
inline constexpr std::string_view kEncodings[] = {"onehot", "ordinal", "target"};
/// What becomes of missing cells, by data::InputColumn::Missing.
inline constexpr std::string_view kMissingRules[] = {"refuse", "mean", "level", "indicator"};

Json to_json(const TunedModel& model);

/// @throws std::domain_error, naming the member, on what to_json never writes; unknown members are passed over
TunedModel tuned_model_from(const Json& json);

}  // namespace holdout::study
