#include "cohort_search.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace holdout::search {
namespace {

constexpr double kSpacing = 1.55;      // of the first cohort: half the distance of the poles
constexpr std::size_t kFirstMin = 8;   // points of it
constexpr std::size_t kZoom = 8;       // of a later cohort: one vector of lanes
constexpr std::size_t kRegionMin = 3;  // of each region, if it refines several
constexpr std::size_t kRegions = 4;    // at most
constexpr double kZoomSpacing = 0.25;  // at most, in a later cohort: interpolation is then good to 1e-11
constexpr double kApart = 1e-4;        // nearer points say nothing new
constexpr int kCohorts = 8;            // at most
constexpr double kSafety = 2, kMoreSafety = 4, kSafetyMax = 32;
constexpr double kFloor = 1e-12;         // errors below this share of the greatest one are equal
constexpr double kSolve = 1e-10;         // what evaluations are asked for: relative error of E
constexpr std::size_t kPreviews = 3001;  // over the range
constexpr double kAtWall = 1e-3;         // a wall is approached while the slope promises such a share of the error

}  // namespace

CohortSearch::CohortSearch(const Box& box, const DescentOptions& options)
    : low_(box.low[0]), high_(box.high[0]), options_(options), safety_(kSafety) {}

std::vector<Probe> CohortSearch::next() {
  round_.clear();
  if (ended_) return {};
  if (cohorts_ == 0) {
    const auto spaced = 1 + static_cast<std::size_t>(std::ceil((high_ - low_) / kSpacing));
    std::size_t first = options_.seeds > 0 ? static_cast<std::size_t>(options_.seeds) : std::max(kFirstMin, spaced);
    first = std::min(first, static_cast<std::size_t>(options_.evaluations));
    first = std::max<std::size_t>(2, std::min(first, static_cast<std::size_t>((high_ - low_) / kApart)));
    for (std::size_t i = 0; i < first; ++i)
      plan(i + 1 == first ? high_ : std::lerp(low_, high_, static_cast<double>(i) / static_cast<double>(first - 1)));
  } else if (in_steps()) {
    plan_plateaus();
  } else {
    plan_zoom();
  }
  if (round_.empty()) ended_ = true;
  cohorts_ += !round_.empty();
  return round_;
}

void CohortSearch::plan(double x) { round_.push_back({{x}, kSolve, start_of(x), Want::gradient}); }

// θ(x) by the polynomial through θ and dθ/dx of the points around x.
std::vector<NearProbe> CohortSearch::start_of(double x) const {
  const std::vector<Point>& points = in_steps() ? steps_ : points_;
  if (points.empty()) return {};
  std::vector<Knot> knots;
  for (const Point& p : points) knots.push_back(p.knot);
  const auto after = std::upper_bound(knots.begin(), knots.end(), x, [](double v, const Knot& k) { return v < k.x; });
  const std::size_t right = static_cast<std::size_t>(after - knots.begin());
  KnotRange range =
      knots_around(knots.size(), std::min(right > 0 ? right - 1 : 0, std::max<std::size_t>(1, knots.size() - 1) - 1));
  // Beyond the last point a polynomial leads astray: there the nearest one's tangent is followed.
  if (right == 0) range = {0, 1};
  if (right == knots.size()) range = {knots.size() - 1, knots.size()};
  const std::span<const Knot> used(knots.data() + range.first, range.last - range.first);
  const HermiteWeights weights = hermite_weights(used, x);
  std::vector<NearProbe> near;
  for (std::size_t i = 0; i < used.size(); ++i)
    near.push_back({points[range.first + i].probe, weights.value[i], weights.slope[i] / (x - used[i].x)});
  return near;
}

void CohortSearch::tell(std::span<const Sight> sights, const Incumbent& incumbent) {
  assert(sights.size() == round_.size());
  for (const Sight& sight : sights)
    if (!sight.failed && std::isfinite(sight.value)) scale_ = std::max(scale_, std::abs(sight.value));
  compare_with_predictions(sights);
  for (std::size_t i = 0; i < sights.size(); ++i) sort_in(sights[i], round_[i].at[0]);
  previews_.clear();
  assess(incumbent.exact);
}

