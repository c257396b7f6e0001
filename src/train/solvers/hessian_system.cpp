#include "hessian_system.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {
namespace {

// Softmax does not change with what parameters of all classes have in common, so gradients have no such part where
// nothing is penalized. What rounding makes of it would be divided by a curvature that is rounding, too.
void remove_common_part(const Problem& problem, const LaneTable<double>& l2, LaneTable<double>& residual) {
  const std::size_t outputs = problem.model.outputs(), penalized = problem.model.penalized();
  if (outputs == 1) return;
  const std::size_t features = penalized / outputs;
  for (std::size_t j = 0; j <= features; ++j)
    for (std::size_t lane = 0; lane < residual.lanes(); ++lane) {
      if (j < features && (problem.l1[lane] > 0 || l2.at(ridge_row(problem.model, l2, j), lane) > 0)) continue;
      const auto place = [&](std::size_t k) { return j < features ? k * features + j : penalized + k; };
      double sum = 0;
      for (std::size_t k = 0; k < outputs; ++k) sum += residual.at(place(k), lane);
      for (std::size_t k = 0; k < outputs; ++k) residual.at(place(k), lane) -= sum / static_cast<double>(outputs);
    }
}

}  // namespace

// Of the loss a diagonal of κ is taken: what counts is that large λ do not spread the eigenvalues.
LaneTable<double> diagonal_preconditioner(const Problem& problem) {
  const LaneTable<double> l2 = ridge_table<double>(problem.l2);
  if (l2.rows() == 1) return {};
  const double kappa = std::min(1.0, losses()[problem.loss].curvature);
  LaneTable<double> out(problem.model.parameters(), l2.lanes());
  for (std::size_t p = 0; p < out.rows(); ++p)
    for (std::size_t lane = 0; lane < out.lanes(); ++lane)
      out.at(p, lane) =
          p < problem.model.penalized() ? 1 / (kappa + l2.at(ridge_row(problem.model, l2, p), lane)) : 1 / kappa;
  return out;
}

LaneTable<double> times(const LaneTable<double>& diagonal, const LaneTable<double>& table) {
  LaneTable<double> out = table;
  for (std::size_t p = 0; p < diagonal.rows(); ++p)
    for (std::size_t lane = 0; lane < out.lanes(); ++lane) out.at(p, lane) *= diagonal.at(p, lane);
  return out;
}

namespace {

// Lanes on their way, side by side: `place` says which lane of the request each of them is.
class Run {
 public:
  Run(const Problem& problem, Values& values, const LaneTable<double>& l2, const LaneTable<double>& diagonal,
      LaneFactors& factors, HessianPoint<double>& point, AlignedVector<double>& some,
      const HessianSystem::Request& request)
      : interrupt_(request.interrupt),
        scores_(request.scores),
        of_stride_(request.theta.stride()),
        of_lanes_(request.theta.lanes()),
        some_(some),
        problem_(&problem),
        values_(&values),
        factors_(factors),
        point_(point),
        l2_(l2),
        diagonal_(diagonal),
        theta_(request.theta),
        residual_(request.b),
        product_(request.b.rows(), request.b.lanes()),
        held_(request.held),
        damping_(request.damping),
        target_(request.target),
        going_(request.lanes),
        most_curved_(request.b.lanes()) {
    damping_.resize(lanes());
    for (std::size_t lane = 0; lane < lanes(); ++lane) place_.push_back(lane);
    if (lanes() != of_lanes_) spread();
    for (std::size_t p = 0; p < held_.rows(); ++p)
      for (std::size_t lane = 0; lane < lanes(); ++lane)
        if (held_.at(p, lane) != 0) residual_.at(p, lane) = 0;
    remove_common_part(*problem_, l2_, residual_);
    search_ = residual_;
    squares_.resize(lanes());
  }

