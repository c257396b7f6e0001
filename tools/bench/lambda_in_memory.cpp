// λ by cross-validation as a library call: data in memory, no files, no reports; CPU time of this thread. What is timed
// is what a user calls for: rows of every fold, the search, and the best λ once more on all rows. tools/bench/
// lambda_peers.py writes the data and measures others beside it.
//
//   bench_lambda_in_memory DATA logistic|linear log_loss|mse LOW HIGH gradient|grid|gradient_l1 [RUNS]
//
// DATA: rows, features, folds (0: leave-one-out), nonzeros (0: dense) as int64; x [row][feature] as double, or of
// sparse rows start [row + 1] as int64, columns [nonzero] as uint32 and values [nonzero] as double; target [row] as
// double; with folds fold [row] as int64. Prints for every run: seconds, λ, hold-out error.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include <holdout/data/load.hpp>
#include <holdout/search/search.hpp>
#include <holdout/search/searchers.hpp>
#include <holdout/train/hypergradient.hpp>
#include <holdout/train/preconditioner.hpp>

#include "cpu_seconds.hpp"
#include "select.hpp"

namespace holdout::bench {
namespace {

struct Task {
  std::string path;  // of the searched penalty
  train::LaneConfig lane;
  const train::Metric* metric = nullptr;
  double low = 0, high = 0;
};

struct Found {
  double lambda = 0, error = 0;
};

data::Prepared read(const char* file, bool regression) {
  std::ifstream in(file, std::ios::binary);
  std::int64_t sizes[4] = {};
  const auto take = [&](void* to, std::size_t bytes) {
    if (!in.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) throw std::runtime_error("short file");
  };
  take(sizes, sizeof sizes);
  data::Prepared out;
  out.dataset.task = regression ? data::Task::regression : data::Task::classification;
  out.dataset.rows = static_cast<std::size_t>(sizes[0]), out.dataset.features = static_cast<std::size_t>(sizes[1]);
  if (!regression) out.dataset.classes = {"no", "yes"};
  const auto fill = [&](auto& vector, std::size_t n) { vector.resize(n), take(vector.data(), n * sizeof vector[0]); };
  if (const auto nonzeros = static_cast<std::size_t>(sizes[3]); nonzeros > 0) {
    fill(out.dataset.sparse.start, out.dataset.rows + 1);
    fill(out.dataset.sparse.columns, nonzeros), fill(out.dataset.sparse.values, nonzeros);
  } else {
    fill(out.dataset.x, out.dataset.rows * out.dataset.features);
  }
  fill(out.dataset.y, out.dataset.rows);
  if (sizes[2] == 0) {
    out.split.leave_one_out = true;
    out.split.folds.resize(1);
    for (std::uint32_t i = 0; i < out.dataset.rows; ++i) out.split.folds[0].train.push_back(i);
    return out;
  }
  std::vector<std::int64_t> fold(out.dataset.rows);
  take(fold.data(), fold.size() * sizeof(std::int64_t));
  out.split.folds.resize(static_cast<std::size_t>(sizes[2]));
  for (std::uint32_t i = 0; i < fold.size(); ++i)
    for (std::size_t k = 0; k < out.split.folds.size(); ++k)
      (static_cast<std::size_t>(fold[i]) == k ? out.split.folds[k].holdout : out.split.folds[k].train).push_back(i);
  return out;
}

// Nothing is missing, and nothing is standardized.
data::Scaling as_they_are(std::size_t features) {
  return {std::vector<double>(features), std::vector<double>(features, 1), std::vector<double>(features)};
}

std::vector<train::Design<double>> designs_of(const data::Dataset& rows, const data::Split& split,
                                              const train::LaneConfig& lane) {
  const std::vector<data::Fold>& folds = split.folds;
  std::vector<train::Design<double>> designs;
  if (split.leave_one_out) {
    designs.push_back(train::make_leave_one_out_design(rows, as_they_are(rows.features), folds[0].train));
    return designs;
  }
  for (const data::Fold& fold : folds)
    designs.push_back(train::make_design<double>(rows, as_they_are(rows.features), fold));
  if (train::takes_preconditioner(lane, rows.features, rows.is_sparse())) train::add_preconditioners(designs);
  if (train::takes_ridge_basis(lane, rows.is_sparse()))
    for (train::Design<double>& design : designs) design.ridge = train::ridge_basis_of(design);
  return designs;
}

// The hold-out error of all folds, for the search layer: derivatives by implicit solvers, values by `exact`, from the
// model of the nearest λ along its tangent: the minimum is one and the same, wherever a training starts.
class CrossValidation final : public search::Objective {
 public:
  CrossValidation(const Task& task, const std::vector<train::Design<double>>& designs)
      : task_(task), designs_(designs) {
    for (const auto& design : designs)
      solvers_.push_back(train::make_hyper_solver(design, *task.metric, task.lane.model));
  }