void CohortSearch::sort_in(const Sight& sight, double x) {
  const std::size_t probe = static_cast<std::size_t>(probes_++);
  const bool sloped = !sight.failed && sight.gradient.size() == 1 && std::isfinite(sight.gradient[0]);
  const bool exact = !sight.failed && !sight.unknown &&
                     sight.error <= std::max(options_.tolerance * std::abs(sight.value), kFloor * scale_);
  if (exact && (sloped || sight.gradient.empty())) {
    std::vector<Point>& points = sloped ? points_ : steps_;
    const auto at =
        std::upper_bound(points.begin(), points.end(), x, [](double v, const Point& p) { return v < p.knot.x; });
    points.insert(at, {{x, sight.value, sloped ? sight.gradient[0] : 0}, probe});
    return;
  }
  walls_.insert(std::upper_bound(walls_.begin(), walls_.end(), x), x);
  if (!sight.failed) loose_.push_back({{x}, sight.value, sight.error, false});
}

// An error that was estimated too small once may have been elsewhere: every estimate grows, and all is looked at again.
void CohortSearch::compare_with_predictions(std::span<const Sight> sights) {
  if (outlooks_.empty()) return;
  std::vector<Knot> knots;
  for (const Point& p : points_) knots.push_back(p.knot);
  constexpr double kShare = 0.1;  // of the tolerance: less is the rounding of a solve
  bool wrong = false;
  for (std::size_t i = 0; i < sights.size(); ++i) {
    const double x = round_[i].at[0];
    if (sights[i].failed) continue;
    for (const Outlook& o : outlooks_) {
      if (!(o.low < x && x < o.high)) continue;
      const auto [first, last] = knots_around(knots.size(), o.left);
      const double off = std::abs(Hermite(std::span(knots).subspan(first, last - first))(x) - sights[i].value);
      wrong = wrong || off > std::max(o.error, kShare * enough()) + 2 * sights[i].error;
    }
  }
  if (wrong) safety_ = std::min(kSafetyMax, safety_ * kMoreSafety);
}

const CohortSearch::Point& CohortSearch::best() const {
  return *std::min_element(points_.begin(), points_.end(),
                           [](const Point& a, const Point& b) { return a.knot.value < b.knot.value; });
}

// What a gain must exceed.
double CohortSearch::enough() const {
  return std::max(options_.tolerance * std::abs(best().knot.value), kFloor * scale_);
}

void CohortSearch::assess(double rival) {
  outlooks_.clear();
  if (points_.empty()) return;
  limit_ = std::min(best().knot.value, rival) - enough();
  std::vector<Knot> knots;
  for (const Point& p : points_) knots.push_back(p.knot);
  if (knots.size() > 1) outlooks_ = outlooks(knots, safety_);
}

// Two intervals side by side may be about the same minimum.
std::vector<CohortSearch::Region> CohortSearch::regions() const {
  std::vector<Region> all;
  std::size_t last = 0, merged = 0;  // of the region at hand: its last interval, and how many it has
  for (const Outlook& o : outlooks_) {
    if (!(o.worst < limit_)) continue;
    const double middle = o.value < limit_ || o.value <= o.worst + o.error ? o.at : o.worst_at;
    if (!all.empty() && merged == 1 && o.left == last + 1) {
      Region& region = all.back();
      region.high = o.high, merged = 2;
      if (o.worst < region.worst) region.worst = o.worst, region.middle = middle;
    } else {
      all.push_back({o.low, o.high, middle, o.worst}), merged = 1;
    }
    last = o.left;
  }
  return all;
}

// Between the first or last exact point and the next wall beyond it.
std::vector<CohortSearch::Region> CohortSearch::walls() const {
  std::vector<Region> all;
  if (points_.empty() || walls_.empty()) return all;
  const auto add = [&](const Knot& from, double wall) {
    const double way = wall - from.x, promise = from.value + std::min(0.0, from.slope * way);
    all.push_back({std::min(from.x, wall), std::max(from.x, wall), from.x + way / 2, promise});
  };
  const Knot &first = points_.front().knot, &last = points_.back().knot;
  const auto below = std::lower_bound(walls_.begin(), walls_.end(), first.x);
  if (below != walls_.begin()) add(first, *(below - 1));
  const auto above = std::upper_bound(walls_.begin(), walls_.end(), last.x);
  if (above != walls_.end()) add(last, *above);
  return all;
}

