// What shells and manuals say about the command: generated from the table of commands and the declared settings.
#pragma once

#include <string>
#include <string_view>

namespace holdout::cli {

/// A completion script. @param shell  bash or zsh @throws Error for another
std::string completion_script(std::string_view shell);

/// holdout.1, in roff.
std::string manual();

}  // namespace holdout::cli
