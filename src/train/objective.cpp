#include "objective.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "multiply_pass.hpp"

namespace holdout::train {
namespace {

template <class T>
std::size_t row_bytes(const Part<T>& part, std::size_t features) {
  return part.start.empty() ? features * sizeof(T) : 0;
}

template <class T>
Rows<T> rows_of(const Part<T>& part, std::size_t features, const Batch& batch) {
  const bool sparse = !part.start.empty();
  return {part.x.data(),      features, batch.order, batch.n, batch.next, sparse ? part.start.data() : nullptr,
          part.columns.data()};
}

}  // namespace

// Every chunk goes through all parameters, twice on the way back. Where rows leave a tape, they may take as much room
// as the parameters: fewer rows would fetch these more often, more rows would fetch the tape from far away. With few
// lanes the rows are what is large: the passes behind the first one are to find them in the L2 cache, but accumulators
// are not to come and go for a few of them.
template <class T>
std::size_t chunk_rows(const Model<T>& model, std::size_t stride, std::size_t row_bytes) {
  constexpr std::size_t kBytes = 32 * 1024;        // of the L1 cache
  constexpr std::size_t kBytesOfRows = 96 * 1024;  // of the L2 cache
  constexpr std::size_t kMin = 12, kMinOfRows = 48;
  const std::size_t room = std::max(kBytes, model.tape() > 0 ? model.parameters() * stride * sizeof(T) : 0);
  const std::size_t most =
      row_bytes == 0 ? kRowBlock : std::clamp<std::size_t>(kBytesOfRows / row_bytes, kMinOfRows, kRowBlock);
  return std::clamp<std::size_t>(room / ((model.outputs() + model.tape()) * stride * sizeof(T)), kMin, most);
}

namespace {

// Even pieces of up to one and a half chunks: nothing is gained by passes over the few rows that would be left.
std::size_t piece_rows(std::size_t rows, std::size_t chunk) {
  const std::size_t pieces = std::max<std::size_t>((rows + chunk / 2) / chunk, 1);
  return (rows + pieces - 1) / pieces;
}
constexpr std::size_t longest_piece(std::size_t chunk) { return chunk + chunk / 2 + 1; }

}  // namespace

template <class T>
const Moments* moments_for(const Design<T>& design, const Model<T>& model, std::size_t loss) {
  return design.moments && model.is_linear() && losses()[loss].quadratic ? &*design.moments : nullptr;
}

template <class T>
std::size_t LossSum<T>::kept_scores(std::size_t stride) const {
  constexpr std::size_t kBytes = std::size_t{32} << 20;
  const std::size_t count = part_.n * model_.outputs() * stride;
  return moments_ || count * sizeof(T) > kBytes ? 0 : count;
}

template <class T>
void LossSum<T>::mean(const LaneTable<T>& theta, const Batch& batch, LaneTable<T>& gradient,
                      std::vector<double>* losses, Dropout<T>* dropout, AlignedVector<T>* scores) {
  if (scores) scores->resize(kept_scores(theta.stride()));
  if (moments_ && !batch.order && batch.n == part_.n) return moments_->mean(theta, theta.stride(), gradient, losses);
  const std::size_t stride = theta.stride(), outputs = model_.outputs(),
                    chunk = chunk_rows(model_, stride, row_bytes(part_, features_));
  const std::size_t room = longest_piece(chunk) * stride;
  scores_.resize(std::max(scores_.size(), 2 * outputs * room));  // values, and tangents below
  tape_.resize(std::max(tape_.size(), model_.tape() * room));
  const T share = T(1) / static_cast<T>(batch.n);
  const Rows<T> all = rows_of(part_, features_, batch);
  const T* const weights = weights_.empty() ? nullptr : weights_.data();
  const auto body = [&](std::size_t first, std::size_t count, LaneTable<T>& out, double* sums) {
    const std::size_t piece = piece_rows(count, chunk);
    for (std::size_t done = 0; done < count; done += piece) {
      const std::size_t rows_here = std::min(piece, count - done), at = first + done;
      const Rows<T> rows = all.part(at, rows_here);
      const Tape<T> tape{tape_.data(), dropout};
      if (dropout) dropout->draw(at, rows_here, model_.hidden_units());
      model_.scores(rows, theta, scores_.data(), tape);
      if (scores && !scores->empty())
        std::copy_n(scores_.data(), rows_here * outputs * stride, scores->data() + at * outputs * stride);
      loss(loss_,
           LossPass<T>{scores_.data(), rows_here, outputs, stride, rows.order, part_.y.data() + (rows.order ? 0 : at),
                       share, sums, coefficients_, weights && !rows.order ? weights + at : weights});
      model_.gradient(rows, theta, scores_.data(), tape, out, done == 0 && !batch.onto);
    }
  };
  AlignedVector<double> sums(losses ? stride : 0);
  blocks(body, 0, batch.n, gradient, losses ? sums.data() : nullptr, 0);
  if (!losses) return;
  losses->resize(theta.lanes());
  for (std::size_t lane = 0; lane < theta.lanes(); ++lane) (*losses)[lane] = sums[lane] / static_cast<double>(batch.n);
}

template <class T>
void LossSum<T>::mean_tangent(const LaneTable<T>& theta, const LaneTable<T>& direction, LaneTable<T>& tangent) {
  assert(model_.tape() == 0);
  if (moments_) return moments_->mean(direction, 0, tangent, nullptr);
  const std::size_t stride = theta.stride(), outputs = model_.outputs(),
                    chunk = chunk_rows(model_, stride, row_bytes(part_, features_));
  const std::size_t room = longest_piece(chunk) * outputs * stride;
  scores_.resize(std::max(scores_.size(), 2 * room));
  T* const tangents = scores_.data() + room;
  const T share = T(1) / static_cast<T>(part_.n);
  const Rows<T> all = rows_of(part_, features_, {nullptr, part_.n, 0});
  // Where points and directions have room in one vector, one pass makes the scores of both.
  const std::size_t lanes = theta.lanes();
  const bool side_by_side = lane_stride<T>(2 * lanes) == stride;
  LaneTable<T> both(side_by_side ? theta.rows() : 0, side_by_side ? 2 * lanes : 0);
  for (std::size_t r = 0; r < both.rows(); ++r)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      both.at(r, lane) = theta.at(r, lane), both.at(r, lanes + lane) = direction.at(r, lane);
  const auto body = [&](std::size_t first, std::size_t count, LaneTable<T>& out, double*) {
    const std::size_t piece = piece_rows(count, chunk);
    for (std::size_t done = 0; done < count; done += piece) {
      const std::size_t rows_here = std::min(piece, count - done), at = first + done;
      const Rows<T> rows = all.part(at, rows_here);
      if (side_by_side) {
        model_.scores(rows, both, scores_.data(), {nullptr});
        for (std::size_t i = 0; i < rows_here * outputs * stride; i += stride)
          for (std::size_t lane = 0; lane < stride; ++lane)
            tangents[i + lane] = lane < lanes ? scores_[i + lanes + lane] : 0;
      } else {
        model_.scores(rows, theta, scores_.data(), {nullptr});
        model_.scores(rows, direction, tangents, {nullptr});  // scores are linear in theta
      }
      loss_tangent(loss_,
                   LossPass<T>{scores_.data(), rows_here, outputs, stride, nullptr, part_.y.data() + at, share, nullptr,
                               coefficients_, weights_.empty() ? nullptr : weights_.data() + at},
                   tangents);
      model_.gradient(rows, theta, tangents, {nullptr}, out, done == 0);
    }
  };
  blocks(body, 0, part_.n, tangent, nullptr, 0);
}

// What a point keeps of a chunk of rows: scores, of which those of one output become share · weight · ∂²L/∂f².
template <class T>
void LossSum<T>::second_derivatives(const Rows<T>& rows, std::size_t first, const LaneTable<T>& theta, const T* scores,
                                    T* out) {
  const std::size_t stride = theta.stride();
  if (scores)
    std::copy_n(scores, rows.n * model_.outputs() * stride, out);
  else
    model_.scores(rows, theta, out, {nullptr});
  if (model_.outputs() > 1) return;
  units_.assign(rows.n * stride, T(1));
  loss_tangent(loss_,
               LossPass<T>{out, rows.n, 1, stride, nullptr, part_.y.data() + first, T(1) / static_cast<T>(part_.n),
                           nullptr, coefficients_, weights_.empty() ? nullptr : weights_.data() + first},
               units_.data());
  std::copy_n(units_.data(), rows.n * stride, out);
}

// Of softmax ∂²L/∂f² is diag p − p pᵀ: its trace 1 − Σ p² is shared by one direction less than there are outputs.
// @param at  what a point keeps of the rows
template <class T>
void LossSum<T>::add_curvature(std::size_t first, std::size_t n, std::size_t stride, const T* at,
                               std::vector<double>& sums) {
  const std::size_t outputs = model_.outputs(), lanes = sums.size();
  if (outputs == 1) {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += static_cast<double>(at[i * stride + lane]);
    return;
  }
  units_.assign(at, at + n * outputs * stride);
  loss(loss_, LossPass<T>{units_.data(), n, outputs, stride, nullptr, part_.y.data() + first, T(1), nullptr,
                          coefficients_, nullptr});
  const double share = 1 / static_cast<double>(part_.n * (outputs - 1));
  for (std::size_t i = 0; i < n; ++i) {
    const auto label = static_cast<std::size_t>(part_.y[first + i]);
    const double weight = weights_.empty() ? share : share * static_cast<double>(weights_[first + i]);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      double squares = 0;
      for (std::size_t k = 0; k < outputs; ++k) {
        const double p = static_cast<double>(units_[(i * outputs + k) * stride + lane]) + (k == label ? 1 : 0);
        squares += p * p;
      }
      sums[lane] += weight * (1 - squares);
    }
  }
}

