// Training a cohort by an update rule: epochs of batches, one step a batch, every configuration a lane.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <holdout/train/trainer.hpp>

#include "cohort.hpp"
#include "deferred.hpp"
#include "dropout.hpp"
#include "loop/averaging.hpp"
#include "loop/clipping.hpp"
#include "loop/step_watch.hpp"
#include "loop/stopping.hpp"
#include "loop/uphill.hpp"
#include "models.hpp"
#include "objective.hpp"
#include "step_sizes.hpp"

namespace holdout::train {

/// The trainer of make_trainer for optimizers that are update rules; parameters as there.
template <class T>
class CohortTrainer final : public Trainer {
 public:
  CohortTrainer(const Design<T>& design, const Metric& objective, std::span<const LaneConfig> configs, Seed seed,
                std::size_t fold, std::span<const std::vector<double>> start);
  void run_to(const Goal& goal, const std::atomic<bool>* interrupt) override;
  void watch(std::vector<std::int64_t> steps, StepWatcher watcher) override;
  void drop(std::size_t lane) override;
  std::size_t lanes() const override { return configs_.size(); }
  std::size_t running() const override { return running_; }
  std::vector<LaneResult> results() const override;

 private:
  bool defers() const { return Deferred<T>::pays(design_.train, design_.features, batch_, cohort_.theta.stride()); }
  bool in_training(std::size_t slot) const { return results_[cohort_.lanes[slot]].end == LaneEnd::running; }
  bool interrupted() const { return interrupt_ && interrupt_->load(std::memory_order_relaxed); }
  double tolerance() const { return std::max(goal_.tolerance.value_or(0), shared_.stop.gradient_norm); }
  void epoch();
  void step(const Batch& batch, bool want_loss);
  void tell_watcher();
  void take_gradient(const LaneTable<T>& point, const Batch& batch, std::vector<double>* losses,
                     Dropout<T>* dropout = nullptr);
  Dropout<T>* begin_dropout();
  void take_norms(const LaneTable<T>& point);
  bool averages() const { return cohort_.average.rows() > 0; }
  /// What the training is measured by.
  const LaneTable<T>& outcome() const { return averages() ? cohort_.average : cohort_.theta; }
  void add_losses();
  void take_first_norms();
  void clip_gradient();
  void watch_descent();
  void check_gradient();
  void check_finite();
  void look_at_holdout(bool record);
  void finish(std::size_t slot, LaneEnd end);
  void finish_running(LaneEnd end);
  void compact();
  std::vector<double> column(const LaneTable<T>& table, std::size_t slot) const;

  const Design<T>& design_;
  const Metric& objective_;
  std::vector<LaneConfig> configs_;
  TrainingSettings shared_;  // the cohort fields, equal in all lanes
  Seed seed_;
  std::size_t fold_;
  std::size_t rule_;
  bool full_batch_, looks_ahead_;
  std::size_t batch_;
  std::unique_ptr<Model<T>> model_;
  Link link_;
  LossSum<T> loss_;
  Cohort<T> cohort_;
  StepSizes step_sizes_;
  std::optional<Deferred<T>> deferred_;  // sparse rows, small batches
  Dropout<T> dropout_;
  Goal goal_;
  const std::atomic<bool>* interrupt_ = nullptr;
  std::vector<std::int64_t> recorded_;  // epochs of the curve
  std::int64_t epoch_ = 0, steps_ = 0;
  std::size_t running_;
  std::vector<LaneResult> results_;
  std::vector<double> losses_, epoch_losses_;        // by slot
  std::vector<double> sums_;                         // by slot, with padding
  std::vector<std::vector<double>> holdout_scores_;  // memory for looks
  Clipping clipping_;
  Averaging averaging_;
  UphillSteps uphill_;
  GradientNorms norms_;
  Divergence divergence_;
  Patience patience_;
  bool shrinks_ = false;  // whether a lane has l1
  StepWatch watch_;
};

}  // namespace holdout::train
