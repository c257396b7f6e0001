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

LineSearch::LineSearch(const Box& box, const DescentOptions& options)
    : low_(box.low[0]), high_(box.high[0]), options_(options) {
  constexpr int kSeeds = 7;
  if (options_.seeds == 0) options_.seeds = kSeeds;
  if (!(high_ > low_)) options_.seeds = 1;
}

std::vector<Probe> LineSearch::next() {
  round_.clear(), asked_for_.clear();
  const auto ask = [&](double x, std::size_t basin) {
    if (probes_ + static_cast<int>(round_.size()) >= options_.evaluations) return;
    round_.push_back({{x}, 0, {}, Want::gradient});
    asked_for_.push_back(basin);
  };
  for (; seeded_ < options_.seeds; ++seeded_) {
    const double fraction = options_.seeds > 1 ? seeded_ / (options_.seeds - 1.0) : 0;
    ask(fraction == 1 ? low_ : high_ + fraction * (low_ - high_), kNone);
  }
  if (round_.empty()) {
    // Mostly the others' first step already beats what a hidden basin may hold.
    const bool first = std::any_of(basins_.begin(), basins_.end(),
                                   [this](const Basin& b) { return !b.ended && b.steps == 0 && !hidden(b); });
    for (std::size_t b = 0; b < basins_.size(); ++b)
      if (!basins_[b].ended && !(first && hidden(basins_[b]))) ask(basins_[b].next, b);
  }
  rounds_ += !round_.empty();
  return round_;
}

void LineSearch::tell(std::span<const Sight> sights, const Incumbent& incumbent) {
  for (std::size_t i = 0; i < sights.size(); ++i) {
    const Sight& sight = sights[i];
    ++probes_;
    const bool usable = !sight.failed && sight.gradient.size() == 1 && std::isfinite(sight.gradient[0]);
    if (!sight.failed && !usable) flat_.push_back({round_[i].at, sight.value, 0, true});
    if (usable || sight.failed)
      points_.push_back({round_[i].at[0], sight.value, usable ? sight.gradient[0] : 0, sight.failed});
    if (asked_for_[i] == kNone) continue;
    Basin& basin = basins_[asked_for_[i]];
    ++basin.steps;
    if (usable || sight.failed)
      narrow(basin, points_.size() - 1);
    else
      basin.ended = true;
  }
  if (seeded_ == options_.seeds && basins_.empty()) find_basins(incumbent.bound);
  for (Basin& basin : basins_)
    if (!basin.ended) plan(basin, incumbent.bound);
}

bool LineSearch::falls(const Point& left) { return left.failed || left.slope < 0; }
bool LineSearch::rises(const Point& right) { return right.failed || right.slope > 0; }

// Whether a cubic between its seeds is all that tells of a minimum.
bool LineSearch::hidden(const Basin& basin) const {
  return basin.steps == 0 && !(falls(points_[basin.left]) && rises(points_[basin.right]));
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

// The new point takes the place of one end. Where both ends had slopes of one sign, either side may hold the minimum:
// the side of the lower end is kept, until the slopes say which.
void LineSearch::narrow(Basin& basin, std::size_t point) const {
  const Point &l = points_[basin.left], &r = points_[basin.right], &p = points_[point];
  const double width = r.x - l.x, slope = std::abs(better(basin).slope), at = better(basin).x;
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

// Of values that differ by no more than the tolerance, the one with the smaller slope.
const LineSearch::Point& LineSearch::better(const Basin& basin) const {
  const Point* best = nullptr;
  for (const std::size_t i : {basin.left, basin.right}) {
    const Point& p = points_[i];
    if (p.failed) continue;
    const bool close = best && std::abs(p.value - best->value) <= options_.tolerance * std::abs(p.value);
    if (!best || (close ? std::abs(p.slope) < std::abs(best->slope) : p.value < best->value)) best = &p;
  }
  assert(best);  // one end at least is no wall
  return *best;
}

// By the secant to the nearest other point; none with one point alone.
double LineSearch::curvature_at(const Point& at) const {
  const Point* other = nullptr;
  for (const Point& p : points_)
    if (!p.failed && p.x != at.x && (!other || std::abs(p.x - at.x) < std::abs(other->x - at.x))) other = &p;
  return other ? (other->slope - at.slope) / (other->x - at.x) : kNaN;
}

void LineSearch::plan(Basin& basin, double rival) const {
  const Point &l = points_[basin.left], &r = points_[basin.right], &a = better(basin);
  const bool bracket = (l.failed || l.slope <= 0) && (r.failed || r.slope >= 0);
  const double width = r.x - l.x;
  const double curvature = curvature_at(a);
  const double step = curvature > kCurved * std::abs(a.slope) ? -a.slope / curvature : 0;
  const auto inside = [&](double x) { return (x > l.x && x < r.x) || x == a.x; };
  const bool newton = curvature > kCurved * std::abs(a.slope) && inside(a.x + step);
  basin.gain = std::abs(a.slope * step) / 2;
  basin.next = a.x + step;
  const double enough = options_.tolerance * std::abs(a.value);
  if (bracket && newton && std::abs(step) <= kShort && basin.gain <= enough) {
    basin.converged = basin.ended = true;
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
  constexpr double kSurely = 10;  // what a prediction may be wrong by
  const double hope = hidden(basin) && cubic ? std::max(0.0, a.value - cubic->value) : basin.gain;
  const bool beaten = (basin.steps >= 2 || hidden(basin)) && a.value - kSurely * hope > rival;
  const bool exhausted = basin.steps >= kStepsOfABasin || basin.next <= l.x || basin.next >= r.x;
  const bool at_wall = (l.failed || r.failed) && !newton && basin.gain <= kAtWall * std::abs(a.value);
  if (beaten || exhausted || at_wall) basin.ended = true;
}

std::vector<Candidate> LineSearch::candidates() const {
  std::vector<Candidate> all = flat_;
  for (const Point& p : points_)
    if (!p.failed) all.push_back({{p.x}, p.value, 0, true});
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) { return a.value < b.value; });
  return all;
}

// Settled if the lowest point is the minimum of a basin, or at an end from which the error falls outward.
DescentEnd LineSearch::end() const {
  DescentEnd end;
  end.rounds = rounds_;
  const Point* lowest = nullptr;
  for (const Point& p : points_)
    if (!p.failed && (!lowest || p.value < lowest->value)) lowest = &p;
  if (!lowest) {
    end.reason = flat_.empty() ? "no evaluation succeeded" : "there are no derivatives";
    return end;
  }
  const bool outward = (lowest->x <= low_ && lowest->slope >= 0) || (lowest->x >= high_ && lowest->slope <= 0);
  const bool minimum =
      std::any_of(basins_.begin(), basins_.end(), [&](const Basin& b) { return b.converged && &better(b) == lowest; });
  end.settled = outward || minimum;
  if (!end.settled) end.reason = "the derivative at the best point promises more";
  return end;
}

}  // namespace holdout::search
