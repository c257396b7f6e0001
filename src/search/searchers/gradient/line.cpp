#include "line.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace holdout::search {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kWorthALook =
    0.05;                           // a basin is looked into if its prediction is so near to the best value, relatively
constexpr std::size_t kBasins = 4;  // looked into, at most
constexpr int kStepsOfABasin = 24;
constexpr double kShort = 0.5;    // an exponential tail looks like a minimum a step of 1 away: that is no short one
constexpr double kAtWall = 1e-3;  // gain, relative, for which walls are not approached any more
constexpr double kCurved = 0.02;  // least curvature for a Newton step, as a share of the slope

}  // namespace

double tolerance_for(double gain, double value, const DescentOptions& options) {
  constexpr double kShare = 0.05, kLoosest = 1e-5;  // looser ones save no work, but slopes would be wrong by percents
  return std::clamp(kShare * gain / std::abs(value), options.tolerance, std::max(kLoosest, options.tolerance));
}

LineSearch::LineSearch(const Box& box, const DescentOptions& options)
    : low_(box.low[0]), high_(box.high[0]), options_(options) {
  if (!(high_ > low_)) options_.seeds = 1;
}

std::vector<Probe> LineSearch::next() {
  round_.clear(), asked_for_.clear();
  const auto ask = [&](double x, double tolerance, std::optional<std::size_t> near, std::size_t basin) {
    if (probes_ + static_cast<int>(round_.size()) >= options_.evaluations) return;
    round_.push_back({{x}, options_.inexact ? tolerance : 0, options_.inexact ? near : std::nullopt});
    asked_for_.push_back(basin);
  };
  std::optional<std::size_t> solved;  // the last one
  for (const Point& p : points_)
    if (!p.failed) solved = p.probe;
  // From the top down: large λ are solved in a step, and every solution is the start of the next one.
  const int at_once = options_.inexact ? 1 : options_.seeds;
  for (int i = 0; i < at_once && seeded_ < options_.seeds; ++i, ++seeded_) {
    const double share = options_.seeds > 1 ? seeded_ / (options_.seeds - 1.0) : 0;
    const double x = share == 1 ? low_ : high_ + share * (low_ - high_);
    ask(x, seed_tolerance(), solved, kNone);
  }
  if (!round_.empty()) return round_;
  // Mostly the others' first step already beats what a hidden basin may hold.
  const bool first = std::any_of(basins_.begin(), basins_.end(),
                                 [this](const Basin& b) { return !b.ended && b.steps == 0 && !hidden(b); });
  for (std::size_t b = 0; b < basins_.size(); ++b)
    if (!basins_[b].ended && !(first && hidden(basins_[b])))
      ask(basins_[b].next, basins_[b].tolerance, better(basins_[b]).probe, b);
  return round_;
}

// Beside a seed that is far above the best one, its neighbour hardly matters: the error may be a tenth of the way.
double LineSearch::seed_tolerance() const {
  constexpr double kShare = 0.1, kLoosest = 0.1;
  double best = std::numeric_limits<double>::infinity();
  const Point* last = nullptr;
  for (const Point& p : points_)
    if (!p.failed) best = std::min(best, p.value), last = &p;
  if (!last) return kSeedTolerance;
  return std::clamp(kShare * (last->value - best) / std::abs(last->value), kSeedTolerance, kLoosest);
}

void LineSearch::tell(std::span<const Sight> sights, double rival) {
  for (std::size_t i = 0; i < sights.size(); ++i) {
    const Sight& sight = sights[i];
    const std::size_t probe = static_cast<std::size_t>(probes_++);
    const bool usable = !sight.failed && sight.gradient.size() == 1 && std::isfinite(sight.gradient[0]);
    if (!sight.failed && !usable) flat_.push_back({round_[i].at, sight.value, sight.error, round_[i].tolerance == 0});
    if (usable || sight.failed) {
      const double slope = usable ? sight.gradient[0] : 0,
                   bend = sight.curvature.size() == 1 ? sight.curvature[0] : kNaN;
      points_.push_back(
          {round_[i].at[0], sight.value, sight.error, slope, bend, round_[i].tolerance, probe, sight.failed});
    }
    if (asked_for_[i] == kNone) continue;
    Basin& basin = basins_[asked_for_[i]];
    ++basin.steps;
    if (usable || sight.failed)
      narrow(basin, points_.size() - 1);
    else
      basin.ended = true;
  }
  if (seeded_ == options_.seeds && basins_.empty()) find_basins(rival);
  for (Basin& basin : basins_)
    if (!basin.ended) plan(basin, rival);
}

