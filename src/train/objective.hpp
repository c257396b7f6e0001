// J of a cohort: loss and gradient over rows, scores and metrics.
#pragma once

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/loss.hpp>
#include <holdout/train/metric.hpp>
#include <holdout/train/trainer.hpp>

#include "dropout.hpp"
#include "models.hpp"
#include "moments.hpp"

namespace holdout::train {

/// Rows are summed in blocks of so many, in row order inside a block, and the blocks' sums are joined pairwise by
/// index: the same bits on any number of threads.
inline constexpr std::size_t kRowBlock = 1024;

/// Rows that go through the model at a time: their scores, and what the tape keeps of them, stay in the cache between
/// the score, loss and gradient passes. No bit depends on it.
/// @param row_bytes  of a row of dense data; 0: do not matter
template <class T>
std::size_t chunk_rows(const Model<T>& model, std::size_t stride, std::size_t row_bytes = 0);

/// The rows of a step: order[0 … n), or the first n rows without an order. The order goes on for `next` more rows. With
/// `onto`, sums go on from what stands in the gradient already: of one row block at most.
struct Batch {
  const std::uint32_t* order = nullptr;
  std::size_t n = 0;
  std::size_t next = 0;
  bool onto = false;
};

/// The moments that stand for the training rows in the mean loss of the model and its derivatives; null: only rows will
/// do. loss: its place in losses().
template <class T>
const Moments* moments_for(const Design<T>& design, const Model<T>& model, std::size_t loss);

/// A point θ [parameter][lane] at which products with the Hessian of the mean loss are wanted: what all of them need of
/// the rows. LossSum fills it in.
template <class T>
struct HessianPoint {
  std::vector<double> curvature;  // [lane] (1/n) Σ weight · ∂²L/∂f²; of several outputs in the mean of the directions
                                  // in which the loss is curved
  AlignedVector<T> kept;  // [row][lane] share · weight · ∂²L/∂f², or scores [row][output][lane] of several
                          // outputs; empty: too many to be kept
};

/// Sums over rows of one part for all lanes of a table. Keeps scratch memory; one object per cohort.
template <class T>
class LossSum {
 public:
  /// @param loss     place in losses()
  /// @param weights  of the part's rows, of mean 1; empty: all count the same
  /// @param moments  what sums over all rows are taken from, if not null
  LossSum(const Model<T>& model, std::size_t loss, const Part<T>& part, std::size_t features,
          AlignedVector<T> weights = {}, const Moments* moments = nullptr)
      : model_(model), loss_(loss), part_(part), features_(features), weights_(std::move(weights)) {
    if (moments) moments_.emplace(*moments);
  }

  /// Coefficients of the loss [lane], for the calls to come; null where it has none.
  void set_coefficients(const T* coefficients) { coefficients_ = coefficients; }
  /// gradient = (1/n) Σ ∂L/∂θ over the batch; losses [lane] = (1/n) Σ L if wanted (not null).
  /// @param dropout  whose step it is; null: all units take part
  /// @param scores   of all rows in order, [row][output][lane]: for go_to; null: not wanted. Left empty where there is
  /// no
  ///                 room for them
  void mean(const LaneTable<T>& theta, const Batch& batch, LaneTable<T>& gradient, std::vector<double>* losses,
            Dropout<T>* dropout = nullptr, AlignedVector<T>* scores = nullptr);
  /// tangent = d/dε of that gradient over all rows at theta + ε direction: the mean loss's Hessian times direction. For
  /// scores that are linear in theta only.
  void mean_tangent(const LaneTable<T>& theta, const LaneTable<T>& direction, LaneTable<T>& tangent);
  /// Several such products at one theta: the first pass over its scores is made once. No bit depends on what is kept.
  /// @param scores  at theta, as mean() gives them; null or empty: not known
  void go_to(const LaneTable<T>& theta, HessianPoint<T>& point, const AlignedVector<T>* scores = nullptr);
  /// @param theta, point  of the last go_to, or some of its lanes
  void product(const LaneTable<T>& theta, const HessianPoint<T>& point, const LaneTable<T>& direction,
               LaneTable<T>& product);

  /// How many scores all rows have in such a table; 0: too many to be kept, or they are not needed.
  std::size_t kept_scores(std::size_t stride) const;

 private:
  /// @param scores  of the rows, or null
  void second_derivatives(const Rows<T>& rows, std::size_t first, const LaneTable<T>& theta, const T* scores, T* out);
  void add_curvature(std::size_t first, std::size_t n, std::size_t stride, const T* at, std::vector<double>& sums);
  // body(first, n, out, losses) sums one block into out; the blocks' sums are joined pairwise.
  template <class Body>
  void blocks(const Body& body, std::size_t first, std::size_t n, LaneTable<T>& out, double* losses, std::size_t depth);

  const Model<T>& model_;
  std::size_t loss_;
  const Part<T>& part_;
  std::size_t features_;
  AlignedVector<T> weights_;
  std::optional<MomentSum> moments_;
  const T* coefficients_ = nullptr;
  AlignedVector<T> scores_, tape_, units_;
  struct Half {
    LaneTable<T> gradient;
    AlignedVector<double> losses;
  };
  std::vector<Half> halves_;  // right halves that wait to be added, by depth of the tree
};

/// What the model says of rows: scores as they are, or e^f for a loss with a log link.
void apply_link(Link link, std::span<double> scores);

/// [lane][row · outputs]: scores of every lane for all rows of a part.
/// @param out  of an earlier call: memory to use again
template <class T>
std::vector<std::vector<double>> lane_scores(const Model<T>& model, const Part<T>& part, std::size_t features,
                                             const LaneTable<T>& theta, std::vector<std::vector<double>> out = {});

/// Calls each(lane, its scores) for all lanes, some lanes at a time: of many rows, the scores of all lanes would take
/// more room than the rows.
/// @param scores  memory to use again
/// @param most    bytes of scores at once
template <class T, class Each>
void for_each_scores(const Model<T>& model, const Part<T>& part, std::size_t features, const LaneTable<T>& theta,
                     std::vector<std::vector<double>>& scores, const Each& each, std::size_t most = kScoreBytes) {
  const std::size_t lane = std::max<std::size_t>(1, part.n * model.outputs() * sizeof(double));  // bytes
  const std::size_t fit = std::max<std::size_t>(1, most / lane);
  constexpr std::size_t kVector = lane_stride<T>(1);  // lanes that cost no more than one
  const std::size_t together = fit < kVector ? fit : fit / kVector * kVector;
  if (theta.lanes() <= together) {
    scores = lane_scores(model, part, features, theta, std::move(scores));
    for (std::size_t i = 0; i < theta.lanes(); ++i) each(i, scores[i]);
    return;
  }
  for (std::size_t first = 0; first < theta.lanes(); first += together) {
    std::vector<std::size_t> lanes(std::min(together, theta.lanes() - first));
    std::iota(lanes.begin(), lanes.end(), first);
    const LaneTable<T> some = theta.select(lanes, lane_stride<T>(lanes.size()));
    scores = lane_scores(model, part, features, some, std::move(scores));
    for (std::size_t i = 0; i < lanes.size(); ++i) each(lanes[i], scores[i]);
  }
}

}  // namespace holdout::train
