// Time of this thread alone: other work on the machine does not count.
#pragma once

#include <ctime>

namespace holdout::bench {

inline double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace holdout::bench
