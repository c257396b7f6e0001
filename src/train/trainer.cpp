// The loop of a training: epochs, batches, steps; who stops, when and why.
#include <holdout/train/trainer.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "average_pass.hpp"
#include "cohort.hpp"
#include "deferred.hpp"
#include "dropout.hpp"
#include "measure.hpp"
#include "models.hpp"
#include "objective.hpp"
#include "ridge_table.hpp"
#include "solvers.hpp"
#include "starts.hpp"
#include "step_sizes.hpp"
#include "weights.hpp"

namespace holdout::train {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kTiny = 1e-300;    // keeps a relative gradient norm finite where ∇J(0) is 0
constexpr double kExploding = 1e8;  // a loss so many times its first value never comes back in time

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
  // What the loop keeps of a lane besides its result.
  struct Progress {
    double first_loss = kNaN, first_norm = kNaN;  // ‖∇J(0)‖
    double best_value = kNaN;                     // with patience: hold-out value of the best epoch
    double last_objective = kNaN;                 // J before the last full-batch step
    AverageWeight weight;                         // of the average of iterates
  };

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
  void add_to_average();
  void add_losses();
  void take_first_norms();
  void clip_gradient();
  void watch_objective();
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
  std::vector<Progress> progress_;
  std::vector<double> losses_, epoch_losses_;        // by slot
  std::vector<double> sums_;                         // by slot, with padding
  std::vector<std::vector<double>> holdout_scores_;  // memory for looks
  bool clips_ = false;                               // whether a lane has a clip_norm
  bool shrinks_ = false;                             // whether a lane has l1
  std::vector<std::int64_t> watched_;                // steps to come, the next one last
  StepWatcher watcher_;
};

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
      progress_(configs.size()) {
  const std::vector<double> own_start = model_->start(seed);
  for (std::size_t lane = 0; lane < configs_.size(); ++lane) {
    cohort_.rate.at(0, lane) = step_sizes_.start(lane);
    clips_ = clips_ || configs_[lane].training.clip_norm > 0;
    shrinks_ = shrinks_ || configs_[lane].model.lasso() > 0;
    results_[lane].gradient_norm = results_[lane].train_loss = kNaN;
    const std::vector<double>& theta = start.empty() ? own_start : start[lane];
    for (std::size_t r = 0; r < theta.size(); ++r) cohort_.theta.at(r, lane) = static_cast<T>(theta[r]);
    if (averages())
      for (std::size_t r = 0; r < theta.size(); ++r) cohort_.average.at(r, lane) = cohort_.theta.at(r, lane);
  }
  // Clipping needs the norm of the whole gradient in every step, l1 a proximal step behind each, an average all of θ.
  if (model_->is_linear() && !full_batch_ && !clips_ && !shrinks_ && !averages() && defers())
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
    if (shared_.stop.patience == 0) r.best_epoch = epoch_;
    if (record && !full_batch_) r.train_loss = epoch_losses_[slot] / static_cast<double>(batches);
  }
  check_finite();
  if (record || shared_.stop.patience > 0) look_at_holdout(record);
  if (!full_batch_ && tolerance() > 0) {
    const auto unknown = [this](std::size_t lane) { return std::isnan(progress_[lane].first_norm); };
    if (std::any_of(cohort_.lanes.begin(), cohort_.lanes.end(), unknown)) take_first_norms();
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
    watch_objective();
    check_gradient();  // a lane that has converged ends before the step
  } else if (want_loss) {
    add_losses();
  }
  if (clips_) clip_gradient();
  update(rule_, pass);
  if (shrinks_) shrink(rule_, pass, cohort_.l1.row(0));
  if (averages()) add_to_average();
  ++steps_;
  tell_watcher();
}

template <class T>
void CohortTrainer<T>::add_to_average() {
  std::vector<T> keep(cohort_.theta.stride()), share(cohort_.theta.stride());
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot) {
    const std::size_t lane = cohort_.lanes[slot];
    const double weight = progress_[lane].weight.next(configs_[lane].training.average, epoch_);
    keep[slot] = static_cast<T>(1 - weight), share[slot] = static_cast<T>(weight);
  }
  average(AveragePass<T>{cohort_.average.row(0), cohort_.theta.row(0), cohort_.theta.rows(), cohort_.theta.stride(),
                         keep.data(), share.data()});
}

template <class T>
void CohortTrainer<T>::watch(std::vector<std::int64_t> steps, StepWatcher watcher) {
  deferred_.reset();  // between the ends of epochs its theta is not whole; without it the bits are the same
  watched_ = std::move(steps), watcher_ = std::move(watcher);
  std::reverse(watched_.begin(), watched_.end());
  while (!watched_.empty() && watched_.back() <= steps_) watched_.pop_back();
}

template <class T>
void CohortTrainer<T>::tell_watcher() {
  if (watched_.empty() || watched_.back() != steps_) return;
  watched_.pop_back();
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot)
    if (in_training(slot)) watcher_(steps_, cohort_.lanes[slot], column(cohort_.theta, slot));
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

// Each lane's gradient times min(1, clip_norm / ‖∇J‖): Pascanu, Mikolov, Bengio, On the difficulty of training
// recurrent neural networks, ICML 2013, algorithm 1. A norm that is not finite stays visible: 0 would hide that the
// lane diverged.
template <class T>
void CohortTrainer<T>::clip_gradient() {
  LaneTable<T>& g = cohort_.gradient;
  if (!full_batch_) squared_sums(NormPass<T>{g.row(0), g.rows(), g.stride(), sums_.data()});
  std::vector<T> factors(g.stride(), T{1});
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot) {
    const double most = configs_[cohort_.lanes[slot]].training.clip_norm, norm = std::sqrt(sums_[slot]);
    if (most > 0 && !(norm <= most)) factors[slot] = static_cast<T>(std::isfinite(norm) ? most / norm : kNaN);
  }
  scale(ScalePass<T>{g.row(0), g.rows(), g.stride(), factors.data()});
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
    progress_[cohort_.lanes[slot]].first_norm = std::sqrt(sums_[slot]);
}

