// Groups of features with λ of their own: whose they are is known only with the data.
#pragma once

#include <string>
#include <vector>

#include <holdout/study/reader.hpp>

namespace holdout::study {

/// Finds the features of every group of model.l2.groups, and makes a group, and a parameter where l2 is searched, of
/// every feature if model.l2.each says so.
/// @throws Error naming columns that no feature has, features of two groups, or a search that cannot be so wide
/// @param features  names of all that a configuration may have
void find_groups(StudyFile& file, const std::vector<std::string>& features);

}  // namespace holdout::study
