#include <holdout/train/leave_one_out.hpp>

#include <algorithm>
#include <optional>

#include <Eigen/Core>

#include <holdout/train/design.hpp>

#include "symmetric.hpp"

namespace holdout::train {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

// A row with no more left at λ = 0 is met exactly there, up to rounding.
constexpr double kRounding = 1e-11;

// What λ does to a direction, with its derivatives: λ/(s + λ); of rows that are met exactly at λ = 0 the λ above
// cancels out of e/(1 − h), and does not take their digits with it.
struct Shrinkage {
  Eigen::VectorXd value, first, second;

  Shrinkage(const Eigen::VectorXd& s, double l2, bool met, bool slopes) {
    const Eigen::ArrayXd inverse = (s.array() + l2).inverse();
    value = met ? inverse : l2 * inverse;
    if (!slopes) return;
    first = met ? Eigen::ArrayXd(-inverse.square()) : Eigen::ArrayXd(s.array() * inverse.square());
    second = -2 * first.array() * inverse;
  }
};

}  // namespace

struct LeaveOneOut::Residual {
  double value = 0, first = 0, second = 0;  // y − f, and its derivatives in λ
};

LeaveOneOut::LeaveOneOut(const Part<double>& rows, const RidgeBasis& basis)
    : y_(rows.target), weights_(rows.weights), outside_(rows.n), rest_(rows.n) {
  const auto n = static_cast<Index>(rows.n), d = static_cast<Index>(basis.mean.size());
  const Eigen::Map<const Eigen::VectorXd> mean(basis.mean.data(), d), spectrum(basis.spectrum.data(), d);
  const Eigen::Map<const Eigen::MatrixXd> vectors(basis.vectors.data(), d, d);
  const double noise = noise_level(spectrum), total = static_cast<double>(n);
  const Index first = std::count_if(spectrum.begin(), spectrum.end(), [&](double s) { return s <= noise; });
  const Index directions = d - first;  // the spectrum ascends
  rows_.resize(static_cast<std::size_t>(n * directions));
  Eigen::Map<RowMajor> t(rows_.data(), n, directions);
  const Eigen::Map<const RowMajor> x(rows.x.data(), n, d);
  Eigen::VectorXd w = Eigen::VectorXd::Ones(n), s = Eigen::VectorXd::Zero(directions);
  if (!weights_.empty()) w = Eigen::Map<const Eigen::VectorXd>(weights_.data(), n);
  constexpr Index kRows = 1024;  // centred copies of so many rows at a time
  for (Index from = 0; from < n; from += kRows) {
    const Index count = std::min(kRows, n - from);
    auto block = t.middleRows(from, count);
    block.noalias() = (x.middleRows(from, count).rowwise() - mean.transpose()).eval() * vectors.rightCols(directions);
    // Their own mean squares are nearer to the truth than small eigenvalues are.
    s += block.cwiseAbs2().transpose() * w.segment(from, count) / total;
  }
  t = t * s.cwiseSqrt().cwiseInverse().asDiagonal();
  const Eigen::Map<const Eigen::VectorXd> y(y_.data(), n);
  const Eigen::VectorXd centred = y.array() - w.dot(y) / total;
  const Eigen::VectorXd b = t.transpose() * w.cwiseProduct(centred) / total;
  Eigen::Map<Eigen::VectorXd> outside(outside_.data(), n), rest(rest_.data(), n);
  outside = centred - t * b;
  rest = 1 - w.array() / total * (1 + t.rowwise().squaredNorm().array());
  for (Index i = 0; i < n; ++i)
    if (rest[i] <= kRounding) outside[i] = rest[i] = 0;
  spectrum_.assign(s.begin(), s.end()), slopes_.assign(b.begin(), b.end());
}

// Calls visit(row, residual).
template <class Visit>
void LeaveOneOut::for_each(double l2, bool slopes, const Visit& visit) const {
  const auto directions = static_cast<Index>(spectrum_.size());
  const Eigen::Map<const Eigen::VectorXd> s(spectrum_.data(), directions), b(slopes_.data(), directions);
  const double total = static_cast<double>(y_.size());
  std::optional<Shrinkage> of[2];  // [met]
  double share = -1;               // of λ, that they are for
  for (std::size_t i = 0; i < y_.size(); ++i) {
    if (const double own = 1 - weight(i) / total; own != share) {
      share = own;
      of[0].reset(), of[1].reset();
    }
    const bool met = rest_[i] == 0;
    if (!of[met]) of[met].emplace(s, share * l2, met, slopes);
    const Shrinkage& shrinkage = *of[met];
    const Eigen::Map<const Eigen::VectorXd> t(rows_.data() + static_cast<Index>(i) * directions, directions);
    const auto tb = t.cwiseProduct(b);
    const double part = weight(i) / total;
    const double e = outside_[i] + tb.dot(shrinkage.value);
    const double left = rest_[i] + part * t.cwiseAbs2().dot(shrinkage.value);  // 1 − h
    Residual r;
    r.value = e / left;
    if (slopes) {
      const double left_first = share * part * t.cwiseAbs2().dot(shrinkage.first);
      const double left_second = share * share * part * t.cwiseAbs2().dot(shrinkage.second);
      r.first = (share * tb.dot(shrinkage.first) - r.value * left_first) / left;
      r.second = (share * share * tb.dot(shrinkage.second) - 2 * r.first * left_first - r.value * left_second) / left;
    }
    visit(i, r);
  }
}

std::vector<double> LeaveOneOut::scores(double l2) const {
  std::vector<double> out(y_.size());
  for_each(l2, false, [&](std::size_t i, const Residual& r) { out[i] = y_[i] - r.value; });
  return out;
}

LeaveOneOut::Mean LeaveOneOut::mean_loss(double l2) const {
  Mean mean;
  for_each(l2, true, [&](std::size_t i, const Residual& r) {
    const double share = weight(i) / static_cast<double>(y_.size());
    mean.value += share * r.value * r.value / 2;
    mean.first += share * r.value * r.first;
    mean.second += share * (r.first * r.first + r.value * r.second);
  });
  return mean;
}

Design<double> make_leave_one_out_design(const data::Dataset& dataset, const data::Scaling& scaling,
                                         const data::RowList& rows) {
  auto design = make_design<double>(dataset, scaling, {rows, {}});
  const Part<double>& all = design.train;
  design.holdout.n = all.n;
  design.holdout.y = all.y, design.holdout.target = all.target, design.holdout.weights = all.weights;
  design.ridge = ridge_basis_of(design);
  design.leave_one_out.emplace(all, *design.ridge);
  return design;
}

}  // namespace holdout::train