template <class T>
void LossSum<T>::go_to(const LaneTable<T>& theta, HessianPoint<T>& point, const AlignedVector<T>* scores) {
  assert(model_.tape() == 0);
  assert(!scores || scores->empty() || scores->size() == part_.n * model_.outputs() * theta.stride());
  point.curvature.assign(theta.lanes(), 0);
  if (moments_) return point.kept.clear();
  const std::size_t stride = theta.stride(), outputs = model_.outputs(), wide = outputs * stride,
                    chunk = chunk_rows(model_, stride, row_bytes(part_, features_));
  point.kept.resize(kept_scores(stride));
  const bool keep = !point.kept.empty(), known = scores && !scores->empty();
  scores_.resize(std::max(scores_.size(), 2 * longest_piece(chunk) * wide));
  const Rows<T> all = rows_of(part_, features_, {nullptr, part_.n, 0});
  const std::size_t piece = piece_rows(part_.n, chunk);
  for (std::size_t first = 0; first < part_.n; first += piece) {
    const std::size_t n = std::min(piece, part_.n - first);
    T* const out = keep ? point.kept.data() + first * wide : scores_.data();
    second_derivatives(all.part(first, n), first, theta, known ? scores->data() + first * wide : nullptr, out);
    add_curvature(first, n, stride, out, point.curvature);
  }
}

