// The lecture's plain form of a descent: an update rule on hyperparameters.
#pragma once

#include <holdout/update/stepper.hpp>

#include "descent.hpp"

namespace holdout::search {

/// The same update rules that train θ, on the gradient of ln |E|, so that one learning rate means the same on every
/// data set: d ln E / d ln λ is the percentage of E that a percent of λ is worth. A few starts spread over the box go
/// side by side, each for its share of the evaluations, and stay inside the box.
class RuleSearch final : public Descent {
 public:
  RuleSearch(Box box, const DescentOptions& options, const update::RuleChoice& rule, double rate, int starts);
  std::vector<Probe> next() override;
  void tell(std::span<const Sight> sights, const Incumbent& incumbent) override;
  std::vector<Candidate> candidates() const override { return seen_; }
  DescentEnd end() const override;

 private:
  struct Run {
    std::vector<double> at;
    update::Stepper stepper;
    std::optional<std::size_t> last;      // probe
    bool ended = false, arrived = false;  // arrived: its last step would gain less than the tolerance
  };
  Box box_;
  DescentOptions options_;
  double rate_;
  std::vector<Run> runs_;
  std::vector<std::size_t> asked_for_;  // [of the round]: run
  std::vector<Probe> round_;
  std::vector<Candidate> seen_;  // best first
  int probes_ = 0, rounds_ = 0;
};

}  // namespace holdout::search
