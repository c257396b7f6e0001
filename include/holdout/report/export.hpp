// The tuned model as a program of another language that needs nothing of holdout's.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <holdout/base/settings.hpp>
#include <holdout/study/tuned_model.hpp>

namespace holdout::report {

/// What a model can be exported to: `holdout export --to NAME`.
std::span<const Info> languages();

/// The program's text. It takes a file like the one that the model was trained on, and prints what `holdout predict`
/// prints, up to rounding.
/// @throws Error for an unknown language
std::string export_model(const study::TunedModel& model, std::string_view language);

}  // namespace holdout::report
