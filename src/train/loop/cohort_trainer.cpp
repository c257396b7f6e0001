// The loop of a training: epochs, batches, steps; who stops, when and why.
#include "loop/cohort_trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "measure.hpp"
#include "ridge_table.hpp"
#include "weights.hpp"

namespace holdout::train {

template <class T>
CohortTrainer<T>::CohortTrainer(const Design<T>& design, const Metric& objective, std::span<const LaneConfig> configs,
                                Seed seed, std::size_t fold, std::span<const std::vector<double>> start)
    : design_(design),
      objective_(objective),
      configs_(configs.begin(), configs.end()),
      shared_(configs[0].training),
      seed_(seed),
      fold_(fold),
      rule_(shared_.optimizer.selected()),
      full_batch_(shared_.batch_size == TrainingSettings::kFullBatch ||
                  static_cast<std::size_t>(shared_.batch_size) >= design.train.n),
      looks_ahead_(rule_shape(rule_).looks_ahead),
      batch_(full_batch_ ? design.train.n : static_cast<std::size_t>(shared_.batch_size)),
      model_(make_model<T>(configs[0].model, design.features, design.classes)),
      link_(losses()[configs[0].model.loss_for(design.classes)].link),
      loss_(*model_, configs[0].model.loss_for(design.classes), design.train, design.features,
            row_weights(design.train, design.classes, configs[0].model),
            moments_for(design, *model_, configs[0].model.loss_for(design.classes))),
      cohort_(make_cohort<T>(configs, design.features, model_->parameters(), rule_, shared_.stop.patience > 0)),
      step_sizes_(design, configs, full_batch_, batch_),
      recorded_(recorded_epochs(shared_.epochs)),
      running_(configs.size()),
      results_(configs.size()),
      clipping_(configs),
      averaging_(configs),
      uphill_(configs.size()),
      norms_(configs.size()),
      divergence_(configs.size()),
      patience_(shared_.stop.patience, objective.maximize, configs.size()) {
  const std::vector<double> own_start = model_->start(seed);
  for (std::size_t lane = 0; lane < configs_.size(); ++lane) {
    cohort_.rate.at(0, lane) = step_sizes_.start(lane);
    shrinks_ = shrinks_ || configs_[lane].model.lasso() > 0;
    results_[lane].gradient_norm = results_[lane].train_loss = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double>& theta = start.empty() ? own_start : start[lane];
    for (std::size_t r = 0; r < theta.size(); ++r) cohort_.theta.at(r, lane) = static_cast<T>(theta[r]);
    if (averages())
      for (std::size_t r = 0; r < theta.size(); ++r) cohort_.average.at(r, lane) = cohort_.theta.at(r, lane);
  }
  // Clipping needs the norm of the whole gradient in every step, l1 a proximal step behind each, an average all of θ.
  if (model_->is_linear() && !full_batch_ && !clipping_.active() && !shrinks_ && !averages() && defers())
    deferred_.emplace(design.train, design.features, model_->outputs(), rule_, start.empty());
  sums_.resize(cohort_.theta.stride());
  if (!start.empty()) take_first_norms();
}

template <class T>
void CohortTrainer<T>::run_to(const Goal& goal, const std::atomic<bool>* interrupt) {
  goal_ = goal, interrupt_ = interrupt;
  while (running_ > 0 && epoch_ < std::min(goal.epochs, shared_.epochs)) {
    if (interrupted()) return finish_running(LaneEnd::interrupted);
    epoch();
  }
  if (running_ == 0) holdout_scores_ = {};
}

template <class T>
void CohortTrainer<T>::epoch() {
  const std::size_t n = design_.train.n, slots = cohort_.lanes.size();
  const bool record = std::binary_search(recorded_.begin(), recorded_.end(), epoch_ + 1);
  epoch_losses_.assign(slots, 0);
  std::int64_t batches = 0;
  if (full_batch_) {
    step({nullptr, n, 0}, true);
    batches = 1;
  } else {
    const std::vector<std::uint32_t> order =
        stream(seed_, "shuffle", fold_, static_cast<std::uint64_t>(epoch_)).permutation(static_cast<std::uint32_t>(n));
    for (std::size_t first = 0; first < n; first += batch_, ++batches) {
      if (interrupted()) return finish_running(LaneEnd::interrupted);  // epochs can be long
      const std::size_t count = std::min(batch_, n - first);
      step({order.data() + first, count, n - first - count}, record);
    }
  }
  if (deferred_) deferred_->finish(cohort_);
  ++epoch_;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    if (!in_training(slot)) continue;
    LaneResult& r = results_[cohort_.lanes[slot]];
    r.epochs = epoch_, r.steps = steps_;
    if (!patience_.active()) r.best_epoch = epoch_;
    if (record && !full_batch_) r.train_loss = epoch_losses_[slot] / static_cast<double>(batches);
  }
  check_finite();
  if (record || patience_.active()) look_at_holdout(record);
  if (!full_batch_ && tolerance() > 0) {
    const auto known = [this](std::size_t lane) { return norms_.knows_first(lane); };
    if (!std::all_of(cohort_.lanes.begin(), cohort_.lanes.end(), known)) take_first_norms();
    take_gradient(cohort_.theta, {nullptr, n, 0}, nullptr);
    check_gradient();
  }
  if (epoch_ == shared_.epochs) finish_running(LaneEnd::epochs);
  compact();
}

