// Points in time as Optuna's databases spell them.
#pragma once

#include <chrono>
#include <string>

namespace holdout::study {

/// UTC, always with six digits: 2026-11-24 05:30:00.000000. Optuna reads a fraction of three as microseconds.
std::string timestamp(std::chrono::system_clock::time_point when);

}  // namespace holdout::study
