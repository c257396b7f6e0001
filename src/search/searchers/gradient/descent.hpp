// A search for a local minimum inside a box, in rounds of probes. Coordinates: log of a hyperparameter on a log scale;
// a linear range is kLinearLength long, so that steps mean much the same in all of them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <holdout/search/objective.hpp>

namespace holdout::search {

inline constexpr double kLinearLength = 8;

/// The coordinates that a descent may use.
struct Box {
  std::vector<double> low, high;
  std::size_t size() const { return low.size(); }
};

/// What a descent wants to know.
struct Probe {
  std::vector<double> at;
  double tolerance = 0;                  // relative error of the value; 0: as far as the study says
  std::optional<std::size_t> near = {};  // of the descent's own probes, counted from 0
  Want want = Want::curvature;
  bool guarded = false;
};

/// What it is told, in coordinates.
struct Sight {
  bool failed = false;  // nothing else means anything then
  double value = 0, error = 0;
  std::vector<double> gradient, curvature;  // empty where there is none; curvature row-major
  std::optional<double> guard = {};
};

/// Where a descent ended: a point, and the value that is expected there.
struct Candidate {
  std::vector<double> at;
  double value = 0, error = 0;
  bool solved = false;   // was evaluated as far as the study says
  bool certain = false;  // is to be evaluated so, however its value compares
};

struct DescentOptions {
  int seeds = 7;
  int evaluations = 64;     // at most, in all
  double tolerance = 1e-9;  // stop where a step would gain less than this share of the value
  bool inexact = true;      // evaluations may stop early and start from one another; otherwise all are full
};

/// Its state is a function of what it was told.
class Descent {
 public:
  virtual ~Descent() = default;
  /// The next round; none: it has ended.
  virtual std::vector<Probe> next() = 0;
  /// Answers to the last round, in order.
  /// @param rival  what the best value that any descent has seen surely is, these answers included
  virtual void tell(std::span<const Sight> sights, double rival) = 0;
  /// Where the minimum may be, best first; none if everything failed.
  virtual std::vector<Candidate> candidates() const = 0;
};

/// The relative error of an evaluation that is worth its cost before a step of that expected gain.
double tolerance_for(double gain, double value, const DescentOptions& options);
inline constexpr double kSeedTolerance = 3e-3;  // of seeds: basins are told apart by more than that

}  // namespace holdout::search
