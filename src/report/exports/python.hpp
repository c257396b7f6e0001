// The tuned model as a Python script.
#pragma once

#include <holdout/study/tuned_model.hpp>

namespace holdout::report {

/// Readable, with numpy alone: the model's numbers, then only what this kind of model needs.
std::string python(const study::TunedModel& model);

}  // namespace holdout::report
