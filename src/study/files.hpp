// System calls on files, with their errors in words.
#pragma once

#include <string>
#include <string_view>

#include <holdout/base/error.hpp>
#include <holdout/base/files.hpp>

namespace holdout::study {

/// `path: error: WHAT: no space left on device`, with a hint for the reasons that people meet; `reason` is an errno.
Error system_error(const std::string& path, const std::string& what, int reason);

/// The folder that a file lies in: "." for a plain name.
std::string folder_of(const std::string& path);

/// `.NAME.PID.tmp` in the same folder: the name under which a file is written before it gets its own.
std::string temporary_name(const std::string& path);

/// Whether a file of that name (without folder) is such a temporary one, of a process that is no more.
bool abandoned(std::string_view name);

/// Makes the new file `temporary`; one that a dead process with our number left is replaced.
/// @throws Error naming `path`
int create_temporary(const std::string& temporary, const std::string& path);

/// Makes the names in the folder of `path` outlast a power cut. @throws Error naming `path`
void sync_folder_of(const std::string& path);

/// rename that replaces nothing. Not every file system knows how; the run's lock keeps others away there.
/// @return 0, or -1 with errno set
int rename_new(const std::string& from, const std::string& to);

}  // namespace holdout::study