  void solve(HessianSystem::Solution& out) {
    const std::size_t most = 10 * residual_.rows() + 50;  // rounding makes it more than `rows`, not much more
    compact();
    if (!any_going()) return;
    values_->go_to(theta_, point_, scores());
    gone_to_ = true;
    for (std::size_t lane = 0; lane < lanes(); ++lane) factors_.begin(place_[lane]);
    update_basis();
    search_ = preconditioned();
    squares_ = Values::dot(residual_, search_);
    for (std::size_t lane = 0; lane < lanes(); ++lane)
      if (going_[lane] && !(squares_[lane] > 0)) going_[lane] = 0, out.reached[place_[lane]] = squares_[lane] == 0;
    for (std::size_t step = 0; step < most; ++step) {
      if (compact()) update_basis();
      if (interrupt_ && interrupt_->load()) return;
      if (!any_going() || !factor()) return;
      this->step(out);
    }
  }

 private:
  std::size_t lanes() const { return residual_.lanes(); }

  // Every column becomes a lane of its own.
  void spread() {
    std::vector<std::size_t> of(lanes());
    for (std::size_t column = 0; column < lanes(); ++column) of[column] = column % of_lanes_;
    for (LaneTable<double>* table : {&l2_, &diagonal_, &theta_, &held_})
      if (table->rows() > 0) *table = table->select(of, residual_.stride());
    part_.emplace(part_of(*problem_, of));
    part_values_.emplace(*part_);
    problem_ = &*part_, values_ = &*part_values_;
  }

  // At theta_, of the lanes that are left; null: not known.
  const AlignedVector<double>* scores() {
    if (!scores_ || scores_->empty()) return nullptr;
    bool same = theta_.stride() == of_stride_;
    for (std::size_t lane = 0; lane < lanes(); ++lane) same = same && place_[lane] % of_lanes_ == lane;
    if (same) return scores_;
    const std::size_t rows = scores_->size() / of_stride_, stride = theta_.stride();
    if (values_->kept_scores(stride) == 0) return nullptr;
    some_.resize(rows * stride);
    std::vector<std::size_t> from;
    for (const std::size_t column : place_) from.push_back(column % of_lanes_);
    const double* in = scores_->data();
    double* out = some_.data();
    for (std::size_t row = 0; row < rows; ++row, in += of_stride_, out += stride)
      for (std::size_t lane = 0; lane < from.size(); ++lane) out[lane] = in[from[lane]];
    return &some_;
  }

  bool any_going() const { return std::find(going_.begin(), going_.end(), 1) != going_.end(); }

  void step(HessianSystem::Solution& out) {
    constexpr double kFlat = 1e-16;  // of the largest curvature met
    values_->hessian(theta_, point_, search_, product_);
    add_damping();
    const std::vector<double> curvature = Values::dot(search_, product_), length = scaled_length();
    std::vector<double> alpha(lanes()), beta(lanes());
    for (std::size_t lane = 0; lane < lanes(); ++lane) {
      if (!going_[lane]) continue;
      ++out.products[place_[lane]], factors_.count(place_[lane]);
      const double ratio = curvature[lane] / length[lane];
      most_curved_[lane] = std::max(most_curved_[lane], ratio);
      if (!(ratio > kFlat * most_curved_[lane]))
        going_[lane] = 0;  // flat to rounding: what is found so far is the solution
      else
        alpha[lane] = squares_[lane] / curvature[lane];
    }
    for (std::size_t p = 0; p < residual_.rows(); ++p)
      for (std::size_t lane = 0; lane < lanes(); ++lane) {
        if (!going_[lane]) continue;
        out.x.at(p, place_[lane]) += alpha[lane] * search_.at(p, lane);
        if (held_.rows() == 0 || held_.at(p, lane) == 0) residual_.at(p, lane) -= alpha[lane] * product_.at(p, lane);
      }
    remove_common_part(*problem_, l2_, residual_);
    const LaneTable<double> next = preconditioned();
    const std::vector<double> left = Values::dot(residual_, residual_), now = Values::dot(residual_, next);
    for (std::size_t lane = 0; lane < lanes(); ++lane) {
      if (!going_[lane]) continue;
      beta[lane] = now[lane] / squares_[lane];
      squares_[lane] = now[lane];
      if (left[lane] <= target_[lane]) going_[lane] = 0, out.reached[place_[lane]] = 1;
      if (!(squares_[lane] > 0)) going_[lane] = 0;  // nothing is left
    }
    for (std::size_t p = 0; p < residual_.rows(); ++p)
      for (std::size_t lane = 0; lane < lanes(); ++lane) {
        out.residual.at(p, place_[lane]) = residual_.at(p, lane);
        search_.at(p, lane) = going_[lane] ? next.at(p, lane) + beta[lane] * search_.at(p, lane) : 0;
      }
  }

