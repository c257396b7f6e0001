// Third derivatives of losses, by dual numbers of dual numbers.
#include <holdout/train/plain_losses.hpp>

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

using update::Dual, update::Second;

// Scores of θ, q and every v of one row; out [v]: D³L(f)[q, v], for one output.
template <class Loss>
struct OneRow {
  double y, coefficient;
  void operator()(const double* f, std::size_t stride, std::size_t outputs, std::size_t directions, double share,
                  double* out, std::size_t out_stride) const {
    if constexpr (std::is_same_v<Loss, plain::Softmax>) {
      std::vector<Second> scores(outputs);
      const std::size_t label = y > 0 ? static_cast<std::size_t>(y) : 0;
      for (std::size_t v = 0; v < directions; ++v) {
        for (std::size_t k = 0; k < outputs; ++k) {
          const double* at = f + k * stride;
          scores[k] = Second({at[0], at[1]}, {at[2 + v], 0});
        }
        (void)Loss::template row<Second>(scores.data(), outputs, std::size_t{1}, 0, label, Second(share));
        for (std::size_t k = 0; k < outputs; ++k) out[k * out_stride + v] = scores[k].d.d;
      }
    } else {
      const Second slope = Loss::slope(Second({f[0], 1}, {1, 0}), Second(y), Second(coefficient));
      for (std::size_t v = 0; v < directions; ++v) out[v] = share * slope.d.d * f[1] * f[2 + v];
    }
  }
};

}  // namespace

Eigen::MatrixXd TrainingLoss::third(const Eigen::VectorXd& theta, const Eigen::VectorXd& q,
                                    const Eigen::MatrixXd& v) const {
  if (losses()[loss_].quadratic) return Eigen::MatrixXd::Zero(v.rows(), v.cols());
  constexpr std::size_t kChunk = 256;
  Eigen::MatrixXd all(v.rows(), v.cols() + 2);
  all << theta, q, v;
  const LaneTable<double> lanes = to_lanes(all);
  const std::size_t directions = static_cast<std::size_t>(v.cols()), outputs = model_.outputs();
  LaneTable<double> out(lanes.rows(), directions);
  AlignedVector<double> scores(kChunk * outputs * lanes.stride()), slopes(kChunk * outputs * out.stride());
  const Part<double>& part = design_.train;
  const bool sparse = !part.start.empty();
  const Rows<double> rows{
      part.x.data(), design_.features, nullptr, part.n, 0, sparse ? part.start.data() : nullptr, part.columns.data()};
  for (std::size_t first = 0; first < part.n; first += kChunk) {
    const std::size_t n = std::min(kChunk, part.n - first);
    model_.scores(rows.part(first, n), lanes, scores.data(), nullptr);
    plain::with_loss(loss_, [&](auto loss) {
      for (std::size_t i = 0; i < n; ++i) {
        const double weight = weights_.empty() ? 1 : weights_[first + i];
        OneRow<decltype(loss)>{part.y[first + i], coefficients_[0]}(
            scores.data() + i * outputs * lanes.stride(), lanes.stride(), outputs, directions,
            weight / static_cast<double>(part.n), slopes.data() + i * outputs * out.stride(), out.stride());
      }
    });
    model_.gradient(rows.part(first, n), lanes, slopes.data(), nullptr, out, first == 0);
  }
  return to_columns(out);
}

}  // namespace holdout::train