bool LineSearch::falls(const Point& left) { return left.failed || left.slope < 0; }
bool LineSearch::rises(const Point& right) { return right.failed || right.slope > 0; }

// Whether a cubic between its seeds is all that tells of a minimum.
bool LineSearch::hidden(const Basin& basin) const {
  return basin.steps == 0 && !(falls(points_[basin.left]) && rises(points_[basin.right]));
}

// Slopes are exact to second order in what is left of a solve, values to third (train/hypergradient.hpp).
double LineSearch::slope_error(const Point& p) {
  const double size = std::abs(p.value);
  return size > 0 ? size * std::cbrt(p.error / size * p.error / size) : 0;
}

bool LineSearch::uncertain(const Point& p) const {
  return p.tolerance > options_.tolerance && p.value != 0 && std::abs(p.slope) <= slope_error(p);
}

// Whether the minimum beside p is known as well as the search is to know it. A solve often ends far below its
// tolerance: what counts is what it says of itself, of its value and of the step that its slope asks for.
bool LineSearch::tight(const Point& p, double bend) const {
  const double enough = options_.tolerance * std::abs(p.value), slope = slope_error(p);
  return p.tolerance <= options_.tolerance || (p.error <= enough && slope * slope <= 2 * bend * enough);
}

std::optional<Knot> LineSearch::cubic_between(const Point& l, const Point& r) {
  if (l.failed || r.failed) return {};
  return cubic_minimum({l.x, l.value, l.slope}, {r.x, r.value, r.slope});
}

// Slopes of the same sign at both sides can hide a minimum between them: where the cubic has one, it is looked into.
void LineSearch::find_basins(double rival) {
  std::vector<std::size_t> order(points_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points_[a].x < points_[b].x; });
  std::vector<std::pair<double, Basin>> found;
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    const Point &l = points_[order[i]], &r = points_[order[i + 1]];
    if (l.failed && r.failed) continue;
    const auto cubic = cubic_between(l, r);
    if (!(falls(l) && rises(r)) && !cubic) continue;
    const double end = l.failed ? r.value : (r.failed ? l.value : std::min(l.value, r.value));
    const double lowest = cubic ? std::min(end, cubic->value) : end;
    if (lowest > rival + kWorthALook * std::abs(rival)) continue;
    Basin basin;
    basin.left = order[i], basin.right = order[i + 1];
    found.emplace_back(lowest, basin);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (found.size() > kBasins) found.resize(kBasins);
  for (const auto& [lowest, basin] : found) basins_.push_back(basin);
}

// The new point takes the place of one end, unless it is not sure which: then the next one is as tight as can be. Where
// both ends had slopes of one sign, either side may hold the minimum: the side of the lower end is kept, until the
// slopes say which.
void LineSearch::narrow(Basin& basin, std::size_t point) const {
  const Point &l = points_[basin.left], &r = points_[basin.right], &p = points_[point];
  const double width = r.x - l.x, slope = std::abs(better(basin).slope), at = better(basin).x;
  if (!p.failed && uncertain(p)) {
    basin.unsure = point;
    return;
  }
  basin.unsure = kNone;
  if (p.failed)
    (l.failed || (!r.failed && p.x < at) ? basin.left : basin.right) = point;
  else if (falls(l) && rises(r))
    (p.slope < 0 ? basin.left : basin.right) = point;
  else if (l.slope < 0)
    (p.slope > 0 ? basin.right : basin.left) = point;  // both fall to the right
  else
    (p.slope < 0 ? basin.left : basin.right) = point;
  const bool better_now =
      points_[basin.right].x - points_[basin.left].x <= width / 2 || (!p.failed && std::abs(p.slope) <= slope / 4);
  basin.slow = better_now ? 0 : basin.slow + 1;
}

