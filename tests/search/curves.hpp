// What tests of the gradient search have in common: its options, curves of known minima as objectives, and their minima
// by a scan.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <holdout/base/number.hpp>

#include "spaces.hpp"

namespace holdout::search {

/// Puts options in place by their names.
class Put final : public FieldVisitor {
 public:
  explicit Put(std::map<std::string, Value, std::less<>> values) : values_(std::move(values)) {}
  void operator()(const Field& f, bool& v) override { put(f, v); }
  void operator()(const Field& f, std::int64_t& v, const Range<std::int64_t>&) override { put(f, v); }
  void operator()(const Field& f, double& v, const Range<double>&) override { put(f, v); }
  void operator()(const Field& f, std::string& v, std::span<const std::string_view>) override { put(f, v); }
  void operator()(const Field&, std::vector<std::string>&, std::span<const std::string_view>) override {}
  void operator()(const Field&, std::vector<std::int64_t>&, const Range<std::int64_t>&) override {}
  void operator()(const Field& f, Choice& choice, const ChoiceStyle&) override {
    const auto found = values_.find(f.name);
    if (found == values_.end()) return;
    for (std::size_t i = 0; i < choice.alternatives().size(); ++i)
      if (choice.alternatives()[i].name == std::get<std::string>(found->second)) choice.select(i);
  }
  void section(const Field&, const std::function<void(FieldVisitor&)>&, std::string_view) override {}

 private:
  template <class T>
  void put(const Field& f, T& v) {
    if (const auto found = values_.find(f.name); found != values_.end()) v = std::get<T>(found->second);
  }
  std::map<std::string, Value, std::less<>> values_;
};

inline std::unique_ptr<Searcher> gradient(const SearchSpace& space,
                                          std::map<std::string, Value, std::less<>> options = {}) {
  SearcherChoice choice = searchers();
  for (std::size_t i = 0; i < choice.alternatives().size(); ++i)
    if (choice.alternatives()[i].name == "gradient") choice.select(i);
  REQUIRE(choice.info().name == "gradient");
  Put put(std::move(options));
  choice.fields(put);
  return choice.make(space, Seed{1});
}

/// E and its derivatives at a point, in the coordinates of gradients.
struct Height {
  double value = 0;
  std::vector<double> gradient, curvature;
};

/// Any function of the continuous parameters' (log) values; loose evaluations are wrong by what their tolerance allows.
class Curve final : public Objective {
 public:
  std::function<Height(const std::vector<double>&, const Configuration&)> height;
  std::function<bool(const Request&)> fails = [](const Request&) { return false; };
  bool curved = true, sloped = true;
  double noise = 0;  // of loose values, as a share of their tolerance
  std::map<std::size_t, bool> log_scale;

  explicit Curve(const SearchSpace& space) {
    for (std::size_t i = 0; i < space.size(); ++i)
      if (const auto& range = space.parameters()[i].interval) log_scale[i] = range->log;
  }
  std::vector<double> coordinates(const Configuration& c) const {
    std::vector<double> x(c.values.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      if (const double* v = c.values[i] ? std::get_if<double>(&*c.values[i]) : nullptr)
        x[i] = log_scale.count(i) && log_scale.at(i) && *v > 0 ? std::log(*v) : *v;
    return x;
  }
  std::vector<Evaluation> evaluate(std::span<const Request> requests) override {
    ++rounds;
    std::vector<Evaluation> out;
    for (const Request& request : requests) {
      Evaluation e{.trial = trials++, .cost = 1};
      for (const Near& near : request.near) {
        REQUIRE(near.trial < e.trial);
        CHECK(ok[static_cast<std::size_t>(near.trial)]);
      }
      if (fails(request)) e.end = End::failed;
      ok.push_back(e.end == End::complete);
      if (e.end == End::complete) {
        const std::vector<double> x = coordinates(request.configuration);
        const Height h = height(x, request.configuration);
        const double tolerance = request.fidelity.tolerance.value_or(0);
        e.value = h.value * (1 + noise * tolerance * std::sin(1000.0 * e.trial));
        if (tolerance > 0) e.error_bound = std::abs(noise) * tolerance * std::abs(h.value);
        if (request.want != Want::value && sloped) e.gradient = h.gradient;
        if (request.want == Want::curvature && curved) e.curvature = h.curvature;
        if (request.guarded && guard) e.guard = guard(x);
        seen = std::min(seen, h.value);
        if (request.fidelity.full() && h.value < best) best = h.value, where = x, winner = request.configuration;
      }
      requested.push_back(request);
      out.push_back(std::move(e));
    }
    return out;
  }
  std::function<double(const std::vector<double>&)> guard;
  int trials = 0, rounds = 0;
  std::vector<char> ok;
  std::vector<Request> requested;
  double best = INFINITY, seen = INFINITY;
  std::vector<double> where;
  Configuration winner;
};

// E of a ridge regression in its principal axes: Σ (λ/(s+λ) w + n/(s+λ))² v + c for axes with strength s, signal w,
// noise n and hold-out weight v: a closed form with the flat ends and the curvature of real ones.
struct Axis1 {
  double s, w, n, v;
};
inline Height ridge(const std::vector<Axis1>& axes, double x) {
  const double l = std::exp(x);
  Height h{0.02, {0}, {0}};
  for (const auto& [s, w, n, v] : axes) {
    const double e = (l * w + n) / (s + l), d = (w * s - n) / ((s + l) * (s + l)), dd = -2 * d / (s + l);
    h.value += v * e * e;
    h.gradient[0] += 2 * v * e * d * l;
    h.curvature[0] += 2 * v * ((d * d + e * dd) * l * l + e * d * l);
  }
  return h;
}

// The least value on a fine scan, refined by golden section: nothing of the searcher's own.
inline double scanned(const std::function<double(double)>& f, double low, double high, double* where = nullptr) {
  double best = low;
  constexpr int kPoints = 20000;
  for (int i = 0; i <= kPoints; ++i)
    if (const double x = low + (high - low) * i / kPoints; f(x) < f(best)) best = x;
  double a = std::max(low, best - (high - low) / kPoints), b = std::min(high, best + (high - low) / kPoints);
  for (int i = 0; i < 100; ++i) {
    const double p = b - 0.6180339887498949 * (b - a), q = a + 0.6180339887498949 * (b - a);
    (f(p) < f(q) ? b : a) = f(p) < f(q) ? q : p;
  }
  if (where) *where = (a + b) / 2;
  return std::min({f((a + b) / 2), f(low), f(high)});
}

inline SearchSpace range_of_lambda() {
  return SearchSpace({range("model.l2", {.min = 1e-6, .max = 1e4, .log = true})});
}

inline const double kLow = std::log(1e-6), kHigh = std::log(1e4);

}  // namespace holdout::search