template <class T>
void LossSum<T>::product(const LaneTable<T>& theta, const HessianPoint<T>& point, const LaneTable<T>& direction,
                         LaneTable<T>& product) {
  if (moments_) return moments_->mean(direction, 0, product, nullptr);
  const std::size_t stride = direction.stride(), outputs = model_.outputs(), wide = outputs * stride,
                    chunk = chunk_rows(model_, stride, row_bytes(part_, features_));
  const std::size_t room = longest_piece(chunk) * wide;
  scores_.resize(std::max(scores_.size(), 2 * room));
  T* const tangents = scores_.data() + room;
  const T share = T(1) / static_cast<T>(part_.n);
  const Rows<T> all = rows_of(part_, features_, {nullptr, part_.n, 0});
  const auto body = [&](std::size_t first, std::size_t count, LaneTable<T>& out, double*) {
    const std::size_t piece = piece_rows(count, chunk);
    for (std::size_t done = 0; done < count; done += piece) {
      const std::size_t n = std::min(piece, count - done), at = first + done;
      const Rows<T> rows = all.part(at, n);
      if (point.kept.empty()) second_derivatives(rows, at, theta, nullptr, scores_.data());
      const T* const kept = point.kept.empty() ? scores_.data() : point.kept.data() + at * wide;
      model_.scores(rows, direction, tangents, {nullptr});
      if (outputs == 1) {
        multiply(MultiplyPass<T>{tangents, kept, n * stride, stride});
      } else {
        if (kept != scores_.data()) std::copy_n(kept, n * wide, scores_.data());  // they are used up
        loss_tangent(loss_,
                     LossPass<T>{scores_.data(), n, outputs, stride, nullptr, part_.y.data() + at, share, nullptr,
                                 coefficients_, weights_.empty() ? nullptr : weights_.data() + at},
                     tangents);
      }
      model_.gradient(rows, direction, tangents, {nullptr}, out, done == 0);
    }
  };
  blocks(body, 0, part_.n, product, nullptr, 0);
}