  std::vector<search::Evaluation> evaluate(std::span<const search::Request> requests) override {
    std::vector<search::Evaluation> out;
    while (out.size() < requests.size()) {
      const search::Request& first = requests[out.size()];
      std::size_t count = 1;
      const auto same = [&](const search::Request& r) {
        return r.want == first.want && r.fidelity.tolerance == first.fidelity.tolerance;
      };
      while (out.size() + count < requests.size() && same(requests[out.size() + count])) ++count;
      const auto together = requests.subspan(out.size(), count);
      for (search::Evaluation& e : first.want == search::Want::value ? train(together) : derive(together))
        out.push_back(std::move(e));
    }
    return out;
  }

 private:
  std::vector<train::LaneConfig> lanes_of(std::span<const search::Request> requests) const {
    std::vector<train::LaneConfig> lanes;
    for (const search::Request& request : requests) {
      lanes.push_back(task_.lane);
      const double lambda = lambda_of(request);
      (task_.path == "model.l1" ? lanes.back().model.l1 : lanes.back().model.l2) = lambda;
    }
    return lanes;
  }

  std::vector<search::Evaluation> train(std::span<const search::Request> requests) {
    const std::vector<train::LaneConfig> lanes = lanes_of(requests);
    std::vector<search::Evaluation> out(requests.size());
    for (search::Evaluation& e : out) e.trial = trials_++;
    std::vector<std::vector<std::vector<double>>> states(requests.size());
    for (std::size_t k = 0; k < designs_.size(); ++k) {
      std::vector<std::vector<double>> starts;
      for (const search::Request& request : requests) starts.push_back(nearest_model(request, k));
      const bool known = std::none_of(starts.begin(), starts.end(), [](const auto& theta) { return theta.empty(); });
      const auto trainer = train::make_trainer(designs_[k], *task_.metric, lanes, Seed{1}, 0,
                                               known ? starts : std::vector<std::vector<double>>());
      trainer->run_to({1, {}});
      const auto results = trainer->results();
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].value += results[i].value / static_cast<double>(designs_.size());
        states[i].push_back(results[i].theta);
      }
    }
    for (std::size_t i = 0; i < out.size(); ++i)
      states_.push_back(std::move(states[i])), at_.push_back(lambda_of(requests[i]));
    return out;
  }

  std::vector<search::Evaluation> derive(std::span<const search::Request> requests) {
    const std::vector<train::LaneConfig> lanes = lanes_of(requests);
    const std::vector<std::string> wrt{task_.path};
    const double share = 1 / static_cast<double>(designs_.size());
    std::vector<search::Evaluation> out(requests.size());
    std::vector<std::vector<std::vector<double>>> states(requests.size());
    for (search::Evaluation& e : out) e.trial = trials_++, e.gradient = {0}, e.error_bound = 0;
    const bool curved = requests[0].want == search::Want::curvature;
    for (std::size_t k = 0; k < designs_.size(); ++k) {
      std::vector<train::HyperStart> starts;
      for (std::size_t i = 0; i < requests.size(); ++i) starts.push_back({start_of(requests[i], k), {}});
      auto solved = solvers_[k]->solve({lanes, wrt, requests[0].fidelity.tolerance.value_or(0),
                                        curved ? train::HyperWant::curvature : train::HyperWant::gradient, starts});
      for (std::size_t i = 0; i < out.size(); ++i) {
        const double lambda = lambda_of(requests[i]);
        out[i].value += share * solved[i].value, *out[i].error_bound += share * solved[i].error_bound;
        out[i].gradient[0] += share * lambda * solved[i].gradient[0];
        states[i].push_back(std::move(solved[i].state));
      }
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      states_.push_back(std::move(states[i]));
      at_.push_back(lambda_of(requests[i]));
    }
    return out;
  }

  static double lambda_of(const search::Request& request) {
    return std::get<double>(request.configuration.values[0].value());
  }

  // Empty: there are no trials.
  std::vector<double> nearest_model(const search::Request& request, std::size_t fold) const {
    const auto apart = [&](double lambda) { return std::abs(std::log(lambda / lambda_of(request))); };
    const auto at = std::min_element(at_.begin(), at_.end(), [&](double a, double b) { return apart(a) < apart(b); });
    if (at == at_.end()) return {};
    search::Request near = request;
    near.near = {{static_cast<int>(at - at_.begin()), 1, 1}};
    return start_of(near, fold);
  }

