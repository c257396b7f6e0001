// The page's style sheet and script, from page.css and page.js.
#pragma once

#include <string_view>

namespace holdout::report {

extern const std::string_view kPageStyle, kPageScript;

}  // namespace holdout::report
