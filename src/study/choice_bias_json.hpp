// What bootstrap samples have chosen so far, as the JSON text that stands in an attribute of the study:
// {"samples": [[trial, in_bag, out_of_bag], …], "trials": [[first, last], …]}; trial −1: none yet.
#pragma once

#include <string>
#include <string_view>

#include <holdout/study/choice_bias.hpp>

namespace holdout::study {

std::string choice_bias_json(const ChoiceBiasState& state);
/// @throws nlohmann's exceptions, or std::domain_error, on what the writer never writes
ChoiceBiasState choice_bias_from(std::string_view json);

}  // namespace holdout::study
