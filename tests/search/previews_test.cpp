// The search on one λ where the error moves in steps: the models behind it are interpolated, as the objective previews
// them, and it ends at the lowest step.
#include <random>

#include "curves.hpp"
#include "searchers/gradient/plateaus.hpp"

namespace holdout::search {
namespace {

/// Hold-out rows whose scores move smoothly with ln λ; the error is the share of negative ones. A model is its scores.
class Shares final : public Objective {
 public:
  explicit Shares(unsigned seed, bool previewed = true) : previewed_(previewed) {
    std::mt19937_64 draws(seed);
    const auto between = [&](double low, double high) {
      return low + (high - low) * static_cast<double>(draws() >> 11) * 0x1p-53;
    };
    for (int i = 0; i < 80; ++i)
      rows_.push_back({between(-0.5, 1), between(-1, 1), std::exp(between(kLow, kHigh)), between(-1, 1),
                       std::exp(between(kLow, kHigh))});
  }
  std::vector<double> scores(double x) const {
    std::vector<double> all;
    for (const Row& r : rows_) all.push_back(r.a + r.b / (1 + std::exp(x) / r.s) + r.c / (1 + std::exp(x) / r.t));
    return all;
  }
  std::vector<double> tangents(double x) const {
    std::vector<double> all;
    const auto slope = [x](double s) { return -std::exp(x) / s / std::pow(1 + std::exp(x) / s, 2); };
    for (const Row& r : rows_) all.push_back(r.b * slope(r.s) + r.c * slope(r.t));
    return all;
  }
  double error(double x) const { return share(scores(x)); }
  std::vector<Evaluation> evaluate(std::span<const Request> requests) override {
    std::vector<Evaluation> out;
    for (const Request& r : requests) {
      const double x = at(r), value = error(x);
      out.push_back({.trial = static_cast<int>(asked_.size()), .value = value, .error_bound = 0});
      asked_.push_back(x);
      if (r.fidelity.full() && value < best) best = value;
    }
    return out;
  }
  std::vector<double> preview(std::span<const Request> requests) override {
    if (!previewed_) return {};
    ++previews;
    std::vector<double> out;
    for (const Request& r : requests) {
      std::vector<double> sum(rows_.size());
      for (const Near& near : r.near) {
        const double from = asked_.at(static_cast<std::size_t>(near.trial));
        const std::vector<double> s = scores(from), d = tangents(from);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += near.weight * s[i] + near.along * (at(r) - from) * d[i];
      }
      out.push_back(share(sum));
    }
    return out;
  }
  std::size_t trials() const { return asked_.size(); }
  double best = INFINITY;
  int previews = 0;

 private:
  struct Row {
    double a, b, s, c, t;
  };
  static double at(const Request& r) { return std::log(std::get<double>(*r.configuration.values[0])); }
  static double share(const std::vector<double>& scores) {
    return static_cast<double>(std::count_if(scores.begin(), scores.end(), [](double s) { return s < 0; })) /
           static_cast<double>(scores.size());
  }
  bool previewed_;
  std::vector<Row> rows_;
  std::vector<double> asked_;
};

double least_share(const Shares& shares) {
  double least = 1;
  for (int k = 0; k <= 6000; ++k) least = std::min(least, shares.error(kLow + (kHigh - kLow) * k / 6000));
  return least;
}

}  // namespace

TEST_CASE("property: errors in steps end at the lowest of 6001 places, settled, in some twenty evaluations") {
  constexpr unsigned kProblems = 60;
  std::size_t trials = 0;
  int missed = 0;
  for (unsigned seed = 0; seed < kProblems; ++seed) {
    Shares shares(seed);
    const auto searcher = gradient(range_of_lambda());
    REQUIRE(search(*searcher, shares, 100));
    missed += shares.best > least_share(shares) + 1e-12;  // a step narrower than a sample may be missed
    CHECK(shares.best <= least_share(shares) + 1.5 / 80);
    CHECK(searcher->conclusion().value().settled);
    CHECK(shares.previews > 0);
    trials += shares.trials();
  }
  MESSAGE("trials " << static_cast<double>(trials) / kProblems << ", missed " << missed);
  CHECK(missed <= 3);
  CHECK(trials < 30 * kProblems);
}

TEST_CASE("without previews the best of the first points is what there is, and not settled") {
  Shares shares(1, false);
  const auto searcher = gradient(range_of_lambda());
  REQUIRE(search(*searcher, shares, 100));
  CHECK_FALSE(searcher->conclusion().value().settled);
  CHECK(searcher->conclusion()->reason == "there are no derivatives");
  CHECK(shares.trials() == 17);
}

TEST_CASE("plateaus: lower than both sides, lowest first, of equal ones the widest") {
  const std::vector<double> x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, v = {3, 2, 2, 4, 1, 4, 1, 1, 5, 2.5};
  const std::vector<Plateau> found = plateaus_below(x, v, 2.4);
  REQUIRE(found.size() == 3);
  CHECK(found[0].middle == 6.5);
  CHECK(found[1].middle == 4);
  CHECK(found[2].middle == 1.5);
  CHECK(found[2].value == 2);
  CHECK(plateaus_below(x, v, 1).empty());
}

}  // namespace holdout::search
