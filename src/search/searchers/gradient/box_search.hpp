// A descent in several coordinates.
#pragma once

#include "descent.hpp"
#include "quasi_newton.hpp"

namespace holdout::search {

/// Projected quasi-Newton steps with backtracking, from the best of some seeds, side by side; with all second
/// derivatives where evaluations have them. Seeds: the middle of the box, and points of a lattice that fills it evenly
/// whatever their number (Roberts, The unreasonable effectiveness of quasirandom sequences, 2018).
class BoxSearch final : public Descent {
 public:
  /// @param start    the only seed, if not empty
  /// @param guarded  every probe asks for a guard, and the descent ends when that has not improved for some steps: its
  ///                 candidate is then the point with the best guard
  BoxSearch(Box box, const DescentOptions& options, std::vector<double> start = {}, bool guarded = false);
  std::vector<Probe> next() override;
  void tell(std::span<const Sight> sights, const Incumbent& incumbent) override;
  std::vector<Candidate> candidates() const override;
  DescentEnd end() const override;

 private:
  struct Point {
    std::vector<double> at;
    Sight sight;
    double tolerance = 0;
    std::size_t probe = 0;
  };
  /// One descent from one seed.
  struct Run {
    Point now;
    QuasiNewton model;
    std::vector<double> way;      // of the step to come
    double share = 1;             // of `way` that is tried
    int failures = 0, stale = 0;  // steps in a row that were no better; accepted ones without a better guard
    double gain = 0, tolerance = 0;
    bool again = false;  // the step is worth nothing any more: the end of it is looked at once, tightly
    bool ended = false;
  };
  std::vector<double> target(const Run& run) const;
  void begin_runs();
  void plan(Run& run, double rival) const;
  void accept(Run& run, Point point);
  void keep(const Point& point);

  Box box_;
  DescentOptions options_;
  bool guarded_;
  Want want_;
  std::vector<std::vector<double>> seeds_;
  std::vector<Probe> round_;
  std::vector<std::size_t> asked_for_;  // [of round_]: run; seeds: their number
  std::vector<Point> seeded_;
  std::vector<Run> runs_;
  std::vector<Candidate> seen_;  // best first
  double best_guard_;
  int probes_ = 0, rounds_ = 0;
  bool running_ = false;
};

}  // namespace holdout::search
