#include <holdout/base/limits.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <system_error>

#include <holdout/base/number.hpp>

#include "control_groups.hpp"

namespace holdout {
namespace {

constexpr double kKilobyte = 1024, kMegabyte = 1e6;

// The number behind a word of a file, or its first one. Nothing if there is none: "max", no such file.
std::optional<double> number_in(const std::string& file, const std::string& name = {}) {
  std::ifstream in(file);
  std::string word;
  double number = 0;
  while (!name.empty() && in >> word && word != name) continue;
  if (in >> number) return number;
  return {};
}

std::optional<double> limit_of(int resource) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return {};
  return static_cast<double>(limit.rlim_cur);
}

std::string megabytes(double bytes) { return to_text(std::round(bytes / kMegabyte), 9) + " MB"; }

std::string whole(double x) { return to_text(std::floor(x), 15); }

// What a group's files keep in memory counts as taken there, and could be given back: it is taken off.
void add_memory_groups(std::vector<Limit>& limits) {
  constexpr double kNone = 1e18;  // version 1 writes a number of that size where there is no limit
  for (const ControlGroups& groups : control_groups("memory"))
    for (const std::string& folder : groups.folders) {
      const bool first = groups.first_version;
      const auto most = number_in(folder + (first ? "/memory.limit_in_bytes" : "/memory.max"));
      const auto taken = number_in(folder + (first ? "/memory.usage_in_bytes" : "/memory.current"));
      if (!most || !taken || *most >= kNone) continue;
      const double files = number_in(folder + "/memory.stat", first ? "total_cache" : "file").value_or(0);
      limits.push_back({"memory of the control group " + megabytes(*most), *most, *taken - files});
    }
}

}  // namespace

std::vector<Limit> memory_limits() {
  std::vector<Limit> limits;
  const double page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  // statm: all, resident, shared, text, libraries, data (proc(5)); in pages
  double all = 0, data = 0, other = 0;
  std::ifstream("/proc/self/statm") >> all >> other >> other >> other >> other >> data;
  if (const auto most = limit_of(RLIMIT_AS))
    limits.push_back({"ulimit -v " + whole(*most / kKilobyte), *most, all * page});
  if (const auto most = limit_of(RLIMIT_DATA))
    limits.push_back({"ulimit -d " + whole(*most / kKilobyte), *most, data * page});
  add_memory_groups(limits);
  return limits;
}

std::vector<Limit> thread_limits() {
  std::vector<Limit> limits;
  if (const auto most = limit_of(RLIMIT_NPROC)) limits.push_back({"ulimit -u " + whole(*most), *most, 0});
  for (const ControlGroups& groups : control_groups("pids"))
    for (const std::string& folder : groups.folders)
      if (const auto most = number_in(folder + "/pids.max"))
        limits.push_back(
            {"threads of the control group " + whole(*most), *most, number_in(folder + "/pids.current").value_or(0)});
  for (Limit& limit : memory_limits()) limits.push_back(std::move(limit));
  return limits;
}

std::string in_brackets(std::span<const Limit> limits) {
  std::vector<std::string> texts;
  for (const Limit& limit : limits) texts.push_back(limit.text);
  if (texts.empty()) return {};
  return (texts.size() == 1 ? " (limit: " : " (limits: ") + joined(texts) + ")";
}

std::optional<double> free_bytes() {
  std::optional<double> least;
  const auto consider = [&least](double bytes) { least = std::min(least.value_or(bytes), std::max(bytes, 0.0)); };
  if (const auto available = number_in("/proc/meminfo", "MemAvailable:")) consider(*available * kKilobyte);
  for (const Limit& limit : memory_limits()) consider(limit.most - limit.taken);
  return least;
}

double memory_in_reach() {
  double least = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  for (const Limit& limit : memory_limits()) least = std::min(least, limit.most);
  return least;
}

std::string system_words(int reason) {
  std::string why = std::generic_category().message(reason);
  why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
  if (const auto most = limit_of(RLIMIT_NOFILE); reason == EMFILE && most) why += " (ulimit -n " + whole(*most) + ")";
  return why;
}

}  // namespace holdout
