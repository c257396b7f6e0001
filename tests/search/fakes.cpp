// The interface suffices for searches that the family does not have yet: one that stops bad trials early and continues
// good ones, and one that follows the gradient from a warm start.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "spaces.hpp"

namespace holdout::search {
namespace {

// Hold-out error after t epochs, x decades from the best λ: 1 + x² + 3 e^(−t/40). A trial near another one has its
// epochs already, with a gradient wanted the starting error is as small as the step from it.
class Training final : public Objective {
 public:
  static constexpr std::int64_t kEpochs = 270;
  std::vector<Evaluation> evaluate(std::span<const Request> requests) override {
    std::vector<Evaluation> out;
    for (const Request& r : requests) {
      const double x = decades(r) - Bowl::kBest;
      const std::int64_t epochs = r.fidelity.epochs.value_or(kEpochs);
      const auto trial = static_cast<int>(trained_.size());
      REQUIRE((r.near.empty() || r.near[0].trial < trial));
      const std::int64_t had = r.near.empty() ? 0 : trained_[static_cast<std::size_t>(r.near[0].trial)];
      Evaluation e{.trial = trial, .value = 1 + x * x + 3 * std::exp(-static_cast<double>(epochs) / 40)};
      e.cost = static_cast<double>(std::max<std::int64_t>(epochs - had, 0));
      if (decades(r) > 3.5) e.end = End::failed, e.value = 0;  // diverges; the value means nothing
      if (r.want != Want::value) e.gradient = {2 * x / std::log(10)};
      if (r.want == Want::curvature) e.curvature = {2 / (std::log(10) * std::log(10))};
      if (r.fidelity.full() && e.end == End::complete && e.value < best) best = e.value, where = decades(r);
      cost += e.cost;
      trained_.push_back(epochs);
      out.push_back(e);
    }
    return out;
  }
  double cost = 0, best = INFINITY, where = 0;

 private:
  std::vector<std::int64_t> trained_;
};

// Jamieson and Talwalkar, AISTATS 2016: all with few epochs, the better third with three times as many, and so on.
class Halving final : public Searcher {
 public:
  Halving(const SearchSpace& space, int n, std::int64_t epochs) : epochs_(epochs) {
    SearcherChoice random = searchers();
    random.select(1);
    const auto draws = random.make(space, Seed{4});
    for (const Request& r : draws->ask(n)) rung_.push_back({r.configuration, {}, 0});
  }
  std::vector<Request> ask(int at_most) override {
    std::vector<Request> out;
    for (; asked_ < rung_.size() && static_cast<int>(out.size()) < at_most; ++asked_) {
      Request r{rung_[asked_].configuration};
      if (rung_[asked_].trial) r.near = {{*rung_[asked_].trial}};
      if (epochs_ < Training::kEpochs) r.fidelity.epochs = epochs_;
      out.push_back(r);
    }
    return out;
  }
  void tell(std::span<const Evaluation> evaluations) override {
    for (const Evaluation& e : evaluations) {
      Runner& runner = rung_[told_++];
      runner.trial = e.trial, runner.value = e.end == End::complete ? e.value : INFINITY;
    }
    if (told_ < rung_.size()) return;
    std::stable_sort(rung_.begin(), rung_.end(), [](const Runner& a, const Runner& b) { return a.value < b.value; });
    rung_.resize(epochs_ >= Training::kEpochs ? 0 : std::max<std::size_t>(rung_.size() / 3, 1));
    asked_ = told_ = 0, epochs_ *= 3;
  }
  std::int64_t planned() const override { return 0; }

 private:
  struct Runner {
    Configuration configuration;
    std::optional<int> trial;
    double value;
  };
  std::vector<Runner> rung_;
  std::int64_t epochs_;
  std::size_t asked_ = 0, told_ = 0;
};

// Newton's steps in ln λ, each training started from the one before.
class Newton final : public Searcher {
 public:
  std::vector<Request> ask(int) override {
    if (waiting_ || done_) return {};
    waiting_ = true;
    Request r{{{std::exp(x_)}}, {}, {}, Want::curvature};
    if (last_) r.near = {{*last_}};
    return {r};
  }
  void tell(std::span<const Evaluation> evaluations) override {
    REQUIRE(evaluations.size() == 1);
    const Evaluation& e = evaluations[0];
    REQUIRE(e.gradient.size() == 1);
    waiting_ = false, last_ = e.trial, done_ = std::abs(e.gradient[0]) < 1e-9;
    x_ -= e.gradient[0] / e.curvature.at(0);
  }
  std::int64_t planned() const override { return 0; }

 private:
  double x_ = 0;  // ln λ
  std::optional<int> last_;
  bool waiting_ = false, done_ = false;
};

}  // namespace

TEST_CASE("a successive halving needs no more than Request and Evaluation say") {
  Training reference, objective;
  SearcherChoice random = searchers();
  random.select(1);
  const auto all = random.make(lambda_space(), Seed{4});
  reference.evaluate(all->ask(27));
  for (const int batch : {1, 5, 100}) {
    CAPTURE(batch);
    Training halved;
    Halving searcher(lambda_space(), 27, 10);
    CHECK(search(searcher, halved, batch));
    CHECK(halved.best == reference.best);  // the same winner of the same 27 draws …
    // … for 27 × 10 + 9 × 20 + 3 × 60 + 1 × 180 epochs instead of 27 × 270: survivors go on from where they were.
    CHECK(halved.cost == 27 * 10 + 9 * 20 + 3 * 60 + 180);
  }
  CHECK(reference.cost == 27 * 270);
}

TEST_CASE("a gradient search needs no more than Request and Evaluation say") {
  Training objective;
  Newton searcher;
  CHECK(search(searcher, objective, 8));
  CHECK(std::abs(objective.where - Bowl::kBest) < 1e-9);
  CHECK(objective.cost == Training::kEpochs);  // all but the first start from a trained neighbour
}

}  // namespace holdout::search
