// Third derivatives of losses, by dual numbers of dual numbers.
#include <holdout/train/plain_losses.hpp>

#include "../third_pass.hpp"
#include "columns.hpp"
#include "training_loss.hpp"

namespace holdout::update {

using Second = Dual<Dual<double>>;
// Softmax reads and writes its scores: here they are such numbers themselves.
inline void read(Second& x, const Second* p, long) { x = *p; }
inline void write(Second x, Second* p, long) { *p = x; }

}  // namespace holdout::update

namespace holdout::train {
namespace {

using update::Second;

constexpr std::size_t kChunk = 256;  // rows at a time

// Some rows, as they are gone through: [row][output][lane], lanes are θ, q and every v; slopes [row][output][v].
struct Chunk {
  const double* scores;
  std::size_t stride, outputs, n, directions;
  const double *y, *shares;
  double* slopes;
  std::size_t slopes_stride;
};

// slopes: D³L(f)[q, v].
void softmax_third(const Chunk& c) {
  std::vector<Second> scores(c.outputs);
  for (std::size_t i = 0; i < c.n; ++i) {
    const double* const f = c.scores + i * c.outputs * c.stride;
    double* const out = c.slopes + i * c.outputs * c.slopes_stride;
    const std::size_t label = c.y[i] > 0 ? static_cast<std::size_t>(c.y[i]) : 0;
    for (std::size_t v = 0; v < c.directions; ++v) {
      for (std::size_t k = 0; k < c.outputs; ++k) {
        const double* at = f + k * c.stride;
        scores[k] = Second({at[0], at[1]}, {at[2 + v], 0});
      }
      (void)plain::Softmax::row<Second>(scores.data(), c.outputs, std::size_t{1}, 0, label, Second(c.shares[i]));
      for (std::size_t k = 0; k < c.outputs; ++k) out[k * c.slopes_stride + v] = scores[k].d.d;
    }
  }
}

void one_output_third(std::size_t loss, double coefficient, const Chunk& c) {
  static_assert(kChunk % kThirdRows == 0);
  AlignedVector<double> f(kChunk), y(kChunk), third(kChunk);
  for (std::size_t i = 0; i < c.n; ++i) f[i] = c.scores[i * c.stride], y[i] = c.y[i];
  loss_third(loss, {f.data(), y.data(), third.data(), c.n, coefficient});
  for (std::size_t i = 0; i < c.n; ++i) {
    const double* const at = c.scores + i * c.stride;
    for (std::size_t v = 0; v < c.directions; ++v)
      c.slopes[i * c.slopes_stride + v] = c.shares[i] * third[i] * at[1] * at[2 + v];
  }
}

}  // namespace

Eigen::MatrixXd TrainingLoss::third(const Eigen::VectorXd& theta, const Eigen::VectorXd& q,
                                    const Eigen::MatrixXd& v) const {
  if (losses()[loss_].quadratic) return Eigen::MatrixXd::Zero(v.rows(), v.cols());
  Eigen::MatrixXd all(v.rows(), v.cols() + 2);
  all << theta, q, v;
  const LaneTable<double> lanes = to_lanes(all);
  const std::size_t directions = static_cast<std::size_t>(v.cols()), outputs = model_.outputs();
  LaneTable<double> out(lanes.rows(), directions);
  AlignedVector<double> scores(kChunk * outputs * lanes.stride()), slopes(kChunk * outputs * out.stride()),
      shares(kChunk);
  const Part<double>& part = design_.train;
  const bool sparse = !part.start.empty();
  const Rows<double> rows{
      part.x.data(), design_.features, nullptr, part.n, 0, sparse ? part.start.data() : nullptr, part.columns.data()};
  for (std::size_t first = 0; first < part.n; first += kChunk) {
    const std::size_t n = std::min(kChunk, part.n - first);
    model_.scores(rows.part(first, n), lanes, scores.data(), {nullptr});
    for (std::size_t i = 0; i < n; ++i)
      shares[i] = (weights_.empty() ? 1 : weights_[first + i]) / static_cast<double>(part.n);
    const Chunk chunk{scores.data(),         lanes.stride(), outputs,       n,           directions,
                      part.y.data() + first, shares.data(),  slopes.data(), out.stride()};
    if (outputs > 1)
      softmax_third(chunk);
    else
      one_output_third(loss_, coefficients_[0], chunk);
    model_.gradient(rows.part(first, n), lanes, slopes.data(), {nullptr}, out, first == 0);
  }
  return to_columns(out);
}

}  // namespace holdout::train
