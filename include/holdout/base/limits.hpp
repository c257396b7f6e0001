// What the system lets this process have: limits of the shell (ulimit) and of its control groups (containers, batch
// systems). Messages about what could not be had name them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace holdout {

/// One limit in force.
struct Limit {
  std::string text;  // how it is told: "ulimit -u 10", "control group: memory 512 MB"
  double most = 0;   // threads, or bytes
  double taken = 0;  // of them, where the system tells: by this process, or by its control group
};

/// On processes and threads of this user, and on the memory that their stacks take.
std::vector<Limit> thread_limits();
/// On memory, in bytes.
std::vector<Limit> memory_limits();
/// " (limits: ulimit -u 10, ulimit -v 50000)"; empty without any
std::string in_brackets(std::span<const Limit> limits);

/// Bytes that this process may still take: free memory of the machine, of its control groups, of its own limits.
/// Nothing where the system does not say.
std::optional<double> free_bytes();
/// Bytes that this process may have in all: the machine's memory, or the smallest limit.
double memory_in_reach();

/// What an errno means, beginning in small letters: "no space left on device", "too many open files (ulimit -n 20)".
std::string system_words(int reason);

}  // namespace holdout
