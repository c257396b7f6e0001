#include "descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace holdout::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

DescentSolver::DescentSolver(const Problem& problem, const DescentLimits& limits)
    : problem_(problem),
      values_(problem_),
      lanes_(problem.l2.size()),
      parameters_(problem.model.parameters()),
      theta_(parameters_, lanes_),
      gradient_(parameters_, lanes_),
      direction_(parameters_, lanes_),
      decrement_(lanes_, kInfinity),
      step_(lanes_),
      limits_(limits) {}

void DescentSolver::run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) {
  ConvergenceMonitor monitor(values_, problem_, results, tolerance, limits_);
  monitor_ = &monitor, interrupt_ = interrupt;
  for (std::size_t lane = 0; lane < lanes_; ++lane)
    for (std::size_t r = 0; r < parameters_; ++r) theta_.at(r, lane) = results[lane].theta[r];
  const auto is_zero = [](const LaneResult& r) {
    return std::all_of(r.theta.begin(), r.theta.end(), [](double x) { return x == 0; });
  };
  if (std::all_of(results.begin(), results.end(), is_zero)) {
    gradient_ = monitor.gradient_at_zero(), loss_ = monitor.loss_at_zero();
    scores_.assign(keeps_scores_ ? values_.kept_scores(theta_.stride()) : 0, 0.0);
  } else {
    values_.gradient(theta_, gradient_, loss_, keeps_scores_ ? &scores_ : nullptr);
  }
  value_ = values_.penalty(theta_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) value_[lane] += loss_[lane];
  subgradient_ = subgradient(theta_, gradient_);
  for (int iteration = 0;; ++iteration) {
    monitor.judge(iteration, {theta_, subgradient_, loss_, value_});
    if (!monitor.go_on(iteration == limits_.iterations, interrupt)) return;
    std::fill(decrement_.begin(), decrement_.end(), kInfinity);
    find_direction();
    if (!interrupted()) monitor.judge_decrements(decrement_);
    if (!interrupted()) search_line();
    if (!interrupted()) continue;
    monitor.go_on(false, interrupt);
    return;
  }
}

double DescentSolver::l1_of(std::size_t parameter, std::size_t lane) const {
  if (parameter >= problem_.model.penalized()) return 0;
  const double unit = problem_.scale.empty() ? 1 : problem_.scale[parameter % problem_.scale.size()];
  return problem_.l1[lane] * unit;
}

// Of J with l1: where a weight is 0, what of its derivative l1 does not outweigh.
LaneTable<double> DescentSolver::subgradient(const LaneTable<double>& theta, const LaneTable<double>& gradient) const {
  LaneTable<double> out = gradient;
  if (std::all_of(problem_.l1.begin(), problem_.l1.end(), [](double l1) { return l1 == 0; })) return out;
  for (std::size_t p = 0; p < problem_.model.penalized(); ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      const double l1 = l1_of(p, lane), w = theta.at(p, lane), g = gradient.at(p, lane);
      if (l1 == 0) continue;
      if (w != 0)
        out.at(p, lane) = w > 0 ? g + l1 : g - l1;
      else
        out.at(p, lane) = g > l1 ? g - l1 : (g < -l1 ? g + l1 : 0);
    }
  return out;
}

// Where a step to `to` ends: a weight that would change its sign stops at 0.
double DescentSolver::projected(std::size_t row, std::size_t lane, double to) const {
  if (problem_.l1[lane] == 0 || row >= problem_.model.penalized()) return to;
  const double w = theta_.at(row, lane), side = w != 0 ? w : -subgradient_.at(row, lane);
  return to * side > 0 ? to : 0;
}

// One lane on its way along its direction. φ(t) = J(theta + t direction) is convex: where φ′(t) ≤ 0, t is no worse
// than 0 whatever rounding makes of J, and the least of φ lies beyond; where φ′(t) > 0 it lies before.
struct DescentSolver::LaneSearch {
  static constexpr int kMaxTrials = 60;
  bool searching = false, found = false, line = true;  // line: no l1, which would bend it
  double t = 1, best = 0;                              // to be tried; the best that was found
  double left = 0, left_derivative = 0;                // φ′ ≤ 0 there
  double right = kInfinity;                            // φ rises there
  double value = 0, squares = 0;                       // J and ‖∇J‖² at 0
  double derivative = 0;                               // φ′(0)
  int trials = 0;

  // Whether t is good enough to be kept; sets what is tried next, if anything.
  // @param fall  what the gradient at 0 promises from there to t
  bool tell(double at, double slope, double fall, double squares_at);

 private:
  void shorten(double slope);
  void lengthen(double slope);
};

bool DescentSolver::LaneSearch::tell(double at, double slope, double fall, double squares_at) {
  constexpr double kEnough = 1e-4, kRounding = 1e-13;
  ++trials;
  const bool falls = at <= value + kEnough * fall;
  const bool level = at <= value + kRounding * std::abs(value);
  const bool downhill = line && slope <= 0 && std::isfinite(at) && level;
  const bool flatter = level && (squares_at < squares || (line && std::abs(slope) <= 0.9 * std::abs(derivative)));
  if (falls || downhill || flatter) {
    found = true, best = t;
    if (line)
      lengthen(slope);
    else
      searching = false;
    return true;
  }
  if (found || trials == kMaxTrials)
    searching = false;
  else
    shorten(slope);
  return false;
}