  // M⁻¹ residual.
  LaneTable<double> preconditioned() const {
    LaneTable<double> out = basis_ ? basis_->apply(residual_) : times(diagonal_, residual_);
    for (std::size_t lane = 0; lane < lanes(); ++lane) {
      for (std::size_t p = 0; basis_ && problem_->l1[lane] > 0 && p < out.rows(); ++p)
        out.at(p, lane) = residual_.at(p, lane);
      if (!going_[lane] || damping_[lane] > 0 || !factors_.has(place_[lane], held_of(lane))) continue;
      Eigen::VectorXd column = column_of(residual_, lane);
      factors_.solve(place_[lane], column);
      for (std::size_t p = 0; p < out.rows(); ++p) out.at(p, lane) = column[static_cast<Eigen::Index>(p)];
    }
    remove_common_part(*problem_, l2_, out);
    return out;
  }

  // Lanes whose Hessian is due to be factored go on from where they are. @return false if interrupted
  [[nodiscard]] bool factor() {
    std::vector<std::size_t> made;
    for (std::size_t lane = 0; lane < lanes(); ++lane) {
      if (!going_[lane] || damping_[lane] > 0 || !factors_.due(place_[lane])) continue;
      if (!factors_.make(place_[lane], column_of(theta_, lane), held_of(lane), interrupt_)) return false;
      made.push_back(lane);
    }
    if (made.empty()) return true;
    const LaneTable<double> next = preconditioned();
    const std::vector<double> now = Values::dot(residual_, next);
    for (const std::size_t lane : made) {
      squares_[lane] = now[lane];
      if (!(now[lane] > 0)) going_[lane] = 0;
      for (std::size_t p = 0; p < next.rows(); ++p) search_.at(p, lane) = next.at(p, lane);
    }
    return true;
  }

  static Eigen::VectorXd column_of(const LaneTable<double>& table, std::size_t lane) {
    Eigen::VectorXd out(static_cast<Eigen::Index>(table.rows()));
    for (std::size_t p = 0; p < table.rows(); ++p) out[static_cast<Eigen::Index>(p)] = table.at(p, lane);
    return out;
  }
  std::vector<char> held_of(std::size_t lane) const {
    std::vector<char> out(held_.rows());
    for (std::size_t p = 0; p < held_.rows(); ++p) out[p] = held_.at(p, lane) != 0;
    return out;
  }

  // An eigenbasis is that of all weights: lanes with l1, in which some are held, go without.
  void update_basis() {
    basis_.reset();
    const Design<double>& design = problem_->design;
    const bool all = std::all_of(problem_->l1.begin(), problem_->l1.end(), [](double l1) { return l1 > 0; });
    if (!design.ridge || l2_.rows() > 1 || all || moments_for(design, problem_->model, problem_->loss)) return;
    std::vector<double> added(lanes());
    for (std::size_t lane = 0; lane < lanes(); ++lane) added[lane] = l2_.at(0, lane) + damping_[lane];
    basis_.emplace(*design.ridge, problem_->model.outputs(), point_.curvature, added, residual_.stride());
  }

  void add_damping() {
    if (std::all_of(damping_.begin(), damping_.end(), [](double mu) { return mu == 0; })) return;
    for (std::size_t p = 0; p < product_.rows(); ++p)
      for (std::size_t lane = 0; lane < lanes(); ++lane) {
        if (damping_[lane] == 0) continue;
        const double d = diagonal_.rows() > 0 ? 1 / diagonal_.at(p, lane) : 1;
        product_.at(p, lane) += damping_[lane] * d * search_.at(p, lane);
      }
  }

