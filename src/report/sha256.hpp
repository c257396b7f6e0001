// SHA-256 (FIPS 180-4), in base64: how a page says which script it means.
#pragma once

#include <string>
#include <string_view>

namespace holdout::report {

std::string sha256_base64(std::string_view text);

}  // namespace holdout::report
