// How far a run is, on standard error: a live view on a terminal, now and then a plain line elsewhere, or events.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <holdout/study/runner.hpp>

namespace holdout::cli {

/// Which of them: nothing with --quiet; events with --json; a live view if standard error is a terminal that can move
/// its cursor (TERM is set, and not dumb); else lines.
enum class Show { nothing, lines, live, events };
Show show(bool quiet, bool json);

/// What it tells of.
struct Shown {
  std::string study, metric;
  bool maximize = false;
};

/// @param interrupted  may become true at any time; must outlive the observer
std::unique_ptr<study::Observer> make_progress(Show how, const Shown& what, const std::atomic<bool>& interrupted);

/// "128 of 256 trials (2 failed), 45.2 trials/s, 3 s left"
std::string counts(const study::RunState& state, double seconds);

/// What follows the search, while it lasts: ", certifying: 43 % of ln λ bounded, 57 intervals so far"; else nothing.
std::string last_step(const study::RunState& state);

}  // namespace holdout::cli
