#include <holdout/base/version.hpp>

namespace holdout {

std::string_view version() { return HOLDOUT_VERSION; }

}  // namespace holdout
