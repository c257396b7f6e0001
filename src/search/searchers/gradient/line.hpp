// A descent along one coordinate.
#pragma once

#include <limits>

#include "descent.hpp"
#include "hermite.hpp"

namespace holdout::search {

/// Seeds over the whole range find the basins: neighbours between which the slope turns from − to +, and ends of the
/// range that point outward. Between slopes of one sign a cubic may tell of a minimum: such basins wait for the first
/// step of the others. Every basin that may hold the best value is narrowed, all of them side by side, by Newton's
/// steps on the slope, corrected for its third derivative by the nearest other point (by secants where there is no
/// second derivative), inside a bracket that a step must halve, or reduce the slope, every three steps; else it is
/// bisected. Shrinking flat tails cannot be mistaken for a minimum: it ends only inside a bracket, where the curvature
/// is positive and the step short. Where trainings fail stands a wall, which counts as the far end of a basin.
class LineSearch final : public Descent {
 public:
  LineSearch(const Box& box, const DescentOptions& options);
  std::vector<Probe> next() override;
  void tell(std::span<const Sight> sights, double rival) override;
  std::vector<Candidate> candidates() const override;

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  struct Point {
    double x = 0, value = 0, error = 0, slope = 0, bend = 0;  // bend: second derivative; NaN if not known
    double tolerance = 0;
    std::size_t probe = 0;
    bool failed = false;  // a wall: nothing else is known but where it stands
  };
  struct Basin {
    std::size_t left = 0, right = 0;  // in points_: slopes < 0 and > 0 there, or hidden()
    std::size_t unsure = kNone;       // the last step's point, if its slope may have either sign
    int steps = 0, slow = 0;          // steps made; those in a row that got nowhere
    bool ended = false, converged = false;
    double next = 0, gain = 0, tolerance = 0;  // of the step to come
  };
  double seed_tolerance() const;
  static bool falls(const Point& left);
  static bool rises(const Point& right);
  bool hidden(const Basin& basin) const;
  static double slope_error(const Point& p);
  bool uncertain(const Point& p) const;
  bool tight(const Point& p, double bend) const;
  static std::optional<Knot> cubic_between(const Point& l, const Point& r);
  void find_basins(double rival);
  void plan(Basin& basin, double rival) const;
  void narrow(Basin& basin, std::size_t point) const;
  const Point& better(const Basin& basin) const;
  double curvature_at(const Point& at, double* third) const;

  double low_, high_;
  DescentOptions options_;
  std::vector<Probe> round_;
  std::vector<std::size_t> asked_for_;  // [of round_]: basin, or kNone
  std::vector<Point> points_;           // with a slope, and walls, in the order of asking
  std::vector<Candidate> flat_;         // seen without a slope
  std::vector<Basin> basins_;
  int probes_ = 0, seeded_ = 0;
};

}  // namespace holdout::search
