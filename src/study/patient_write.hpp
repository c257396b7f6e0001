// Writing to storage what is no outcome of a trial, while another program may hold its lock.
#pragma once

#include "lock_wait.hpp"

namespace holdout::study {

/// Writes, however long another program holds the lock. @return false if the run was interrupted first
template <class Write>
bool patiently(const Write& write, const std::atomic<bool>& interrupt, Observer& observer) {
  LockWait wait(interrupt, observer);
  for (;;) {
    try {
      write();
      wait.released("the run goes on");
      return true;
    } catch (const Locked&) {
      wait.locked("the run waits for it; Ctrl-C ends it");
      if (interrupt) return false;
    }
  }
}

}  // namespace holdout::study
