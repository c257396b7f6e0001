// Steps that parameters are spared until somebody looks at them.
//
// An update rule touches every parameter in every step. Those whose features no row of the batch has only see their
// penalty's gradient, λθ: elementwise, so such steps may wait, and are made in one go, in registers, when a batch with
// the feature comes or the epoch ends. The operations and their order are those of the usual passes: so are the bits.
// What is saved is the way of all tables through the memory in every step.
#pragma once

#include <cstdint>
#include <vector>

#include <holdout/train/design.hpp>

#include "cohort.hpp"
#include "objective.hpp"

namespace holdout::train {

template <class T>
class Deferred {
 public:
  /// @param outputs  theta begins with so many tables [feature][lane], its penalized rows
  /// @param from_zeros  whether theta and the rule's state are all zeros: what no batch had yet then stays so
  Deferred(const Part<T>& part, std::size_t features, std::size_t outputs, std::size_t rule, bool from_zeros);

  /// Whether such steps are worth their bookkeeping: batches have few of the features, and rows of theta are several
  /// vectors wide. A narrow row spends its time waiting for one step's root and division before the next.
  static bool pays(const Part<T>& part, std::size_t features, std::size_t batch, std::size_t stride);

  /// Before the gradient of a step, after begin_step: brings the batch's features up to date (and their rows of
  /// cohort.ahead, where the rule looks ahead), and clears the gradient.
  void prepare(const Batch& batch, Cohort<T>& cohort);
  /// The step itself, with the penalty, for the batch's features and the intercepts.
  void step(Cohort<T>& cohort);
  /// Makes all steps that wait.
  void finish(Cohort<T>& cohort);

 private:
  DeferredPass<T> pass(Cohort<T>& cohort, const std::vector<std::uint32_t>& list) const;
  void remember_factors(const Cohort<T>& cohort);

  static constexpr std::uint32_t kNever = UINT32_MAX;
  const Part<T>& part_;
  std::size_t features_, outputs_, rule_;
  std::uint32_t now_ = 0, stamp_ = 0;
  bool clear_ = false;                 // whether the gradient is all zeros
  std::vector<std::uint32_t> since_;   // [feature]: steps it has made since the last finish(); kNever: it is still 0
  std::vector<std::uint32_t> stamps_;  // [feature]: the batch that had it last
  std::vector<std::uint32_t> list_;    // features of the batch
  std::vector<std::uint32_t> slots_;   // [step]: which factors it has
  AlignedVector<T> history_;           // [slot][kMaxFactors][lane]
};

}  // namespace holdout::train
