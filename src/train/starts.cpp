#include "starts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <holdout/base/error.hpp>

#include "models.hpp"

namespace holdout::train {
namespace {

class StartsTrainer final : public Trainer {
 public:
  /// @param inner  trains start k of lane i in its lane i · starts + k
  StartsTrainer(std::unique_ptr<Trainer> inner, std::size_t starts) : inner_(std::move(inner)), starts_(starts) {}

  void run_to(const Goal& goal, const std::atomic<bool>* interrupt) override { inner_->run_to(goal, interrupt); }
  void watch(std::vector<std::int64_t> steps, StepWatcher watcher) override {
    inner_->watch(std::move(steps), [this, watcher = std::move(watcher)](std::int64_t step, std::size_t lane,
                                                                         std::span<const double> theta) {
      if (lane % starts_ == 0) watcher(step, lane / starts_, theta);
    });
  }
  void drop(std::size_t lane) override {
    for (std::size_t k = 0; k < starts_; ++k) inner_->drop(lane * starts_ + k);
  }
  std::size_t lanes() const override { return inner_->lanes() / starts_; }
  std::size_t running() const override {
    const std::vector<LaneResult> all = results();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const LaneResult& r) { return r.end == LaneEnd::running; }));
  }
  std::vector<LaneResult> results() const override {
    const std::vector<LaneResult> each = inner_->results();
    std::vector<LaneResult> kept;
    for (std::size_t first = 0; first < each.size(); first += starts_)
      kept.push_back(best_of(std::span(each).subspan(first, starts_)));
    return kept;
  }

 private:
  static LaneResult best_of(std::span<const LaneResult> starts) {
    // One that has diverged, or has no loss yet, is kept only where all have.
    const auto loss = [](const LaneResult& r) {
      const bool good = r.end != LaneEnd::diverged && std::isfinite(r.train_loss);
      return good ? r.train_loss : std::numeric_limits<double>::infinity();
    };
    LaneResult best = *std::min_element(starts.begin(), starts.end(),
                                        [&](const auto& a, const auto& b) { return loss(a) < loss(b); });
    for (const LaneResult& r : starts) {
      best.start_values.push_back(r.value);
      // As long as one is in training, another may become the best.
      if (r.end == LaneEnd::running || (r.end == LaneEnd::interrupted && best.end != LaneEnd::running))
        best.end = r.end;
    }
    return best;
  }

  std::unique_ptr<Trainer> inner_;
  std::size_t starts_;
};

}  // namespace

template <class T>
std::unique_ptr<Trainer> make_starts_trainer(const Design<T>& design, const Metric& objective,
                                             std::span<const LaneConfig> lanes, Seed seed, std::size_t fold) {
  const auto starts = static_cast<std::size_t>(lanes[0].training.starts);
  if (is_convex(lanes[0].model.type()))
    throw Error("training.starts: J of model " + std::string(lanes[0].model.type()) +
                    " is convex, and every start leads to the same minimum",
                "omit it");
  const auto model = make_model<T>(lanes[0].model, design.features, design.classes);
  std::vector<LaneConfig> wide;
  std::vector<std::vector<double>> from;
  for (const LaneConfig& lane : lanes)
    for (std::size_t k = 0; k < starts; ++k) {
      wide.push_back(lane);
      wide.back().training.starts = 1;
      from.push_back(model->start(k == 0 ? seed : Seed{stream(seed, "starts", k).bits64()}));
    }
  return std::make_unique<StartsTrainer>(make_trainer(design, objective, wide, seed, fold, from), starts);
}

template std::unique_ptr<Trainer> make_starts_trainer(const Design<float>&, const Metric&, std::span<const LaneConfig>,
                                                      Seed, std::size_t);
template std::unique_ptr<Trainer> make_starts_trainer(const Design<double>&, const Metric&, std::span<const LaneConfig>,
                                                      Seed, std::size_t);

}  // namespace holdout::train
