// A tuned model as JSON: what stands in study.db, and, with coefficients in the data's units, in model.json.
#pragma once

#include <holdout/study/tuned_model.hpp>

#include "attributes.hpp"

namespace holdout::study {

Json to_json(const TunedModel& model);

/// @throws nlohmann's exceptions, or std::domain_error, on what to_json never writes
TunedModel tuned_model_from(const Json& json);

}  // namespace holdout::study