// [first, first + n) is cut at the largest power of two of blocks below n: a tree that depends on n alone.
template <class T>
template <class Body>
void LossSum<T>::blocks(const Body& body, std::size_t first, std::size_t n, LaneTable<T>& out, double* losses,
                        std::size_t depth) {
  if (n <= kRowBlock) return body(first, n, out, losses);
  const std::size_t left = kRowBlock * std::bit_floor((n - 1) / kRowBlock);
  blocks(body, first, left, out, losses, depth + 1);
  if (halves_.size() <= depth) halves_.resize(depth + 1);
  if (halves_[depth].gradient.stride() != out.stride())
    halves_[depth] = {LaneTable<T>(out.rows(), out.lanes()), AlignedVector<double>(out.stride())};
  // The right half may make halves_ grow: it is taken out while it is worked on.
  Half right = std::move(halves_[depth]);
  std::fill(right.losses.begin(), right.losses.end(), 0);
  blocks(body, first + left, n - left, right.gradient, losses ? right.losses.data() : nullptr, depth + 1);
  add(AddPass<T>{out.row(0), right.gradient.row(0), out.rows() * out.stride()});
  if (losses)
    for (std::size_t lane = 0; lane < out.stride(); ++lane) losses[lane] += right.losses[lane];
  halves_[depth] = std::move(right);
}

void apply_link(Link link, std::span<double> scores) {
  if (link == Link::log) exp_in_place(scores);
}

template <class T>
std::vector<std::vector<double>> lane_scores(const Model<T>& model, const Part<T>& part, std::size_t features,
                                             const LaneTable<T>& theta, std::vector<std::vector<double>> out) {
  const std::size_t outputs = model.outputs(), stride = theta.stride(), chunk = chunk_rows(model, stride);
  out.resize(theta.lanes());
  for (std::vector<double>& lane : out) lane.resize(part.n * outputs);
  AlignedVector<T> scores(chunk * outputs * stride), tape(chunk * model.tape() * stride);
  const Rows<T> all = rows_of(part, features, {nullptr, part.n, 0});
  for (std::size_t first = 0; first < part.n; first += chunk) {
    const std::size_t n = std::min(chunk, part.n - first);
    model.scores(all.part(first, n), theta, scores.data(), {tape.data()});
    for (std::size_t lane = 0; lane < theta.lanes(); ++lane)
      for (std::size_t i = 0; i < n * outputs; ++i)
        out[lane][first * outputs + i] = static_cast<double>(scores[i * stride + lane]);
  }
  return out;
}

template std::size_t chunk_rows(const Model<float>&, std::size_t, std::size_t);
template std::size_t chunk_rows(const Model<double>&, std::size_t, std::size_t);
template const Moments* moments_for(const Design<float>&, const Model<float>&, std::size_t);
template const Moments* moments_for(const Design<double>&, const Model<double>&, std::size_t);
template class LossSum<float>;
template class LossSum<double>;
template std::vector<std::vector<double>> lane_scores(const Model<float>&, const Part<float>&, std::size_t,
                                                      const LaneTable<float>&, std::vector<std::vector<double>>);
template std::vector<std::vector<double>> lane_scores(const Model<double>&, const Part<double>&, std::size_t,
                                                      const LaneTable<double>&, std::vector<std::vector<double>>);

}  // namespace holdout::train