 public:
  /// The mean of the folds' models; empty where no trial had that λ.
  std::vector<double> mean_model(double lambda) const {
    const auto at = std::find(at_.begin(), at_.end(), lambda);
    if (at == at_.end()) return {};
    std::vector<double> mean(solvers_[0]->parameters());
    for (const auto& state : states_[static_cast<std::size_t>(at - at_.begin())])
      for (std::size_t p = 0; p < mean.size(); ++p) mean[p] += state[p] / static_cast<double>(designs_.size());
    return mean;
  }

 private:
  // θ as search::Near says; a state is θ and its derivative.
  std::vector<double> start_of(const search::Request& request, std::size_t fold) const {
    const double lambda = lambda_of(request);
    std::vector<double> theta;
    for (const search::Near& near : request.near) {
      const auto trial = static_cast<std::size_t>(near.trial);
      if (states_[trial].empty()) continue;
      const std::vector<double>& state = states_[trial][fold];
      const std::size_t n = solvers_[fold]->parameters();
      theta.resize(n);
      const double step = near.along * at_[trial] * std::log(lambda / at_[trial]);
      for (std::size_t p = 0; p < n; ++p)
        theta[p] += near.weight * state[p] + (state.size() >= 2 * n ? step * state[n + p] : 0);
    }
    return theta;
  }

  const Task& task_;
  const std::vector<train::Design<double>>& designs_;
  std::vector<std::unique_ptr<train::HyperSolver>> solvers_;
  std::vector<std::vector<std::vector<double>>> states_;  // [trial][fold]
  std::vector<double> at_;                                // [trial] λ
  int trials_ = 0;
};

Found find(const Task& task, const data::Prepared& data, const std::string& method, int points) {
  train::LaneConfig any = task.lane;
  (task.path == "model.l1" ? any.model.l1 : any.model.l2) = task.low;
  const std::vector<train::Design<double>> designs = designs_of(data.dataset, data.split, any);
  search::Interval range{.min = task.low, .max = task.high, .log = true};
  if (method == "grid") range.points = points;
  const search::SearchSpace space({{task.path, {}, range, {}}});
  search::SearcherChoice choice = search::searchers();
  select(choice, method);
  CrossValidation objective(task, designs);
  Found found{0, INFINITY};
  class Best final : public search::Objective {
   public:
    Best(search::Objective& of, Found& found) : of_(of), found_(found) {}
    std::vector<search::Evaluation> evaluate(std::span<const search::Request> requests) override {
      auto answers = of_.evaluate(requests);
      for (std::size_t i = 0; i < answers.size(); ++i)
        if (answers[i].value < found_.error)
          found_ = {std::get<double>(requests[i].configuration.values[0].value()), answers[i].value};
      return answers;
    }

   private:
    search::Objective& of_;
    Found& found_;
  } best(objective, found);
  search::search(*choice.make(space, Seed{1}), best, 1024);
  // The best λ on all rows.
  data::Fold all;
  for (std::uint32_t i = 0; i < data.dataset.rows; ++i) all.train.push_back(i);
  all.holdout = {0};
  train::LaneConfig lane = task.lane;
  (task.path == "model.l1" ? lane.model.l1 : lane.model.l2) = found.lambda;
  auto design = train::make_design<double>(data.dataset, as_they_are(data.dataset.features), all);
  if (train::takes_preconditioner(lane, data.dataset.features, data.dataset.is_sparse()))
    design.ridge = designs[0].ridge;  // of most of the rows: close enough
  const std::vector<double> start = objective.mean_model(found.lambda);
  const auto trainer = train::make_trainer(design, *task.metric, std::span(&lane, 1), Seed{1}, 0,
                                           std::span(&start, start.empty() ? 0 : 1));
  trainer->run_to({1, {}});
  if (trainer->results()[0].theta.empty()) throw std::runtime_error("no model");
  return found;
}

int run(int argc, char** argv) {
  if (argc < 7) return std::fputs("usage: see the head of tools/bench/lambda_in_memory.cpp\n", stderr), 2;
  Task task;
  const std::string metric = argv[3], method = argv[6];
  task.metric = train::find_metric(metric);
  select(task.lane.model, argv[2]);
  select(task.lane.training.optimizer, "exact");
  task.path = method == "gradient_l1" ? "model.l1" : "model.l2";
  task.low = std::atof(argv[4]), task.high = std::atof(argv[5]);
  const data::Prepared data = read(argv[1], metric == "mse");
  constexpr int kPoints = 61;
  for (int k = argc > 7 ? std::atoi(argv[7]) : 5; k > 0; --k) {
    const double from = cpu_seconds();
    const Found found = find(task, data, method == "grid" ? "grid" : "gradient", kPoints);
    std::printf("%.6f %.17g %.17g\n", cpu_seconds() - from, found.lambda, found.error);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) { return holdout::bench::run(argc, argv); }
