#include "support/folder.hpp"

namespace holdout::testing {

std::string tests_folder() { return HOLDOUT_TESTS; }

}  // namespace holdout::testing
