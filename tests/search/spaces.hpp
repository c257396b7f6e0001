// Search spaces and objectives that several tests of this folder use.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <holdout/search/search.hpp>
#include <holdout/search/searchers.hpp>

namespace holdout::search {

inline Parameter range(std::string path, Interval interval) { return {std::move(path), {}, interval, {}}; }
inline Parameter choice(std::string path, std::vector<Value> values) {
  return {std::move(path), std::move(values), {}, {}};
}
inline Value word(const char* text) { return std::string(text); }

/// Everything that a study can say: words, zero or a log range, integers, a step, a condition below a condition.
inline SearchSpace mixed_space() {
  Parameter rate = range("training.optimizer.momentum.momentum", {.min = 0.5, .max = 0.99, .points = 3});
  rate.condition = Condition{0, 1};
  Parameter warm = choice("training.warm", {true, false});
  warm.condition = Condition{0, 2};
  Parameter length = range("training.warmup", {.min = 1, .max = 100, .log = true, .integer = true, .points = 3});
  length.condition = Condition{4, 0};
  Parameter l2 = range("model.l2", {.min = 1e-6, .max = 10, .log = true, .points = 4});
  l2.values = {0.0};
  return SearchSpace({choice("training.optimizer", {word("gd"), word("momentum"), word("adam")}), l2,
                      range("model.hidden.0", {.min = 8, .max = 24, .step = 8, .integer = true}), rate, warm, length,
                      range("model.dropout", {.min = 0, .max = 0.5, .step = 0.25})});
}

/// One λ over ten decades.
inline SearchSpace lambda_space() {
  return SearchSpace({range("model.l2", {.min = 1e-6, .max = 1e4, .log = true, .points = 61})});
}

inline double decades(const Request& request) {
  return std::log10(std::get<double>(request.configuration.values[0].value()));
}

/// E = 1 + (log10 λ + 1.7)², its derivatives with respect to ln λ, at the cost of 10 passes.
class Bowl final : public Objective {
 public:
  static constexpr double kBest = -1.7;  // log10 λ
  std::vector<Evaluation> evaluate(std::span<const Request> requests) override {
    std::vector<Evaluation> out;
    for (const Request& request : requests) {
      const double x = decades(request) - kBest;
      Evaluation e{.trial = trials++, .value = 1 + x * x, .cost = 10};
      if (request.want != Want::value) e.gradient = {2 * x / std::log(10)};
      if (request.want == Want::curvature) e.curvature = {2 / (std::log(10) * std::log(10))};
      if (e.value < best) best = e.value, where = decades(request);
      out.push_back(e);
    }
    return out;
  }
  int trials = 0;
  double best = INFINITY, where = 0;
};

/// Everything a searcher asks for when nothing is told, at most `most`.
inline std::vector<Request> wave(Searcher& searcher, int at_a_time, std::size_t most) {
  std::vector<Request> all;
  while (all.size() < most) {
    auto some =
        searcher.ask(static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(at_a_time), most - all.size())));
    if (some.empty()) break;
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

inline std::vector<Configuration> configurations(const std::vector<Request>& requests) {
  std::vector<Configuration> out;
  for (const Request& request : requests) out.push_back(request.configuration);
  return out;
}

}  // namespace holdout::search
