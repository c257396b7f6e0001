// Control groups of Linux, in both versions: the limits of a container or a batch job that this process runs in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdout {

/// The folders of this process's group under a controller ("memory", "pids") and of the groups around it, the innermost
/// first. Version 1 has a tree for each controller, version 2 one for all.
struct ControlGroups {
  bool first_version = false;
  std::vector<std::string> folders;
};

std::vector<ControlGroups> control_groups(std::string_view controller);

/// The same from the text of /proc/self/cgroup and /proc/self/mountinfo.
std::vector<ControlGroups> control_groups(std::string_view controller, const std::string& groups,
                                          const std::string& mounts);

}  // namespace holdout
