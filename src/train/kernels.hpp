// The passes of a training step, as plain functions on plain structs. Behind each stands a kernel for every SIMD target
// of the CPU family, chosen at run time. T is float or double. Tables are [row][lane] with `stride` elements a row
// (lane_stride), aligned to 32 bytes or more.
//
// The order of operations in a lane depends on none of: number of lanes, position, vector width, threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <holdout/update/rule.hpp>

namespace holdout::train {

/// Rows of a dense row-major matrix: row i is x + order[i] · features, or x + i · features without an order. The order
/// may go on behind the n rows: `next` more are likely to be wanted soon, and a pass may fetch them early.
/// Of a sparse matrix (CSR): row i has x[k] in columns[k] for k from start[r] to start[r + 1], r = order[i] or i.
template <class T>
struct Rows {
  const T* x = nullptr;
  std::size_t features = 0;
  const std::uint32_t* order = nullptr;
  std::size_t n = 0;
  std::size_t next = 0;
  const std::size_t* start = nullptr;  // null: dense
  const std::uint32_t* columns = nullptr;

  const T* operator[](std::size_t i) const { return x + (order ? order[i] : i) * features; }
  Rows part(std::size_t from, std::size_t count) const {
    if (order) return {x, features, order + from, count, n - from - count + next, start, columns};
    if (start) return {x, features, nullptr, count, 0, start + from, columns};
    return {x + from * features, features, nullptr, count, 0};
  }
};

/// scores[i] = bias + Σ_j X[i, j] · theta[j], one fused chain over j.
template <class T>
struct ScorePass {
  Rows<T> rows;
  const T* theta;  // [features][lane]
  const T* bias;   // [lane]
  T* scores;       // row i at scores + i · scores_stride
  std::size_t scores_stride;
  std::size_t stride;
};

/// gradient[j] += Σ_i X[i, j] · slopes[i], bias_gradient += Σ_i slopes[i]: one chain over i that goes on from what is
/// there, or starts at 0 if `first`. A matrix XᵀWX is the gradient whose slopes are the weighted rows, a feature a
/// lane: of such a symmetric one half is enough.
template <class T>
struct GradientPass {
  Rows<T> rows;
  const T* slopes;  // row i at slopes + i · slopes_stride
  std::size_t slopes_stride;
  T* gradient;       // [features][lane]
  T* bias_gradient;  // [lane]
  std::size_t stride;
  bool first;
  bool half = false;      // gradient[j] is wanted in lanes 0 … j alone; what stands in the others is no sum
  std::size_t lanes = 0;  // that are wanted, the first ones; 0: all of the stride
};

/// Scores become slopes: share · weight · ∂L/∂f. Losses, times weight, are added up in double, in the order of rows.
template <class T>
struct LossPass {
  T* scores;  // [n][outputs][lane], replaced by slopes
  std::size_t n, outputs, stride;
  const std::uint32_t* order;       // as in Rows: row i has target y[order[i]]
  const T* y;                       // regression: target; two classes: ±1; more: index of the class
  double share;                     // 1 / rows of the batch
  double* losses;                   // [lane], Σ weight · L is added; null: not wanted
  const T* coefficients = nullptr;  // [lane], of the loss; null: it has none
  const T* weights = nullptr;       // of rows, as y; null: 1
};

/// out[p][q] = from[p][q] + Σ_k a[p][k] · b[q][k] in every lane: one fused chain over k. Elements are rows of lanes;
/// the distances between them say how the tables lie. Or a is dense data, the same for all lanes: X[p, k], or X[k, p].
template <class T>
struct ProductPass {
  const T* a;
  std::size_t a_row, a_depth;  // from p to p + 1, from k to k + 1
  const T* b;
  std::size_t b_row, b_depth;
  T* out;
  std::size_t out_row, out_column;
  const T* from;  // may be `out`; null: 0
  std::size_t from_row, from_column;
  std::size_t rows, columns, depth, stride;
  Rows<T> x = {};  // in the place of a, if it has data
  bool transposed = false;
};

/// activations = φ(activations), or, on the way back, activations = slopes · φ′.
template <class T>
struct ActivationPass {
  T* activations;
  const T* slopes;               // ∂L/∂φ; null where it is not asked for
  std::size_t elements, stride;  // a multiple of the stride
};

/// table[r] *= scale[lane] where draws[r] ≥ rate[lane]; elsewhere it becomes 0.
template <class T>
struct DropoutPass {
  T* table;
  std::size_t rows, stride;
  const T* draws;          // [row], in [0, 1), the same for all lanes
  const T *rates, *scale;  // [lane]
};

/// gradient[r] += λ[r mod l2_rows][lane] · theta[r].
template <class T>
struct PenaltyPass {
  const T* theta;
  T* gradient;
  std::size_t rows, stride;
  const T* l2;  // [l2_rows][lane]
  std::size_t l2_rows = 1;
};

/// sums[lane] = Σ_r table[r]², in double, in the order of rows.
template <class T>
struct NormPass {
  const T* table;
  std::size_t rows, stride;
  double* sums;
};

/// table[r] *= factors[lane].
template <class T>
struct ScalePass {
  T* table;
  std::size_t rows, stride;
  const T* factors;  // [lane]
};

/// table[r] += other[r].
template <class T>
struct AddPass {
  T* table;
  const T* other;
  std::size_t elements;  // a multiple of the stride
};

/// One step of an update rule (update/rule.hpp) on rows [0, rows) of theta. The rows from `penalized` on take no decay.
template <class T>
struct UpdatePass {
  T* theta;
  const T* gradient;
  T* state;  // [states][rows][lane]
  std::size_t rows, penalized, stride;
  const double* rate;          // [lane]
  const double* coefficients;  // [coefficient][lane]
  double* memory;              // [memory][lane]
  T* factors;                  // [factor][lane], room for kMaxFactors rows; begin_step fills it
};

/// Of a subgradient of J with l1: sums[lane] = Σ_r s², s = (θ − prox(θ − γ g)) / γ for the first `penalized` rows
/// (prox: towards 0 by γ · l1), g for the others. 0 exactly where θ is a minimum, and ‖g‖ where l1 is 0.
template <class T>
struct SubgradientPass {
  const T* theta;
  const T* gradient;
  std::size_t rows, penalized, stride;
  const T* l1;         // [lane]
  const double* rate;  // [lane], γ > 0
  double* sums;
};

/// Rows of theta that have steps to make: those of some features, in each of theta's tables [feature][lane].
template <class T>
struct DeferredPass {
  UpdatePass<T> update;  // with the factors of the step at hand
  T* gradient;
  const T* l2;          // [lane], that of feature j at l2 + j · l2_step
  std::size_t l2_step;  // 0: one for all features
  std::size_t features, outputs;
  const std::uint32_t* list;  // the features
  std::size_t n;
  const std::uint32_t* since;  // [feature]: steps it has made; now or more: none wait
  const T* history;            // [slot][kMaxFactors][lane]
  const std::uint32_t* slots;  // [step]: the factors of a step before `now`
  std::size_t now;
  T* ahead;  // where the rule looks ahead: gets the points of the gradient, of the intercepts too
};

/// What a rule needs besides parameters.
struct RuleShape {
  std::size_t states, memory;
  bool looks_ahead;  // its gradient is taken at another point than theta
};
RuleShape rule_shape(std::size_t rule);

// Sparse rows give the same bits as dense ones: what is left out would add zeros.
template <class T>
void score(const ScorePass<T>& pass);
template <class T>
void gradient(const GradientPass<T>& pass);
template <class T>
void sparse_score(const ScorePass<T>& pass);  // what the two above do with sparse rows
template <class T>
void sparse_gradient(const GradientPass<T>& pass);
/// @param which  place in losses()
template <class T>
void loss(std::size_t which, const LossPass<T>& pass);
/// tangents [n][outputs][lane], of the scores, become those of the slopes: share · ∂²L/∂f² · tangent. Scores are used
/// up.
template <class T>
void loss_tangent(std::size_t which, const LossPass<T>& pass, T* tangents);
template <class T>
void product(const ProductPass<T>& pass);
/// activation: its place in activations().
template <class T>
void activate(std::size_t activation, const ActivationPass<T>& pass);
template <class T>
void activation_slopes(std::size_t activation, const ActivationPass<T>& pass);
template <class T>
void drop_units(const DropoutPass<T>& pass);
template <class T>
void penalty(const PenaltyPass<T>& pass);
template <class T>
void squared_sums(const NormPass<T>& pass);
template <class T>
void subgradient_sums(const SubgradientPass<T>& pass);
/// Penalized rows of theta, after a step of the rule, go towards 0 by l1[lane] times the rule's own step size there,
/// and stop at 0: the proximal step of l1 in the metric of the rule. The rule must be `proximal`.
template <class T>
void shrink(std::size_t rule, const UpdatePass<T>& pass, const T* l1);
template <class T>
void scale(const ScalePass<T>& pass);
template <class T>
void add(const AddPass<T>& pass);
/// x ← exp x, log x, log(1 + eˣ).
void exp_in_place(std::span<double> x);
void log_in_place(std::span<double> x);
void softplus_in_place(std::span<double> x);

void sort_ascending(std::span<double> x);

/// Factors of this step from rate, coefficients and memory; before look_ahead and update.
template <class T>
void begin_step(std::size_t rule, const UpdatePass<T>& pass);
template <class T>
void update(std::size_t rule, const UpdatePass<T>& pass);
/// The steps that wait, with the penalty's gradient alone.
template <class T>
void catch_up(std::size_t rule, const DeferredPass<T>& pass);
/// The step at hand of the features and of the intercepts: gradient += penalty, update, gradient = 0.
template <class T>
void step_some(std::size_t rule, const DeferredPass<T>& pass);
/// out[r] = the point where the rule wants its gradient.
template <class T>
void look_ahead(std::size_t rule, const UpdatePass<T>& pass, T* out);

}  // namespace holdout::train
