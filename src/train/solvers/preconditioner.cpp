#include "preconditioner.hpp"

#include <algorithm>
#include <limits>

#include "../multiply_pass.hpp"

namespace holdout::train {
namespace {

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

// Multiply-adds of a Hessian and its factor, as a share of those of a product. What Eigen does for one target that all
// CPUs have takes several times as long as kernels do.
double price_of(const Problem& problem) {
  constexpr double kSlower = 6;  // measured with AVX-512
  const Part<double>& rows = problem.design.train;
  const std::size_t n = problem.model.parameters();
  if (n > kMaxFactoredParameters || moments_for(problem.design, problem.model, problem.loss))
    return std::numeric_limits<double>::infinity();
  const double k = static_cast<double>(problem.model.outputs()), d = static_cast<double>(problem.design.features),
               p = static_cast<double>(n);
  const double moments = static_cast<double>(rows.n) * d * d / 2 * k * (k + 1) / 2, cholesky = p * p * p / 6;
  return (moments + kSlower * cholesky) / (2 * k * static_cast<double>(std::max<std::size_t>(1, rows.x.size())));
}

}  // namespace

BasisPreconditioner::BasisPreconditioner(const RidgeBasis& basis, std::size_t outputs,
                                         std::span<const double> curvature, std::span<const double> added,
                                         std::size_t stride)
    : basis_(basis), outputs_(outputs), inverse_(basis.spectrum.size(), curvature.size(), stride) {
  // Directions without data, or a loss that is flat at the point, must not be taken for those in which a step is long.
  constexpr double kLeastSpread = 1e-7, kLeastCurvature = 1e-8;
  const double least = kLeastSpread * std::max(0.0, basis.spectrum.empty() ? 0 : basis.spectrum.back());
  for (const double c : curvature) curvature_.push_back(std::max(c, kLeastCurvature));
  for (std::size_t r = 0; r < inverse_.rows(); ++r)
    for (std::size_t lane = 0; lane < inverse_.lanes(); ++lane) {
      const double m = curvature_[lane] * std::max(basis.spectrum[r], least) + added[lane];
      inverse_.at(r, lane) = m > 0 ? 1 / m : 1;
    }
}

// Eigenvectors are rows of data here: both changes of coordinates are passes of the kernels.
LaneTable<double> BasisPreconditioner::apply(const LaneTable<double>& residual) const {
  const std::size_t d = inverse_.rows(), lanes = residual.lanes(), stride = residual.stride();
  LaneTable<double> out(residual.rows(), lanes, stride), centred(d, lanes, stride), spread(d, lanes, stride),
      rest(1, lanes, stride);
  const LaneTable<double> zero(1, lanes, stride);
  const Rows<double> vectors{basis_.vectors.data(), d, nullptr, d, 0};
  for (std::size_t k = 0; k < outputs_; ++k) {
    const std::size_t first = k * d, intercept = outputs_ * d + k;
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        centred.at(j, lane) = residual.at(first + j, lane) - basis_.mean[j] * residual.at(intercept, lane);
    score(ScorePass<double>{vectors, centred.row(0), zero.row(0), spread.row(0), stride, stride});
    multiply(MultiplyPass<double>{spread.row(0), inverse_.row(0), d * stride, stride});
    gradient(
        GradientPass<double>{vectors, spread.row(0), stride, out.row(first), rest.row(0), stride, true, false, lanes});
    for (std::size_t lane = 0; lane < lanes; ++lane)
      out.at(intercept, lane) = residual.at(intercept, lane) / curvature_[lane];
    for (std::size_t j = 0; j < d; ++j)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        out.at(intercept, lane) -= basis_.mean[j] * out.at(first + j, lane);
  }
  return out;
}

LaneFactors::LaneFactors(const Problem& problem)
    : problem_(problem),
      l2_(ridge_table<double>(problem.l2)),
      hessian_(problem.design, problem.model, problem.loss, problem.weights),
      price_(price_of(problem)),
      lanes_(problem.l2.size()) {}

void LaneFactors::set_columns(std::size_t columns) {
  const std::size_t lanes = problem_.l2.size();
  lanes_.resize(lanes);
  for (std::size_t column = lanes; column < columns; ++column) lanes_.push_back(lanes_[column % lanes]);
}

bool LaneFactors::due(std::size_t lane) const {
  // Half of the price: what comes after would mostly have cost as much again, and later steps use the factor, too.
  constexpr double kLeast = 6, kShare = 0.5;
  const Lane& l = lanes_[lane];
  return static_cast<double>(l.products) >= static_cast<double>(l.patience) * std::max(kShare * price_, kLeast);
}

bool LaneFactors::has(std::size_t lane, const std::vector<char>& held) const {
  return lanes_[lane].cholesky && lanes_[lane].held == held;
}

bool LaneFactors::make(std::size_t lane, const Eigen::VectorXd& theta, const std::vector<char>& held,
                       const std::atomic<bool>* interrupt) {
  Lane& l = lanes_[lane];
  lane %= problem_.l2.size();
  const Eigen::MatrixXd* const of_loss = hessian_.at(theta, problem_.coefficient[lane], interrupt);
  if (!of_loss) return false;
  Eigen::MatrixXd h = *of_loss;
  const std::size_t penalized = problem_.model.penalized(), outputs = problem_.model.outputs();
  for (std::size_t p = 0; p < penalized; ++p) h(index(p), index(p)) += l2_.at(ridge_row(problem_.model, l2_, p), lane);
  // Softmax does not change with what all intercepts share: in that direction H is 0, and its own size will do as well.
  if (outputs > 1) {
    auto intercepts = h.bottomRightCorner(index(outputs), index(outputs));
    intercepts.array() += intercepts.diagonal().mean();
  }
  for (std::size_t p = 0; p < held.size(); ++p)
    if (held[p]) h.row(index(p)).setZero(), h.col(index(p)).setZero(), h(index(p), index(p)) = 1;
  l.held = held, l.products = 0;
  constexpr double kSingular = 1e-13;  // of a diagonal element: what is left of such a pivot is rounding
  const Eigen::VectorXd diagonal = h.diagonal();
  l.cholesky = std::make_shared<const Eigen::LLT<Eigen::MatrixXd>>(h);
  bool sound = h.allFinite() && l.cholesky->info() == Eigen::Success;
  for (Eigen::Index i = 0; sound && i < h.rows(); ++i) {
    const double pivot = l.cholesky->matrixLLT()(i, i);
    sound = pivot * pivot > kSingular * diagonal[i];
  }
  if (!sound) l.cholesky.reset(), l.patience *= 4;
  return true;
}

}  // namespace holdout::train
