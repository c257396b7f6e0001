// A search for a local minimum inside a box, in rounds of probes. Coordinates: log of a hyperparameter on a log scale;
// a linear range is kLinearLength long, so that steps mean much the same in all of them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/search/objective.hpp>

namespace holdout::search {

inline constexpr double kLinearLength = 8;

/// The coordinates that a descent may use.
struct Box {
  std::vector<double> low, high;
  std::size_t size() const { return low.size(); }
};

/// One of a descent's own probes that another one starts from: search::Near, by the number of the probe.
struct NearProbe {
  std::size_t probe = 0;  // counted from 0
  double weight = 1, along = 1;
};

/// What a descent wants to know.
struct Probe {
  std::vector<double> at;
  double tolerance = 0;              // relative error of the value; 0: as far as the study says
  std::vector<NearProbe> near = {};  // none: from the model's own start
  Want want = Want::curvature;
  bool guarded = false;
};

/// What it is told, in coordinates.
struct Sight {
  bool failed = false;   // nothing else means anything then
  bool unknown = false;  // nothing is known of the value's error; it may be as large as the value
  double value = 0, error = 0;
  std::vector<double> gradient, curvature;  // empty where there is none; curvature row-major
  std::optional<double> guard = {};
};

/// The best value that any descent has seen, the last answers included; infinite if there is none.
struct Incumbent {
  double exact = 0;  // of values that are known to the tolerance: what may be compared
  double bound = 0;  // what the best of all, loose ones too, surely is: for decisions where to look
};

/// Where a descent ended: a point, and the value that is expected there.
struct Candidate {
  std::vector<double> at;
  double value = 0, error = 0;
  bool solved = false;   // was evaluated as far as the study says
  bool certain = false;  // is to be evaluated so, however its value compares
};

/// Where a descent may have missed something: a part of the range of its one coordinate.
struct OpenPart {
  double low = 0, high = 0;
  std::optional<double> promise = {};  // the least value that may be there, where one can be told
  bool failed = false;                 // nothing there could be solved
};

/// How a descent ended.
struct DescentEnd {
  bool settled = false;
  std::string reason = {};          // of one that has not: what is missing, a clause
  std::vector<OpenPart> open = {};  // of one coordinate
  int rounds = 0;
};

struct DescentOptions {
  int seeds = 0;            // points over the whole range at the start; 0: as many as suit the descent
  int evaluations = 64;     // at most, in all
  double tolerance = 1e-8;  // stop where a step would gain less than this share of the value
  bool implicit = true;  // derivatives are those of minima of J: evaluations may stop before it is reached, and start
                         // from one another; otherwise all are trainings as the study says
};

/// Its state is a function of what it was told.
class Descent {
 public:
  virtual ~Descent() = default;
  /// What the next round depends on besides: values at interpolated models (search::Objective::preview). None: nothing.
  virtual std::vector<Probe> previews() { return {}; }
  virtual void tell_previews(std::span<const double> values) { (void)values; }
  /// The next round; none: it has ended.
  virtual std::vector<Probe> next() = 0;
  /// Answers to the last round, in order.
  virtual void tell(std::span<const Sight> sights, const Incumbent& incumbent) = 0;
  /// Where the minimum may be, best first; none if everything failed.
  virtual std::vector<Candidate> candidates() const = 0;
  /// Whether it found what it was to find.
  virtual DescentEnd end() const = 0;
};

}  // namespace holdout::search
