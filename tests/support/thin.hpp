// Walks over all rules, models and designs take a sanitizer many minutes.
#pragma once

#include <cstddef>

namespace holdout::testing {

/// Whether the walk leaves its i-th stop out: with a sanitizer, three of four. Every rule and every model is still met.
constexpr bool left_out([[maybe_unused]] std::size_t i) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return i % 4 != 0;
#else
  return false;
#endif
}

}  // namespace holdout::testing
