#include "tangent_cohort.hpp"

#include "../hyperparameters.hpp"
#include "../weights.hpp"

namespace holdout::train {
namespace {

// Rows of half a vector come in pairs, so that whole rows are made of whole vectors.
std::size_t block_count(std::size_t lanes, std::size_t wrt) {
  const std::size_t blocks = 1 + wrt;
  return lane_stride<double>(lanes) * blocks % 8 == 0 || blocks == 1 ? blocks : blocks + 1;
}

}  // namespace

TangentCohort::TangentCohort(const Design<double>& design, std::span<const LaneConfig> lanes,
                             std::span<const std::string> wrt, Seed seed, std::size_t fold,
                             std::span<const std::vector<double>> start)
    : design_(design),
      configs_(lanes.begin(), lanes.end()),
      seed_(seed),
      fold_(fold),
      rule_(lanes[0].training.optimizer.selected()),
      full_batch_(lanes[0].training.batch_size == TrainingSettings::kFullBatch ||
                  static_cast<std::size_t>(lanes[0].training.batch_size) >= design.train.n),
      batch_(full_batch_ ? design.train.n : static_cast<std::size_t>(lanes[0].training.batch_size)),
      step_sizes_(design, lanes, full_batch_, batch_),
      model_(make_model<double>(lanes[0].model, design.features, design.classes)),
      tangents_{lane_stride<double>(lanes.size()), wrt.size()},
      blocks_(block_count(lanes.size(), wrt.size())),
      sum_(*model_, lanes[0].model.loss_for(design.classes), design.train, design.features,
           row_weights(design.train, design.classes, lanes[0].model), tangents_,
           moments_for(design, *model_, lanes[0].model.loss_for(design.classes))),
      shape_(rule_shape(rule_)) {
  const std::size_t parameters = model_->parameters();
  theta_ = table(parameters), gradient_ = table(parameters), state_ = table(parameters * shape_.states);
  factors_ = table(update::kMaxFactors), ahead_ = table(shape_.looks_ahead ? parameters : 0);
  bool grouped = false;
  for (const LaneConfig& config : configs_) grouped = grouped || !config.model.l2_groups.empty();
  l2_ = table(grouped ? design.features + 1 : 1), l1_ = table(1), coefficient_ = table(1), rate_ = table(1);
  coefficients_ = table(configs_[0].training.optimizer.coefficients().size()), memory_ = table(shape_.memory);
  const std::vector<double> own_start = model_->start(seed);
  for (std::size_t lane = 0; lane < configs_.size(); ++lane) {
    for (std::size_t r = 0; r < parameters; ++r) theta_.at(r, lane) = start.empty() ? own_start[r] : start[lane][r];
    fill(lane, wrt);
  }
  // Padding repeats the first lane's coefficients: no division by zero.
  for (std::size_t lane = configs_.size(); lane < tangents_.lanes; ++lane)
    for (std::size_t i = 0; i < coefficients_.rows(); ++i) coefficients_.at(i, lane) = coefficients_.at(i, 0);
}

LaneTable<double> TangentCohort::table(std::size_t rows) const {
  const std::size_t width = blocks_ * tangents_.lanes;
  return {rows, width, width};
}

double& TangentCohort::seed_of(LaneTable<double>& row, std::size_t r, std::size_t h, std::size_t lane) const {
  return row.at(r, (h + 1) * tangents_.lanes + lane);
}

// The lane's hyperparameters, and the tangents that start from them.
void TangentCohort::fill(std::size_t lane, std::span<const std::string> wrt) {
  const LaneConfig& config = configs_[lane];
  const auto values = config.training.optimizer.coefficients();
  for (std::size_t i = 0; i < values.size(); ++i) coefficients_.at(i, lane) = values[i];
  l1_.at(0, lane) = config.model.lasso();
  const auto spread = [this](const Ridges& ridges, std::size_t column) {
    for (std::size_t r = 0; r < l2_.rows(); ++r) l2_.at(r, column) = ridges[ridges.size() == 1 ? 0 : r];
  };
  spread(config.model.ridges(design_.features), lane);
  shrinks_ = shrinks_ || config.model.lasso() > 0;
  coefficient_.at(0, lane) = config.model.loss.coefficient();
  start_rate_slopes_.emplace_back();
  for (std::size_t h = 0; h < wrt.size(); ++h) {
    const StepSlope slope = *step_slope(config, wrt[h], step_sizes_.start(lane));
    spread(ridge_slopes(config.model, slope.penalty, design_.features), (h + 1) * tangents_.lanes + lane);
    seed_of(l1_, 0, h, lane) = slope.penalty.l1;
    if (slope.coefficient) seed_of(coefficients_, *slope.coefficient, h, lane) = 1;
    start_rate_slopes_.back().push_back(slope.rate);
  }
}

bool TangentCohort::epoch(const std::atomic<bool>* interrupt) {
  const std::size_t n = design_.train.n;
  const auto interrupted = [&] { return interrupt && interrupt->load(std::memory_order_relaxed); };
  if (full_batch_) {
    if (interrupted()) return false;
    step({nullptr, n, 0});
  } else {
    const std::vector<std::uint32_t> order =
        stream(seed_, "shuffle", fold_, static_cast<std::uint64_t>(epoch_)).permutation(static_cast<std::uint32_t>(n));
    for (std::size_t first = 0; first < n; first += batch_) {
      if (interrupted()) return false;
      const std::size_t count = std::min(batch_, n - first);
      step({order.data() + first, count, n - first - count});
    }
  }
  ++epoch_;
  return true;
}

void TangentCohort::set_rates() {
  for (std::size_t lane = 0; lane < configs_.size(); ++lane) {
    const double share = step_sizes_.share(lane, steps_);
    rate_.at(0, lane) = step_sizes_.start(lane) * share;
    for (std::size_t h = 0; h < tangents_.count; ++h) seed_of(rate_, 0, h, lane) = start_rate_slopes_[lane][h] * share;
  }
}

void TangentCohort::step(const Batch& batch) {
  set_rates();
  const UpdatePass<double> pass{theta_.row(0),       gradient_.row(0), state_.row(0), theta_.rows(),
                                model_->penalized(), theta_.stride(),  rate_.row(0),  coefficients_.row(0),
                                memory_.row(0),      factors_.row(0)};
  begin_step(rule_, pass, tangents_);
  if (shape_.looks_ahead) look_ahead(rule_, pass, tangents_, ahead_.row(0));
  const LaneTable<double>& point = shape_.looks_ahead ? ahead_ : theta_;
  sum_.mean(point, coefficient_.row(0), batch, gradient_);
  add_penalty(point);
  update(rule_, pass, tangents_);
  if (shrinks_) shrink(rule_, pass, l1_.row(0), tangents_);
  ++steps_;
}

// λ of features, and of weights behind hidden layers, as ridge_table.hpp has it.
void TangentCohort::add_penalty(const LaneTable<double>& point) {
  const bool grouped = l2_.rows() > 1;
  const std::size_t penalized = model_->penalized(), inputs = grouped ? model_->input_weights() : penalized;
  penalty(PenaltyPass<double>{point.row(0), gradient_.row(0), inputs, point.stride(), l2_.row(0),
                              grouped ? l2_.rows() - 1 : 1},
          tangents_);
  if (inputs < penalized)
    penalty(PenaltyPass<double>{point.row(inputs), gradient_.row(inputs), penalized - inputs, point.stride(),
                                l2_.row(l2_.rows() - 1)},
            tangents_);
}

}  // namespace holdout::train