template <class T>
void CohortTrainer<T>::step(const Batch& batch, bool want_loss) {
  for (std::size_t slot = 0; step_sizes_.change() && slot < cohort_.lanes.size(); ++slot)
    cohort_.rate.at(0, slot) = step_sizes_.at(cohort_.lanes[slot], steps_);
  const UpdatePass<T> pass = cohort_.update_pass(model_->penalized());
  begin_step(rule_, pass);
  if (deferred_) {
    deferred_->prepare(batch, cohort_);
    loss_.set_coefficients(cohort_.loss.row(0));
    loss_.mean(looks_ahead_ ? cohort_.ahead : cohort_.theta, {batch.order, batch.n, batch.next, true}, cohort_.gradient,
               want_loss ? &losses_ : nullptr);
    if (want_loss) add_losses();
    deferred_->step(cohort_);
    ++steps_;
    return;
  }
  if (looks_ahead_) look_ahead(rule_, pass, cohort_.ahead.row(0));
  take_gradient(looks_ahead_ ? cohort_.ahead : cohort_.theta, batch, want_loss ? &losses_ : nullptr, begin_dropout());
  if (full_batch_) {
    for (std::size_t slot = 0; slot < losses_.size(); ++slot)
      if (in_training(slot)) results_[cohort_.lanes[slot]].train_loss = losses_[slot];
    watch_descent();
    check_gradient();  // a lane that has converged ends before the step
  } else if (want_loss) {
    add_losses();
  }
  if (clipping_.active()) clip_gradient();
  update(rule_, pass);
  if (shrinks_) shrink(rule_, pass, cohort_.l1.row(0));
  if (averages()) averaging_.add(cohort_, epoch_);
  ++steps_;
  tell_watcher();
}

template <class T>
void CohortTrainer<T>::watch(std::vector<std::int64_t> steps, StepWatcher watcher) {
  deferred_.reset();  // between the ends of epochs its theta is not whole; without it the bits are the same
  watch_ = StepWatch(std::move(steps), std::move(watcher), steps_);
}

template <class T>
void CohortTrainer<T>::tell_watcher() {
  if (!watch_.wants(steps_)) return;
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot)
    if (in_training(slot)) watch_.tell(steps_, cohort_.lanes[slot], column(cohort_.theta, slot));
}

template <class T>
void CohortTrainer<T>::add_losses() {
  for (std::size_t slot = 0; slot < losses_.size(); ++slot) epoch_losses_[slot] += losses_[slot];
}