// Where φ still falls nearly as steeply as at 0, the direction was far too short.
void DescentSolver::LaneSearch::lengthen(double slope) {
  constexpr double kSteep = 0.7, kLonger = 4;
  searching = kLonger * t < right && slope < kSteep * derivative && trials < kMaxTrials;
  if (!searching) return;
  left = t, left_derivative = slope;
  t *= kLonger;
}

// The zero of φ′ by a straight line between both ends; half the way where nothing is known of the right one. Directions
// can be longer by many decades than what they are good for: each further cut is a deeper one.
void DescentSolver::LaneSearch::shorten(double slope) {
  right = t;
  double share = 0.5;
  if (line && std::isfinite(slope) && slope > 0)
    share = std::clamp(left_derivative / (left_derivative - slope), 0.05, 0.5);
  t = left + 2 * share / (1 + trials) * (t - left);
}

// J's loss and gradient at the points of some lanes, in as few vectors as these fit into.
void DescentSolver::evaluate(const std::vector<std::size_t>& lanes, const LaneTable<double>& point,
                             LaneTable<double>& gradient, std::vector<double>& loss) {
  const std::size_t stride = lane_stride<double>(lanes.size());
  AlignedVector<double>* const scores = scores_.empty() ? nullptr : &tried_;
  if (stride >= point.stride()) return values_.gradient(point, gradient, loss, scores);
  const Problem part = part_of(problem_, lanes);
  LaneTable<double> some(parameters_, lanes.size());
  std::vector<double> losses;
  Values(part).gradient(point.select(lanes, stride), some, losses, scores);
  loss.resize(lanes_);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    loss[lanes[i]] = losses[i];
    for (std::size_t p = 0; p < parameters_; ++p) gradient.at(p, lanes[i]) = some.at(p, i);
  }
}

// Lanes that go on from where they were evaluated last take the scores of these points along.
void DescentSolver::take_scores(const std::vector<std::size_t>& tried, const std::vector<char>& taken) {
  if (scores_.empty()) return;
  const std::size_t stride = theta_.stride(), packed = lane_stride<double>(tried.size());
  const bool in_place = packed >= stride;
  std::vector<std::pair<std::size_t, std::size_t>> columns;  // from, to
  for (std::size_t i = 0; i < tried.size(); ++i)
    if (taken[i]) columns.emplace_back(in_place ? tried[i] : i, tried[i]);
  if (in_place && columns.size() == lanes_) return std::swap(scores_, tried_);
  const std::size_t rows = scores_.size() / stride;
  const double* from = tried_.data();
  double* to = scores_.data();
  for (std::size_t row = 0; row < rows; ++row, from += in_place ? stride : packed, to += stride)
    for (const auto& [source, target] : columns) to[target] = from[source];
}

void DescentSolver::search_line() {
  const std::vector<double> start = Values::dot(subgradient_, direction_),
                            squares_at_start = Values::dot(subgradient_, subgradient_);
  std::vector<LaneSearch> searches(lanes_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    LaneSearch& s = searches[lane];
    s.searching = open(lane), s.line = problem_.l1[lane] == 0;
    s.value = value_[lane], s.squares = squares_at_start[lane];
    s.derivative = s.left_derivative = start[lane];
  }
  const auto any = [&] {
    return std::any_of(searches.begin(), searches.end(), [](const LaneSearch& s) { return s.searching; });
  };
  const LaneTable<double> theta_before = theta_, gradient_before = gradient_;
  LaneTable<double> point = theta_, gradient(parameters_, lanes_), reached = theta_;
  std::vector<double> loss;
  while (any()) {
    if (interrupted()) return;
    LaneTable<double> way = point;
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        if (searches[lane].searching)
          point.at(p, lane) = projected(p, lane, theta_.at(p, lane) + searches[lane].t * direction_.at(p, lane));
        way.at(p, lane) = point.at(p, lane) - theta_.at(p, lane);
      }
    const std::vector<double> fall = Values::dot(subgradient_, way);
    std::vector<std::size_t> searching;
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      if (searches[lane].searching) searching.push_back(lane);
    evaluate(searching, point, gradient, loss);
    const std::vector<double> penalty = values_.penalty(point);
    const LaneTable<double> after = subgradient(point, gradient);
    const std::vector<double> squares = Values::dot(after, after), slope = Values::dot(after, direction_);
    std::vector<char> taken(searching.size());
    for (std::size_t i = 0; i < searching.size(); ++i) {
      const std::size_t lane = searching[i];
      LaneSearch& s = searches[lane];
      monitor_->count_pass(lane);
      const double value = loss[lane] + penalty[lane];
      if (!s.tell(value, slope[lane], fall[lane], squares[lane])) continue;
      taken[i] = 1;
      loss_[lane] = loss[lane], value_[lane] = value;
      for (std::size_t p = 0; p < parameters_; ++p)
        gradient_.at(p, lane) = gradient.at(p, lane), reached.at(p, lane) = point.at(p, lane);
    }
    take_scores(searching, taken);
  }
  theta_ = std::move(reached);
  subgradient_ = subgradient(theta_, gradient_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) step_[lane] = searches[lane].best;
  learn(theta_before, gradient_before);
}

}  // namespace holdout::train
