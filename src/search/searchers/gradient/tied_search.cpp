#include "tied_search.hpp"

#include <algorithm>
#include <utility>

#include "box_search.hpp"
#include "cohort_search.hpp"
#include "line.hpp"

namespace holdout::search {
namespace {

constexpr std::size_t kAllCurvatures = 16;  // more second derivatives are not asked for, to be added up only

}  // namespace

std::unique_ptr<Descent> make_descent(const Box& box, const DescentOptions& options) {
  if (box.size() == 1 && options.implicit) return std::make_unique<CohortSearch>(box, options);
  if (box.size() == 1) return std::make_unique<LineSearch>(box, options);
  return std::make_unique<BoxSearch>(box, options);
}

TiedSearch::TiedSearch(Box box, Ties ties, const DescentOptions& options, double reach, bool guarded)
    : box_(std::move(box)), ties_(std::move(ties)), options_(options), reach_(reach), guarded_(guarded) {
  for (const std::size_t tie : ties_) count_ = std::max(count_, tie + 1);
  Box one;
  one.low.resize(count_), one.high.resize(count_);
  for (std::size_t i = 0; i < ties_.size(); ++i) one.low[ties_[i]] = box_.low[i], one.high[ties_[i]] = box_.high[i];
  first_ = make_descent(one, options_);
}

std::vector<double> TiedSearch::expanded(const std::vector<double>& reduced) const {
  std::vector<double> at(ties_.size());
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = reduced[ties_[i]];
  return at;
}

Sight TiedSearch::reduced(const Sight& sight) const {
  Sight out = sight;
  const std::size_t n = ties_.size();
  if (sight.gradient.size() == n) {
    out.gradient.assign(count_, 0);
    for (std::size_t i = 0; i < n; ++i) out.gradient[ties_[i]] += sight.gradient[i];
  }
  if (sight.curvature.size() == n * n) {
    out.curvature.assign(count_ * count_, 0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) out.curvature[ties_[i] * count_ + ties_[j]] += sight.curvature[i * n + j];
  }
  return out;
}

std::vector<Probe> TiedSearch::next() {
  if (!second_) {
    std::vector<Probe> round = first_->next();
    first_probes_ += round.size();
    for (Probe& probe : round) {
      probe.at = expanded(probe.at);
      if (ties_.size() > kAllCurvatures) probe.want = Want::gradient;
    }
    if (!round.empty() || !begin_second()) return round;
  }
  std::vector<Probe> round = second_->next();
  for (Probe& probe : round)
    for (NearProbe& near : probe.near) near.probe += first_probes_;
  return round;
}

void TiedSearch::tell(std::span<const Sight> sights, const Incumbent& incumbent) {
  if (second_) return second_->tell(sights, incumbent);
  std::vector<Sight> tied;
  for (const Sight& sight : sights) tied.push_back(reduced(sight));
  first_->tell(tied, incumbent);
}

bool TiedSearch::begin_second() {
  const std::vector<Candidate> found = first_->candidates();
  if (found.empty()) return false;
  const std::vector<double> start = expanded(found.front().at);
  Box around = box_;
  for (std::size_t i = 0; i < start.size(); ++i) {
    around.low[i] = std::max(around.low[i], start[i] - reach_);
    around.high[i] = std::min(around.high[i], start[i] + reach_);
  }
  second_ = std::make_unique<BoxSearch>(std::move(around), options_, start, guarded_);
  return true;
}

std::vector<Candidate> TiedSearch::candidates() const {
  std::vector<Candidate> all = first_->candidates();
  if (all.empty() || !second_) return all;
  all.front().certain = true;  // what many λ are compared with
  const std::vector<double> start = expanded(all.front().at);
  for (Candidate& candidate : all) candidate.at = expanded(candidate.at);
  std::vector<Candidate> apart = second_->candidates();
  if (apart.empty()) return all;
  // Values of a guarded search are of other rows; its best point counts if it is another one than the start.
  apart.front().certain = apart.front().at != start;
  if (guarded_) apart.resize(apart.front().certain ? 1 : 0);
  all.insert(all.end(), apart.begin(), apart.end());
  return all;
}

DescentEnd TiedSearch::end() const {
  DescentEnd end = first_->end();
  if (!second_) return end;
  const DescentEnd apart = second_->end();
  end.rounds += apart.rounds;
  if (!end.settled) end.reason += ", with one λ for all";  // its open parts are of the one λ
  if (end.settled && !apart.settled) end.settled = false, end.reason = apart.reason;
  end.open.clear();
  return end;
}

}  // namespace holdout::search
