// A first study for a data file: runs as it is, and says in comments why it says what it says.
#pragma once

#include <string>

#include <holdout/data/overview.hpp>

namespace holdout::study {

struct StarterFiles {
  std::string study;  // where the study will stand, for the commands in its comments
  std::string data;   // the data file, relative to the study's folder
  std::string name;   // of the study
};

/// @param target  name of the column to predict; libsvm: empty
/// @throws Error if no study of that target could run: it is missing (near names are suggested), empty, constant, mixed
std::string starter_study(const data::Overview& overview, const std::string& target, const StarterFiles& files);

}  // namespace holdout::study
