#include "control_groups.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace holdout {
namespace {

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

bool lists(const std::string& words, std::string_view word) {
  for (const std::string& each : split(words, ','))
    if (each == word) return true;
  return false;
}

struct Mount {
  std::string root, folder;  // which part of the tree of groups is seen, and where
};

// A line of mountinfo: ID PARENT DEVICE ROOT FOLDER OPTIONS … - TYPE SOURCE SUPEROPTIONS (proc(5)).
std::optional<Mount> mount_of(const std::string& line, bool first_version, std::string_view controller) {
  const std::vector<std::string> words = split(line, ' ');
  std::size_t dash = 0;
  while (dash < words.size() && words[dash] != "-") ++dash;
  constexpr std::size_t kRoot = 3, kFolder = 4, kSuperOptions = 3;
  if (dash <= kFolder || dash + kSuperOptions >= words.size()) return {};
  if (words[dash + 1] != (first_version ? "cgroup" : "cgroup2")) return {};
  if (first_version && !lists(words[dash + kSuperOptions], controller)) return {};
  return Mount{words[kRoot], words[kFolder]};
}

}  // namespace

std::vector<ControlGroups> control_groups(std::string_view controller, const std::string& groups,
                                          const std::string& mounts) {
  std::vector<ControlGroups> all;
  for (const std::string& line : split(groups, '\n')) {
    // NUMBER:CONTROLLERS:PATH; of version 2: 0::PATH
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    ControlGroups found{!controllers.empty(), {}};
    if (found.first_version && !lists(controllers, controller)) continue;
    for (const std::string& mounted : split(mounts, '\n')) {
      const std::optional<Mount> mount = mount_of(mounted, found.first_version, controller);
      if (!mount) continue;
      // A container may see its own part of the tree only: then its root stands in front of the path.
      std::string path = line.substr(second + 1);
      if (mount->root != "/" && path.starts_with(mount->root)) path.erase(0, mount->root.size());
      for (path = mount->folder + path; path.size() > mount->folder.size(); path.resize(path.rfind('/')))
        if (!path.ends_with('/')) found.folders.push_back(path);
      found.folders.push_back(mount->folder);
      break;
    }
    all.push_back(std::move(found));
  }
  return all;
}

std::vector<ControlGroups> control_groups(std::string_view controller) {
  return control_groups(controller, text_of("/proc/self/cgroup"), text_of("/proc/self/mountinfo"));
}

}  // namespace holdout