  // searchᵀ D search.
  std::vector<double> scaled_length() const {
    if (diagonal_.rows() == 0) return Values::dot(search_, search_);
    LaneTable<double> scaled = search_;
    for (std::size_t p = 0; p < scaled.rows(); ++p)
      for (std::size_t lane = 0; lane < lanes(); ++lane) scaled.at(p, lane) /= diagonal_.at(p, lane);
    return Values::dot(search_, scaled);
  }

  // Lanes that are done leave as soon as the others fit into fewer vectors. @return whether any did
  bool compact() {
    std::vector<std::size_t> left;
    for (std::size_t lane = 0; lane < lanes(); ++lane)
      if (going_[lane]) left.push_back(lane);
    const std::size_t stride = lane_stride<double>(left.size()), before = residual_.stride();
    if (left.empty() || stride >= before) return false;
    Problem part = part_of(*problem_, left);
    values_ = nullptr;
    part_values_.reset();
    part_.emplace(std::move(part));
    problem_ = &*part_;
    part_values_.emplace(*part_);
    values_ = &*part_values_;
    const auto tables = {&l2_, &diagonal_, &theta_, &residual_, &search_, &product_, &held_};
    for (LaneTable<double>* table : tables)
      if (table->rows() > 0) *table = table->select(left, stride);
    const auto pick = [&left](auto& all) {
      auto some = all;
      some.clear();
      for (const std::size_t lane : left) some.push_back(all[lane]);
      all = std::move(some);
    };
    pick(target_), pick(going_), pick(most_curved_), pick(squares_), pick(place_), pick(damping_);
    if (!gone_to_) return true;
    pick(point_.curvature);
    const std::size_t rows = point_.kept.size() / before;
    for (std::size_t r = 0; r < rows; ++r)  // each to where it was, or before
      for (std::size_t i = 0; i < left.size(); ++i) point_.kept[r * stride + i] = point_.kept[r * before + left[i]];
    point_.kept.resize(rows * stride);
    return true;
  }

  const std::atomic<bool>* interrupt_;
  const AlignedVector<double>* scores_;  // of the request
  std::size_t of_stride_, of_lanes_;     // the request's
  AlignedVector<double>& some_;
  const Problem* problem_;
  Values* values_;
  LaneFactors& factors_;
  std::optional<Problem> part_;  // of the lanes that are left
  std::optional<Values> part_values_;
  HessianPoint<double>& point_;
  bool gone_to_ = false;
  std::optional<BasisPreconditioner> basis_;
  LaneTable<double> l2_, diagonal_, theta_, residual_, search_, product_, held_;
  std::vector<double> damping_, target_;
  std::vector<char> going_;
  std::vector<double> most_curved_, squares_;
  std::vector<std::size_t> place_;
};

}  // namespace

HessianSystem::HessianSystem(const Problem& problem, Values& values)
    : problem_(problem),
      values_(values),
      l2_(ridge_table<double>(problem.l2)),
      preconditioner_(diagonal_preconditioner(problem)),
      factors_(problem) {}

HessianSystem::Solution HessianSystem::solve(const Request& request) {
  const std::size_t lanes = request.b.lanes();
  Solution out{LaneTable<double>(request.b.rows(), lanes), request.b, std::vector<char>(lanes),
               std::vector<std::int64_t>(lanes)};
  factors_.set_columns(lanes);
  Run(problem_, values_, l2_, preconditioner_, factors_, point_, some_, request).solve(out);
  return out;
}

LaneTable<double> HessianSystem::preconditioned(const LaneTable<double>& x) const { return times(preconditioner_, x); }

std::vector<double> HessianSystem::squared_length(const LaneTable<double>& x) const {
  LaneTable<double> scaled = x;
  for (std::size_t p = 0; p < preconditioner_.rows(); ++p)
    for (std::size_t lane = 0; lane < x.lanes(); ++lane) scaled.at(p, lane) /= preconditioner_.at(p, lane);
  return Values::dot(x, scaled);
}

}  // namespace holdout::train
