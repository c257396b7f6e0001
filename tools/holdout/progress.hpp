// How far a run is, on standard error: a live line on a terminal, now and then a plain line elsewhere.
#pragma once

#include <chrono>
#include <string>

#include <holdout/study/runner.hpp>

namespace holdout::cli {

class Progress final : public study::Observer {
 public:
  Progress(std::string metric, bool quiet);
  ~Progress() override;
  void changed(const study::RunState& state) override;

 private:
  std::string line(const study::RunState& state, double seconds) const;

  using Clock = std::chrono::steady_clock;
  std::string metric_;
  bool quiet_, terminal_;
  bool drawn_ = false;  // the live line is on the screen
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace holdout::cli