// Of values that differ by no more than their errors, the one with the smaller slope.
const LineSearch::Point& LineSearch::better(const Basin& basin) const {
  const Point* best = nullptr;
  for (const std::size_t i : {basin.left, basin.right, basin.unsure}) {
    if (i == kNone || points_[i].failed) continue;
    const Point& p = points_[i];
    const bool close =
        best && std::abs(p.value - best->value) <= p.error + best->error + options_.tolerance * std::abs(p.value);
    if (!best || (close ? std::abs(p.slope) < std::abs(best->slope) : p.value < best->value)) best = &p;
  }
  assert(best);  // one end at least is no wall
  return *best;
}

// The second derivative, and the third by the nearest other point; by secants where the former is not known.
double LineSearch::curvature_at(const Point& at, double* third) const {
  const Point* other = nullptr;
  for (const Point& p : points_)
    if (!p.failed && p.x != at.x && (!other || std::abs(p.x - at.x) < std::abs(other->x - at.x))) other = &p;
  *third = 0;
  if (!other) return at.bend;
  const double way = other->x - at.x;
  const double secant = (other->slope - at.slope) / way;
  if (std::isnan(at.bend)) return secant;
  *third = 2 * (secant - at.bend) / way;
  return at.bend;
}

void LineSearch::plan(Basin& basin, double rival) const {
  const Point &l = points_[basin.left], &r = points_[basin.right], &a = better(basin);
  const bool bracket = (l.failed || l.slope <= 0) && (r.failed || r.slope >= 0);
  const double width = r.x - l.x;
  double third = 0;
  const double bend = curvature_at(a, &third);
  double step = 0;
  if (bend > kCurved * std::abs(a.slope)) {
    step = -a.slope / bend;
    if (const double corrected = bend + third * step / 2; corrected > bend / 2 && corrected < 2 * bend)
      step = -a.slope / corrected;
  }
  const auto inside = [&](double x) { return (x > l.x && x < r.x) || x == a.x; };
  const bool newton = bend > kCurved * std::abs(a.slope) && inside(a.x + step);
  basin.gain = std::abs(a.slope * step) / 2;
  basin.next = a.x + step;
  const double enough = options_.tolerance * std::abs(a.value);
  if (bracket && newton && std::abs(step) <= kShort && basin.gain <= enough) {
    basin.converged = tight(a, bend);  // else once more, as tight as it has to be
    basin.tolerance = options_.tolerance;
    basin.ended = basin.converged;
    return;
  }
  const auto cubic = cubic_between(l, r);
  if (!bracket && !cubic) {  // nothing is hidden here after all
    basin.ended = true;
    return;
  }
  if (!newton || basin.slow >= 3) {
    constexpr double kMargin = 0.01;  // of the bracket: a step to its end would not narrow it
    const bool bisect = !cubic || basin.slow >= 3;
    basin.next = bisect ? l.x + width / 2 : std::clamp(cubic->x, l.x + kMargin * width, r.x - kMargin * width);
    basin.gain = std::max(std::abs(a.slope * (basin.next - a.x)), cubic ? a.value - cubic->value : 0);
  }
  basin.tolerance = basin.unsure == kNone ? tolerance_for(basin.gain, a.value, options_) : options_.tolerance;
  constexpr double kSurely = 10;  // what a prediction may be wrong by
  const double hope = hidden(basin) && cubic ? std::max(0.0, a.value - cubic->value) : basin.gain;
  const bool beaten = (basin.steps >= 2 || hidden(basin)) && a.value - kSurely * hope - 2 * a.error > rival;
  const bool exhausted = basin.steps >= kStepsOfABasin || basin.next <= l.x || basin.next >= r.x;
  const bool at_wall = (l.failed || r.failed) && !newton && basin.gain <= kAtWall * std::abs(a.value);
  if (beaten || exhausted || at_wall) basin.ended = true;
}

std::vector<Candidate> LineSearch::candidates() const {
  std::vector<Candidate> all = flat_;
  for (const Basin& basin : basins_) {
    const Point& a = better(basin);
    if (basin.converged && basin.next != a.x && options_.inexact)
      all.push_back({{std::clamp(basin.next, low_, high_)}, a.value - basin.gain, a.error, false});
  }
  for (const Point& p : points_)
    if (!p.failed) all.push_back({{p.x}, p.value, p.error, p.tolerance == 0});
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) { return a.value < b.value; });
  return all;
}

}  // namespace holdout::search