void CohortSearch::plan_zoom() {
  const auto left = static_cast<std::size_t>(std::max(0, options_.evaluations - probes_));
  if (cohorts_ == kCohorts || points_.empty() || left == 0) return;
  std::vector<Region> found = regions();
  for (const Region& wall : walls())
    if (wall.worst < std::min(limit_, best().knot.value - kAtWall * std::abs(best().knot.value))) found.push_back(wall);
  if (found.empty()) return;
  std::stable_sort(found.begin(), found.end(), [](const Region& a, const Region& b) { return a.worst < b.worst; });
  found.resize(std::min(found.size(), kRegions));
  const std::size_t each = found.size() == 1 ? kZoom : std::max(kRegionMin, kZoom / found.size());
  std::vector<double> places;
  for (const Region& region : found) {
    const double step = std::min(kZoomSpacing, (region.high - region.low) / static_cast<double>(each + 1));
    for (std::size_t k = 0; k < each; ++k)
      places.push_back(std::clamp(region.middle + step * (static_cast<double>(k) - static_cast<double>((each - 1) / 2)),
                                  low_, high_));
  }
  std::sort(places.begin(), places.end());
  double before = -std::numeric_limits<double>::infinity();
  for (const double x : places) {
    const auto near = [x](double known) { return std::abs(known - x) <= kApart; };
    const bool known = std::any_of(points_.begin(), points_.end(), [&](const Point& p) { return near(p.knot.x); }) ||
                       std::any_of(walls_.begin(), walls_.end(), near) || x - before <= kApart;
    if (known || round_.size() == left) continue;
    plan(x);
    before = x;
  }
}

std::vector<Probe> CohortSearch::previews() {
  if (!in_steps() || ended_ || !previews_.empty()) return {};
  std::vector<Probe> all;
  for (std::size_t k = 0; k < kPreviews; ++k) {
    const double x = sample(k);
    const auto known = std::find_if(steps_.begin(), steps_.end(), [x](const Point& p) { return p.knot.x == x; });
    Probe probe{{x}};
    probe.near = known != steps_.end() ? std::vector<NearProbe>{{known->probe}} : start_of(x);
    all.push_back(std::move(probe));
  }
  return all;
}

double CohortSearch::sample(std::size_t k) const {
  return k + 1 == kPreviews ? high_ : std::lerp(low_, high_, static_cast<double>(k) / (kPreviews - 1));
}

void CohortSearch::tell_previews(std::span<const double> values) { previews_.assign(values.begin(), values.end()); }

// Of the solved ones with the least value, the one in the middle: where steps were rounded otherwise it still stands.
const CohortSearch::Point& CohortSearch::middle_of_best() const {
  double least = std::numeric_limits<double>::infinity();
  for (const Point& p : steps_) least = std::min(least, p.knot.value);
  std::vector<const Point*> equal;
  for (const Point& p : steps_)
    if (p.knot.value == least) equal.push_back(&p);
  return *equal[equal.size() / 2];
}

std::vector<Plateau> CohortSearch::lower_plateaus() const {
  if (previews_.empty()) return {};
  std::vector<double> x(kPreviews);
  for (std::size_t k = 0; k < kPreviews; ++k) x[k] = sample(k);
  const double least = middle_of_best().knot.value;
  return plateaus_below(x, previews_, least - std::max(options_.tolerance * std::abs(least), kFloor * scale_));
}

void CohortSearch::plan_plateaus() {
  const int left = std::min(static_cast<int>(kZoom), options_.evaluations - probes_);
  if (cohorts_ == kCohorts) return;
  for (const Plateau& plateau : lower_plateaus()) {
    const auto near = [&](double x) { return std::abs(x - plateau.middle) <= kApart; };
    if (static_cast<int>(round_.size()) >= left) break;
    if (std::any_of(steps_.begin(), steps_.end(), [&](const Point& p) { return near(p.knot.x); }) ||
        std::any_of(walls_.begin(), walls_.end(), near))
      continue;
    plan(plateau.middle);
  }
}

