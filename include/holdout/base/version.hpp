// Which holdout this is.
#pragma once

#include <string_view>

namespace holdout {

/// 0.1.0
std::string_view version();

}  // namespace holdout
