#include "class_weights.hpp"

#include <algorithm>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::study {

void find_class_weights(StudyFile& file, const std::vector<std::string>& classes) {
  Errors errors;
  for (train::ClassWeight& weight : file.study.config.model.class_weights) {
    const auto at = std::find(classes.begin(), classes.end(), weight.name);
    weight.place = static_cast<std::uint32_t>(at - classes.begin());
    if (at == classes.end())
      errors.add(file.located({{},
                               "model.class_weight.classes: the target has no class " + quoted(weight.name),
                               did_you_mean(weight.name, classes),
                               {},
                               "model.class_weight.classes." + weight.name}));
  }
  errors.throw_if_any();
}

}  // namespace holdout::study
