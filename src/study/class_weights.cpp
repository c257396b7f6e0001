#include "class_weights.hpp"

#include <optional>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/data/classes.hpp>

namespace holdout::study {

void find_class_weights(StudyFile& file, const std::vector<std::string>& classes) {
  Errors errors;
  std::vector<char> told(classes.size());
  for (train::ClassWeight& weight : file.study.config.model.class_weights) {
    const std::optional<std::size_t> at = data::find_class(classes, weight.name);
    weight.place = static_cast<std::uint32_t>(at.value_or(classes.size()));
    const auto refuse = [&](const std::string& text, const std::string& hint) {
      errors.add(file.located(
          {{}, "model.class_weight.classes: " + text, hint, {}, "model.class_weight.classes." + weight.name}));
    };
    if (!at)
      refuse("the target has no class " + quoted(weight.name), data::class_hint(classes, weight.name));
    else if (std::exchange(told[*at], 1))
      refuse("class " + quoted(classes[*at]) + " is named twice", "delete one of the two");
  }
  errors.throw_if_any();
}

}  // namespace holdout::study
