// Where the tests' data are.
#pragma once

#include <string>

namespace holdout::testing {

/// The folder tests/ of the source tree. Known to folder.cpp alone, so that all others compile alike in any checkout.
std::string tests_folder();

}  // namespace holdout::testing