// gradient ← ∇J(point) over the batch, and its squared norm where a decision hangs on it.
template <class T>
void CohortTrainer<T>::take_gradient(const LaneTable<T>& point, const Batch& batch, std::vector<double>* losses,
                                     Dropout<T>* dropout) {
  loss_.set_coefficients(cohort_.loss.row(0));
  loss_.mean(point, batch, cohort_.gradient, losses, dropout);
  add_ridge_gradient(*model_, cohort_.l2, point, cohort_.gradient);
  if (batch.n == design_.train.n) take_norms(point);
}

// The units that this step leaves out; null: no lane does.
template <class T>
Dropout<T>* CohortTrainer<T>::begin_dropout() {
  if (cohort_.dropout.rows() == 0) return nullptr;
  dropout_.begin_step(cohort_.dropout, seed_, fold_, static_cast<std::uint64_t>(steps_));
  return &dropout_;
}

template <class T>
void CohortTrainer<T>::take_norms(const LaneTable<T>& point) {
  const LaneTable<T>& g = cohort_.gradient;
  if (shrinks_)
    subgradient_sums(SubgradientPass<T>{point.row(0), g.row(0), g.rows(), model_->penalized(), g.stride(),
                                        cohort_.l1.row(0), cohort_.rate.row(0), sums_.data()});
  else
    squared_sums(NormPass<T>{g.row(0), g.rows(), g.stride(), sums_.data()});
}

template <class T>
void CohortTrainer<T>::clip_gradient() {
  LaneTable<T>& g = cohort_.gradient;
  if (!full_batch_) squared_sums(NormPass<T>{g.row(0), g.rows(), g.stride(), sums_.data()});
  clipping_.apply(cohort_.lanes, sums_, g);
}

// Tolerances are relative to ∇J where the model starts by itself (0, unless it has layers), wherever this training
// started. A full batch has it from its first step.
template <class T>
void CohortTrainer<T>::take_first_norms() {
  LaneTable<T> point(model_->parameters(), cohort_.lanes.size());
  const std::vector<double> start = model_->start(seed_);
  for (std::size_t r = 0; r < start.size(); ++r) std::fill_n(point.row(r), point.lanes(), static_cast<T>(start[r]));
  take_gradient(point, {nullptr, design_.train.n, 0}, nullptr);
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot)
    norms_.set_first(cohort_.lanes[slot], std::sqrt(sums_[slot]));
}

// Looks for steps that went uphill. A rule that looks ahead has its loss elsewhere than at θ, and with dropout every
// step has another loss.
template <class T>
void CohortTrainer<T>::watch_descent() {
  if (looks_ahead_ || shrinks_ || cohort_.dropout.rows() > 0) return;
  squared_sums(NormPass<T>{cohort_.theta.row(0), model_->penalized(), cohort_.theta.stride(), sums_.data()});
  const bool grouped = cohort_.l2.rows() > 1;
  const std::vector<double> ridge = grouped ? ridge_values(*model_, cohort_.l2, cohort_.theta) : std::vector<double>();
  for (std::size_t slot = 0; slot < losses_.size(); ++slot) {
    if (!in_training(slot)) continue;
    const std::size_t lane = cohort_.lanes[slot];
    const double objective = losses_[slot] + (grouped ? ridge[slot] : configs_[lane].model.ridge() / 2 * sums_[slot]);
    uphill_.see(lane, objective, static_cast<double>(std::numeric_limits<T>::epsilon()), results_[lane].rises);
  }
  take_norms(cohort_.theta);  // the sums are those of the gradient again
}

template <class T>
void CohortTrainer<T>::check_gradient() {
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot) {
    if (!in_training(slot)) continue;
    const std::size_t lane = cohort_.lanes[slot];
    const double norm = std::sqrt(sums_[slot]);
    if (!norms_.knows_first(lane)) norms_.set_first(lane, norm);
    results_[lane].gradient_norm = norms_.relative(lane, norm);
    if (!norms_.converged(lane, norm, tolerance())) continue;
    if (full_batch_ && looks_ahead_)  // the point whose gradient is small is the solution
      for (std::size_t row = 0; row < cohort_.theta.rows(); ++row)
        cohort_.theta.at(row, slot) = cohort_.ahead.at(row, slot);
    finish(slot, LaneEnd::converged);
  }
}

