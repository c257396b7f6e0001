// Two lines at the bottom of a terminal that follow a run: how far it is, and the best value with its history.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <holdout/base/thread.hpp>

#include "progress.hpp"

namespace holdout::cli {

/// Draws from a thread of its own, so that the clock goes on during a long cohort. Gone from the screen at its end.
/// Colours only where NO_COLOR is not set (no-color.org), and characters by LC_ALL, LC_CTYPE, LANG.
class LiveView final : public study::Observer {
 public:
  LiveView(const Shown& what, const std::atomic<bool>& interrupted);
  ~LiveView() override;
  void changed(const study::RunState& state) override;
  void note(const std::string& text) override;

 private:
  struct Piece {
    std::string text, colour = {};
  };
  void loop();
  void draw();
  void erase();
  std::string laid_out(const std::vector<Piece>& line, std::size_t width) const;

  Shown what_;
  const std::atomic<bool>& interrupted_;
  bool colours_, unicode_;
  std::mutex mutex_;
  std::condition_variable wake_;
  study::RunState state_;
  std::vector<double> history_;  // the best value after each change
  int lines_ = 0;                // on the screen
  bool begun_ = false, stop_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Thread thread_;  // last: starts when all else is there
};

/// The last `width` of them as bars of eight heights, between the least and the largest.
std::string sparkline(const std::vector<double>& values, std::size_t width);

}  // namespace holdout::cli
