// Weights of classes by name: which class each is of is known only with the data.
#pragma once

#include <string>
#include <vector>

#include <holdout/study/reader.hpp>

namespace holdout::study {

/// Finds the class of every weight of model.class_weight.classes.
/// @throws Error naming weights of classes that the target does not have
/// @param classes  as the dataset has them
void find_class_weights(StudyFile& file, const std::vector<std::string>& classes);

}  // namespace holdout::study
