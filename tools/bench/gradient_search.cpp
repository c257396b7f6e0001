// Searches for λ, side by side: value-and-gradient passes over the training rows, factorizations of the Hessian and
// time until the hold-out error is within 1e-3 and 1e-6 of the least one, all on the same inner solver (Newton's
// method).
//
//   build/bench/tools/bench/bench_gradient_search [FOLDER WITH breast_cancer.csv AND digits.csv]     (studies/data)
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>

#include "gradient_methods.hpp"

namespace holdout::bench {
namespace {

constexpr int kRounds = 3;  // of each method; the least time counts
constexpr int kSeeds = 3;   // of those that draw; the median counts

data::Prepared from_file(const std::string& folder, const std::string& file, const std::string& target) {
  data::DataSettings settings;
  settings.file = file, settings.target = target;
  settings.split.fraction = 0.2, settings.split.test = 0.2;
  return data::load(settings, folder, data::Task::classification, Seed{1});
}

// Odd digits against even ones.
data::Prepared odd_digits(const std::string& folder) {
  data::Prepared out = from_file(folder, "digits.csv", "target");
  for (double& y : out.dataset.y) y = std::fmod(y, 2);
  out.dataset.classes = {"even", "odd"};
  return out;
}

double seconds_of(auto&& work) {
  const double from = cpu_seconds();
  work();
  return cpu_seconds() - from;
}

// Rows of a logistic model with correlated features, of which a fifth matter.
data::Prepared synthetic(std::size_t rows, std::size_t features) {
  data::Prepared out;
  out.dataset.task = data::Task::classification;
  out.dataset.rows = rows, out.dataset.features = features;
  out.dataset.classes = {"no", "yes"};
  Stream draws = stream(Seed{2}, "bench synthetic", rows);
  std::vector<double> w(features);
  for (std::size_t j = 0; j < features; j += 5) w[j] = 2 * draws.normal() / std::sqrt(static_cast<double>(features));
  for (std::size_t i = 0; i < rows; ++i) {
    double score = 0, before = draws.normal();
    for (std::size_t j = 0; j < features; ++j) {
      before = 0.6 * before + 0.8 * draws.normal();
      out.dataset.x.push_back(before);
      score += w[j] * before;
    }
    out.dataset.y.push_back(draws.uniform() < 1 / (1 + std::exp(-score)) ? 1 : 0);
  }
  out.split.folds.resize(1);
  for (std::uint32_t i = 0; i < rows; ++i)
    (i % 4 == 3 ? out.split.folds[0].holdout : out.split.folds[0].train).push_back(i);
  return out;
}

/// What every method is measured by: E at any λ, solved as far as it goes, once.
class Referee {
 public:
  Referee(const char* name, const data::Prepared& data, const char* model) : problem_(name, data, model, "log_loss") {}
  double error_at(double log_l2) {
    const auto found = known_.find(log_l2);
    if (found != known_.end()) return found->second;
    return known_[log_l2] = problem_.solve(log_l2, 0, train::HyperWant::value).value;
  }
  /// The least error of all that was asked for, after a golden section around it.
  double least() {
    const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
    const double x = std::min_element(known_.begin(), known_.end(), less)->first;
    constexpr double kRatio = 0.6180339887498949, kAround = 0.1;
    double a = std::max(kLow, x - kAround), b = std::min(kHigh, x + kAround);
    for (int i = 0; i < 40; ++i) {
      const double p = b - kRatio * (b - a), q = a + kRatio * (b - a);
      if (error_at(p) < error_at(q))
        b = q;
      else
        a = p;
    }
    return std::min_element(known_.begin(), known_.end(), less)->second;
  }

 private:
  GradientProblem problem_;
  std::map<double, double> known_;  // log λ → E
};

struct Runs {
  std::vector<std::vector<Look>> looks;  // [seed]
  train::HyperWork all;
  double milliseconds = std::numeric_limits<double>::infinity();
};

Runs run(const Method& method, GradientProblem& problem) {
  Runs runs;
  for (int seed = 0; seed < (method.random ? kSeeds : 1); ++seed) {
    for (int round = 0; round < (method.random ? 1 : kRounds); ++round) {
      problem.reset();
      const double ms = 1e3 * seconds_of([&] { method.run(problem, Seed{static_cast<std::uint64_t>(seed)}); });
      if (round == 0) runs.looks.push_back(problem.looks());
      if (ms < runs.milliseconds) runs.milliseconds = ms, runs.looks.back() = problem.looks();
    }
    runs.all = problem.work();
  }
  return runs;
}

// Work of the run in the middle until the gap was below; nothing if fewer than half of the runs got there.
std::string work_until(double gap, const Runs& runs, double least, Referee& referee) {
  std::vector<Look> there;
  for (const auto& looks : runs.looks)
    for (const Look& look : looks)
      if (referee.error_at(look.log_l2) <= least * (1 + gap)) {
        there.push_back(look);
        break;
      }
  if (2 * there.size() < runs.looks.size() || there.empty()) return "never";
  std::sort(there.begin(), there.end(), [](const Look& a, const Look& b) { return a.work.passes < b.work.passes; });
  const Look& middle = there[there.size() / 2];
  char text[64];
  std::snprintf(text, sizeof text, "%ld + %ld, %.1f", static_cast<long>(middle.work.passes),
                static_cast<long>(middle.work.factorizations), 1e3 * middle.seconds);
  return text;
}

void compare(const char* name, const data::Prepared& data, const char* model) {
  GradientProblem problem(name, data, model, "log_loss");
  Referee referee(name, data, model);
  std::vector<Runs> all;
  for (const Method& method : methods()) all.push_back(run(method, problem));
  for (const Runs& runs : all)
    for (const auto& looks : runs.looks)
      for (const Look& look : looks) referee.error_at(look.log_l2);
  const double least = referee.least();
  std::printf("\n%s, %s: %zu training rows, %zu features; least log loss %.9g\n", name, model, problem.design().train.n,
              problem.design().features, least);
  std::printf("%-20s %18s %18s %14s %10s %10s %8s\n", "passes + factored, ms", "gap < 1e-3", "gap < 1e-6", "in all",
              "CPU ms", "gap", "times");
  for (std::size_t m = 0; m < all.size(); ++m) {
    double gap = std::numeric_limits<double>::infinity();
    for (const Look& look : all[m].looks[0]) gap = std::min(gap, referee.error_at(look.log_l2) / least - 1);
    const std::string work = std::to_string(all[m].all.passes) + " + " + std::to_string(all[m].all.factorizations);
    std::printf("%-20s %18s %18s %14s %10.2f %10.1e %8.1f\n", methods()[m].name.c_str(),
                work_until(1e-3, all[m], least, referee).c_str(), work_until(1e-6, all[m], least, referee).c_str(),
                work.c_str(), all[m].milliseconds, gap, all[m].milliseconds / all[0].milliseconds);
  }
  double lanes = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round)
    lanes = std::min(lanes, 1e3 * seconds_of([&] { lane_grid(problem, 100); }));
  std::printf("%-20s %18s %18s %14s %10.2f %10s %8.1f\n", "100 lanes, exact", "", "", "", lanes, "",
              lanes / all[0].milliseconds);
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  using namespace holdout::bench;
  const std::string folder = argc > 1 ? argv[1] : "studies/data";
  compare("breast_cancer", from_file(folder, "breast_cancer.csv", "target"), "logistic");
  compare("digits, odd or even", odd_digits(folder), "logistic");
  compare("synthetic", synthetic(4'000, 100), "logistic");
  compare("synthetic", synthetic(20'000, 60), "logistic");
}