// Where the interpolant beside the lowest exact value is lower still, its minimum is the better place, by less than the
// tolerance.
std::vector<Candidate> CohortSearch::candidates() const {
  std::vector<Candidate> all;
  if (in_steps()) {
    const Point& best = middle_of_best();
    all.push_back({{best.knot.x}, best.knot.value, 0, false});
  } else if (points_.empty()) {
    all = loose_;
  } else {
    const Knot& lowest = best().knot;
    const Outlook* lower = nullptr;
    for (const Outlook& o : outlooks_)
      if ((o.low == lowest.x || o.high == lowest.x) && o.value < (lower ? lower->value : lowest.value)) lower = &o;
    if (lower) all.push_back({{std::clamp(lower->at, low_, high_)}, lower->value, lower->error, false});
    for (const Point& p : points_) all.push_back({{p.knot.x}, p.knot.value, 0, false});
  }
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) { return a.value < b.value; });
  return all;
}

// By exact numbers alone: the slope at the lowest point asks for no gain, or it points out of the range.
bool CohortSearch::confirmed() const {
  constexpr double kEnough = 1e-6, kReach = 3;  // of the error; a slope this far counts as flat
  const auto at = std::find_if(points_.begin(), points_.end(), [&](const Point& p) { return &p == &best(); });
  const Knot& k = at->knot;
  if ((k.x <= low_ && k.slope >= 0) || (k.x >= high_ && k.slope <= 0)) return true;
  const double gain = std::max(kEnough * std::abs(k.value), kFloor * scale_);
  if (std::abs(k.slope) * kReach <= gain) return true;
  const auto next = k.slope < 0 ? at + 1 : at - 1;  // the downhill neighbour: between them the slope turns
  if ((k.slope < 0 && next == points_.end()) || (k.slope > 0 && at == points_.begin())) return false;
  const double curvature = (next->knot.slope - k.slope) / (next->knot.x - k.x);
  return curvature > 0 && k.slope * k.slope <= 2 * curvature * gain;
}

std::vector<OpenPart> CohortSearch::open_parts() const {
  std::vector<OpenPart> open;
  if (points_.empty()) return {{low_, high_, {}, true}};
  for (const Region& region : regions()) open.push_back({region.low, region.high, region.worst, false});
  const double first = points_.front().knot.x, last = points_.back().knot.x;
  for (const Region& wall : walls())
    open.push_back(wall.high <= first ? OpenPart{low_, first, {}, true} : OpenPart{last, high_, {}, true});
  for (const double wall : walls_) {
    if (wall < first || wall > last) continue;
    const auto after = std::find_if(points_.begin(), points_.end(), [wall](const Point& p) { return p.knot.x > wall; });
    if (!open.empty() && open.back().failed && open.back().low == (after - 1)->knot.x) continue;
    open.push_back({(after - 1)->knot.x, after->knot.x, {}, true});
  }
  return open;
}

DescentEnd CohortSearch::end_in_steps() const {
  DescentEnd end;
  end.rounds = cohorts_;
  if (previews_.empty())
    end.reason = "there are no derivatives";
  else if (!walls_.empty())
    end.reason = "not every evaluation came near enough to the minimum of J";
  for (const Plateau& p : lower_plateaus())
    end.open.push_back({p.middle - p.width / 2, p.middle + p.width / 2, p.value, false});
  if (!end.open.empty()) end.reason = "there may be more minima";
  end.settled = end.reason.empty();
  return end;
}

DescentEnd CohortSearch::end() const {
  DescentEnd end;
  end.rounds = cohorts_;
  if (in_steps()) return end_in_steps();
  if (points_.empty()) {
    end.reason = loose_.empty() ? "no evaluation succeeded" : "no evaluation came near enough to the minimum of J";
    end.open = open_parts();
    return end;
  }
  end.open = open_parts();
  if (!end.open.empty())
    end.reason = std::any_of(end.open.begin(), end.open.end(), [](const OpenPart& p) { return !p.failed; })
                     ? "there may be more minima"
                     : "not every evaluation came near enough to the minimum of J";
  else if (!confirmed())
    end.reason = "the derivative at the best point promises more";
  end.settled = end.reason.empty();
  return end;
}

}  // namespace holdout::search
