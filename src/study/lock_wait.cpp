#include "lock_wait.hpp"

namespace holdout::study {
namespace {

// Optuna's transactions take milliseconds: what lasts so long is worth a word.
constexpr std::chrono::seconds kUntold(2), kBetweenWords(60);
// A short lock should not cost a result; and a run has to end within two seconds of a signal.
constexpr std::chrono::milliseconds kAfterInterrupt(400);

}  // namespace

void LockWait::locked(const std::string& waiting) {
  const auto now = Clock::now();
  if (!since_) since_ = now;
  if (interrupt_ && !interrupted_) interrupted_ = now;
  if (now - *since_ < kUntold || (told_ && now - *told_ < kBetweenWords)) return;
  told_ = now;
  observer_.note("another program keeps study.db locked: " + waiting);
}

void LockWait::released(const std::string& stored) {
  if (told_) observer_.note("study.db is free again: " + stored);
  since_.reset(), interrupted_.reset(), told_.reset();
}

bool LockWait::given_up() const { return interrupted_ && Clock::now() - *interrupted_ >= kAfterInterrupt; }

long long LockWait::seconds() const {
  return since_ ? std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - *since_).count() : 0;
}

}  // namespace holdout::study
