// A descent along one coordinate in which every evaluation is a training as the study says: derivatives go through its
// steps, so that there is nothing to solve tightly, and no smoothness to count on between two trainings.
#pragma once

#include <limits>

#include "descent.hpp"
#include "hermite.hpp"

namespace holdout::search {

/// Seeds over the whole range find the basins: neighbours between which the slope turns from − to +, and ends of the
/// range that point outward. Between slopes of one sign a cubic may tell of a minimum: such basins wait for the first
/// step of the others. Every basin that may hold the best value is narrowed, all of them side by side, by Newton's
/// steps on the slope, with curvatures by secants, inside a bracket that a step must halve, or reduce the slope, every
/// three steps; else it is bisected. Shrinking flat tails cannot be mistaken for a minimum: it ends only inside a
/// bracket, where the curvature is positive and the step short. Where trainings fail stands a wall, which counts as the
/// far end of a basin.
class LineSearch final : public Descent {
 public:
  LineSearch(const Box& box, const DescentOptions& options);
  std::vector<Probe> next() override;
  void tell(std::span<const Sight> sights, const Incumbent& incumbent) override;
  std::vector<Candidate> candidates() const override;
  DescentEnd end() const override;

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  struct Point {
    double x = 0, value = 0, slope = 0;
    bool failed = false;  // a wall: nothing else is known but where it stands
  };
  struct Basin {
    std::size_t left = 0, right = 0;  // in points_: slopes < 0 and > 0 there, or hidden()
    int steps = 0, slow = 0;          // steps made; those in a row that got nowhere
    bool ended = false, converged = false;
    double next = 0, gain = 0;  // of the step to come
  };
  static bool falls(const Point& left);
  static bool rises(const Point& right);
  bool hidden(const Basin& basin) const;
  static std::optional<Knot> cubic_between(const Point& l, const Point& r);
  void find_basins(double rival);
  void plan(Basin& basin, double rival) const;
  void narrow(Basin& basin, std::size_t point) const;
  const Point& better(const Basin& basin) const;
  double curvature_at(const Point& at) const;

  double low_, high_;
  DescentOptions options_;
  std::vector<Probe> round_;
  std::vector<std::size_t> asked_for_;  // [of round_]: basin, or kNone
  std::vector<Point> points_;           // with a slope, and walls, in the order of asking
  std::vector<Candidate> flat_;         // seen without a slope
  std::vector<Basin> basins_;
  int probes_ = 0, seeded_ = 0, rounds_ = 0;
};

}  // namespace holdout::search
