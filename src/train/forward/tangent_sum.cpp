#include "tangent_sum.hpp"

#include <algorithm>
#include <bit>

namespace holdout::train {

TangentSum::TangentSum(const Model<double>& model, std::size_t loss, const Part<double>& part, std::size_t features,
                       AlignedVector<double> weights, const Tangents& tangents, const Moments* moments)
    : model_(model),
      loss_(loss),
      part_(part),
      features_(features),
      weights_(std::move(weights)),
      tangents_(tangents),
      scratch_(2 * model.outputs() * tangents.lanes) {
  if (moments) moments_.emplace(*moments);
}

void TangentSum::mean(const LaneTable<double>& theta, const double* coefficients, const Batch& batch,
                      LaneTable<double>& gradient) {
  if (moments_ && !batch.order && batch.n == part_.n) return moments_->mean(theta, tangents_.lanes, gradient, nullptr);
  const std::size_t chunk = chunk_rows(model_, theta.stride());
  scores_.resize(chunk * model_.outputs() * theta.stride());
  tape_.resize(chunk * model_.tape() * theta.stride());
  coefficients_ = coefficients;
  blocks(theta, batch, 0, batch.n, gradient);
}

// The tree of LossSum.
void TangentSum::blocks(const LaneTable<double>& theta, const Batch& batch, std::size_t first, std::size_t n,
                        LaneTable<double>& out) {
  if (n <= kRowBlock) return block(theta, batch, first, n, out);
  const std::size_t left = kRowBlock * std::bit_floor((n - 1) / kRowBlock);
  blocks(theta, batch, first, left, out);
  LaneTable<double> right(out.rows(), out.lanes(), out.stride());
  blocks(theta, batch, first + left, n - left, right);
  add(AddPass<double>{out.row(0), right.row(0), out.rows() * out.stride()});
}

void TangentSum::block(const LaneTable<double>& theta, const Batch& batch, std::size_t first, std::size_t n,
                       LaneTable<double>& out) {
  const std::size_t stride = theta.stride(), chunk = chunk_rows(model_, stride);
  const bool sparse = !part_.start.empty();
  const Rows<double> all{
      part_.x.data(),      features_, batch.order, batch.n, batch.next, sparse ? part_.start.data() : nullptr,
      part_.columns.data()};
  const double* const weights = weights_.empty() ? nullptr : weights_.data();
  for (std::size_t done = 0; done < n; done += chunk) {
    const std::size_t here = std::min(chunk, n - done), at = first + done;
    const Rows<double> rows = all.part(at, here);
    model_.tangent_scores(rows, theta, tangents_, scores_.data(), tape_.data());
    loss(loss_,
         LossPass<double>{scores_.data(), here, model_.outputs(), stride, rows.order,
                          part_.y.data() + (rows.order ? 0 : at), 1 / static_cast<double>(batch.n), nullptr,
                          coefficients_, weights && !rows.order ? weights + at : weights},
         tangents_, scratch_.data());
    model_.tangent_gradient(rows, theta, tangents_, scores_.data(), tape_.data(), out, done == 0);
  }
}

}  // namespace holdout::train
