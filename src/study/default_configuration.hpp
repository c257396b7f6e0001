// What a study would train if it searched nothing: the configuration that tuning is measured against.
#pragma once

#include <cstdint>
#include <vector>

#include <holdout/study/study.hpp>

namespace holdout::study {

struct DefaultConfiguration {
  search::Configuration configuration;   // its values may lie outside of the ranges
  std::vector<std::int64_t> undeclared;  // indices of the parameters that no declared default suits, ascending
};

/// Every searched setting at its declared default, as if the study did not name it. Some have none that suits: required
/// settings, items of lists, `learning_rate: auto` beside rules and models that it is not for, words that the study
/// does not list, no penalty where a solver may then find no minimum. They take the middle of their range (of its
/// logarithm, where that is searched), the middle one of listed numbers, the first of listed words.
DefaultConfiguration default_configuration(const Study& study);

}  // namespace holdout::study
