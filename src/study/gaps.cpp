#include "gaps.hpp"

#include <algorithm>

namespace holdout::study {

Gaps::Clock::time_point Gaps::next(Clock::time_point now) {
  const std::int64_t gaps = (now - last_end_) / kGap;
  at_once_ = std::min(kAtOnce, at_once_ + gaps);
  if (gaps > 0) return now;
  if (at_once_ == 0) return last_end_ + kGap;
  --at_once_;
  return now;
}

}  // namespace holdout::study