template <class T>
void CohortTrainer<T>::check_finite() {
  squared_sums(NormPass<T>{cohort_.theta.row(0), cohort_.theta.rows(), cohort_.theta.stride(), sums_.data()});
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot) {
    if (!in_training(slot)) continue;
    const std::size_t lane = cohort_.lanes[slot];
    if (divergence_.diverged(lane, results_[lane].train_loss, sums_[slot])) finish(slot, LaneEnd::diverged);
  }
}

template <class T>
void CohortTrainer<T>::look_at_holdout(bool record) {
  const auto look = [&](std::size_t slot, std::span<double> scores) {
    if (!in_training(slot)) return;
    apply_link(link_, scores);
    design_.holdout.transform.invert(scores);
    const std::size_t lane = cohort_.lanes[slot];
    LaneResult& r = results_[lane];
    const double value = objective_.value({scores, model_->outputs(), design_.holdout.target, design_.holdout.weights});
    if (patience_.active() && patience_.improves(lane, value)) {
      r.best_epoch = epoch_;
      for (std::size_t row = 0; row < cohort_.best.rows(); ++row) cohort_.best.at(row, slot) = outcome().at(row, slot);
    }
    const bool ends = patience_.exhausted(epoch_ - r.best_epoch);
    if (record || ends) r.curve.push_back({epoch_, r.train_loss, value});
    if (ends) finish(slot, LaneEnd::patience);
  };
  for_each_scores(*model_, design_.holdout, design_.features, outcome(), holdout_scores_, look);
}

template <class T>
void CohortTrainer<T>::finish(std::size_t slot, LaneEnd end) {
  LaneResult& r = results_[cohort_.lanes[slot]];
  r.end = end;
  r.epochs = epoch_, r.steps = steps_;
  r.theta = column(patience_.has_best(cohort_.lanes[slot]) ? cohort_.best : outcome(), slot);
  --running_;
}

template <class T>
void CohortTrainer<T>::finish_running(LaneEnd end) {
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot)
    if (in_training(slot)) finish(slot, end);
}

template <class T>
void CohortTrainer<T>::drop(std::size_t lane) {
  const auto at = std::find(cohort_.lanes.begin(), cohort_.lanes.end(), lane);
  if (at == cohort_.lanes.end() || results_[lane].end != LaneEnd::running) return;
  finish(static_cast<std::size_t>(at - cohort_.lanes.begin()), LaneEnd::dropped);
  compact();
}

// Ended lanes leave as soon as the others fit into narrower rows.
template <class T>
void CohortTrainer<T>::compact() {
  if (running_ == 0 || lane_stride<T>(running_) == cohort_.theta.stride()) return;
  std::vector<std::size_t> slots;
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot)
    if (in_training(slot)) slots.push_back(slot);
  cohort_.keep(slots);
  if (!defers()) deferred_.reset();
}

template <class T>
std::vector<double> CohortTrainer<T>::column(const LaneTable<T>& table, std::size_t slot) const {
  std::vector<double> out(table.rows());
  for (std::size_t r = 0; r < out.size(); ++r) out[r] = static_cast<double>(table.at(r, slot));
  return out;
}

template <class T>
std::vector<LaneResult> CohortTrainer<T>::results() const {
  std::vector<LaneResult> all = results_;
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot)
    if (in_training(slot)) all[cohort_.lanes[slot]].theta = column(outcome(), slot);
  measure(*model_, link_, design_, objective_, all);
  return all;
}

template class CohortTrainer<double>;
template class CohortTrainer<float>;

}  // namespace holdout::train