// Counts steps that went uphill: then γ is above 2/L. A rule that looks ahead has its loss elsewhere than at θ, and
// with dropout every step has another loss.
template <class T>
void CohortTrainer<T>::watch_objective() {
  constexpr double kRounding = 64;  // ulps of a sum
  if (looks_ahead_ || shrinks_ || cohort_.dropout.rows() > 0) return;
  squared_sums(NormPass<T>{cohort_.theta.row(0), model_->penalized(), cohort_.theta.stride(), sums_.data()});
  const bool grouped = cohort_.l2.rows() > 1;
  const std::vector<double> ridge = grouped ? ridge_values(*model_, cohort_.l2, cohort_.theta) : std::vector<double>();
  for (std::size_t slot = 0; slot < losses_.size(); ++slot) {
    if (!in_training(slot)) continue;
    const std::size_t lane = cohort_.lanes[slot];
    const double objective = losses_[slot] + (grouped ? ridge[slot] : configs_[lane].model.ridge() / 2 * sums_[slot]);
    double& last = progress_[lane].last_objective;
    std::int64_t& rises = results_[lane].rises;
    rises = std::max<std::int64_t>(rises, 0);
    if (objective > last * (1 + kRounding * static_cast<double>(std::numeric_limits<T>::epsilon()))) ++rises;
    last = objective;
  }
  take_norms(cohort_.theta);  // the sums are those of the gradient again
}

template <class T>
void CohortTrainer<T>::check_gradient() {
  for (std::size_t slot = 0; slot < cohort_.lanes.size(); ++slot) {
    if (!in_training(slot)) continue;
    LaneResult& r = results_[cohort_.lanes[slot]];
    Progress& p = progress_[cohort_.lanes[slot]];
    const double norm = std::sqrt(sums_[slot]);
    if (std::isnan(p.first_norm)) p.first_norm = norm;
    r.gradient_norm = norm / std::max(p.first_norm, kTiny);
    if (tolerance() == 0 || !(norm <= tolerance() * std::max(p.first_norm, kTiny))) continue;
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
    const double loss = results_[cohort_.lanes[slot]].train_loss;
    Progress& p = progress_[cohort_.lanes[slot]];
    if (std::isnan(p.first_loss)) p.first_loss = loss;
    const bool exploding = loss > kExploding * std::max(p.first_loss, 1.0);
    if (!std::isfinite(sums_[slot]) || !std::isfinite(loss) || exploding) finish(slot, LaneEnd::diverged);
  }
}

template <class T>
void CohortTrainer<T>::look_at_holdout(bool record) {
  const auto look = [&](std::size_t slot, std::span<double> scores) {
    if (!in_training(slot)) return;
    apply_link(link_, scores);
    LaneResult& r = results_[cohort_.lanes[slot]];
    Progress& p = progress_[cohort_.lanes[slot]];
    const double value = objective_.value({scores, model_->outputs(), design_.holdout.target, design_.holdout.weights});
    const bool patient = shared_.stop.patience > 0;
    const bool better = std::isnan(p.best_value) || (objective_.maximize ? value > p.best_value : value < p.best_value);
    if (patient && better) {
      p.best_value = value, r.best_epoch = epoch_;
      for (std::size_t row = 0; row < cohort_.best.rows(); ++row) cohort_.best.at(row, slot) = outcome().at(row, slot);
    }
    const bool ends = patient && epoch_ - r.best_epoch >= shared_.stop.patience;
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
  const bool best = shared_.stop.patience > 0 && !std::isnan(progress_[cohort_.lanes[slot]].best_value);
  r.theta = column(best ? cohort_.best : outcome(), slot);
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

}  // namespace

std::unique_ptr<Trainer> make_trainer(const Design<double>& design, const Metric& objective,
                                      std::span<const LaneConfig> lanes, Seed seed, std::size_t fold,
                                      std::span<const std::vector<double>> start) {
  const auto takes_basis = [](const LaneConfig& lane) { return takes_ridge_basis(lane, false); };
  if (design.leave_one_out && !std::all_of(lanes.begin(), lanes.end(), takes_basis))
    throw Error("leave_one_out is for ridge regression: model linear, loss squared, one l2, optimizer exact",
                "choose another split, such as kfold");
  if (lanes[0].training.optimizer.is_solver()) return make_solver_trainer(design, objective, lanes, start);
  if (start.empty() && lanes[0].training.starts > 1) return make_starts_trainer(design, objective, lanes, seed, fold);
  return std::make_unique<CohortTrainer<double>>(design, objective, lanes, seed, fold, start);
}

std::unique_ptr<Trainer> make_trainer(const Design<float>& design, const Metric& objective,
                                      std::span<const LaneConfig> lanes, Seed seed, std::size_t fold,
                                      std::span<const std::vector<double>> start) {
  if (lanes[0].training.optimizer.is_solver())
    throw Error("optimizer exact works in float64, not in float32", "write precision: float64, or choose a rule");
  if (start.empty() && lanes[0].training.starts > 1) return make_starts_trainer(design, objective, lanes, seed, fold);
  return std::make_unique<CohortTrainer<float>>(design, objective, lanes, seed, fold, start);
}

}  // namespace holdout::train
