// Walks over all rules, models and designs take a sanitizer many minutes.
#pragma once

#include <cstddef>

namespace holdout::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// Whether the walk leaves its i-th stop out: with a sanitizer, three of four. Every rule and every model is still met.
constexpr bool left_out(std::size_t i) { return kSanitized && i % 4 != 0; }

}  // namespace holdout::testing
