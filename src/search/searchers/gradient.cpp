#include "gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gradient/rule_search.hpp"
#include "gradient/tied_search.hpp"

namespace holdout::search {
namespace {

constexpr std::string_view kMethods[] = {"auto", "implicit", "forward"};
constexpr NamedNumber<double> kRateWords[] = {{"auto", GradientOptions::kAuto}};
constexpr double kMinCertify = 1e-8;  // the search itself tells no smaller differences
constexpr NamedNumber<double> kCertifyWords[] = {{"off", GradientOptions::kNoCertificate}};
constexpr NamedNumber<std::int64_t> kSeedWords[] = {{"auto", 0}};
constexpr Info kNewton{"newton",
                       "one λ: cohorts over the range, then where interpolants promise less; many: quasi-Newton steps",
                       "Nocedal and Wright, Numerical Optimization, 2006, §§ 3.5, 7.2"};

// Steps of ln λ by d ln E / d ln λ: the rates of which searches from three starts on breast_cancer and on digits (odd
// or even) took the fewest evaluations, among rates a factor of 2 to 10 apart; that of gd is γ times E there.
double usual_rate(const update::RuleChoice& rule) {
  constexpr double kDescent = 5, kMomentum = 0.5, kAdagrad = 2, kAdaptive = 0.2;
  const std::string_view name = rule.rule().info.name;
  if (name == "adagrad") return kAdagrad;
  if (rule.rule().adaptive) return kAdaptive;
  return name == "gd" ? kDescent : kMomentum;
}

// Where nothing is continuous: one look.
class Look final : public Descent {
 public:
  std::vector<Probe> next() override {
    if (std::exchange(asked_, true)) return {};
    Probe probe;
    probe.want = Want::value;
    return {probe};
  }
  void tell(std::span<const Sight> sights, const Incumbent&) override {
    if (!sights[0].failed) seen_.push_back({{}, sights[0].value, sights[0].error, true});
  }
  std::vector<Candidate> candidates() const override { return seen_; }
  DescentEnd end() const override {
    return {!seen_.empty(), seen_.empty() ? "no evaluation succeeded" : "", {}, int{asked_}};
  }

 private:
  bool asked_ = false;
  std::vector<Candidate> seen_;
};

}  // namespace

std::span<const Info> DescentChoice::alternatives() const {
  static const std::vector<Info> all = [] {
    std::vector<Info> infos{kNewton};
    for (const update::RuleDescription& rule : update::rules()) infos.push_back(rule.info);
    return infos;
  }();
  return all;
}

void DescentChoice::select(std::size_t alternative) {
  rule_.reset();
  if (alternative > 0) rule_.emplace().select(alternative - 1);
}

void DescentChoice::fields(FieldVisitor& f) {
  if (rule_) rule_->fields(f);
}

void GradientOptions::fields(FieldVisitor& f) {
  f({"optimizer", "newton, or an update rule on d ln E / d ln λ, as in the lecture"}, optimizer,
    ChoiceStyle{"name", true});
  f({"learning_rate", "of an update rule; auto: one that suits d ln E / d ln λ"}, learning_rate,
    above(0.0).or_word(kRateWords));
  f({"starts", "points from which an update rule goes, side by side"}, starts, between<std::int64_t>(1, 1000));
  f({"seeds", "newton: points over the whole range that find the basins; auto: one λ in 1.55 of ln λ, at least 8"},
    seeds, between<std::int64_t>(2, 1000).or_word(kSeedWords));
  f({"box", "many λ: each stays within this factor of the best single one"}, box, above(1.0));
  f({"guard",
     "many λ: a third of the hold-out rows (of groups, whole ones) has no part in the gradient, and ends the search"},
    guard);
  f({"hypergradient", "implicit: of the minimum; forward: through the training's own steps; auto: by the optimizer"},
    hypergradient, kMethods);
  f({"evaluations", "at most so many, for each combination of the parameters that are not continuous"}, evaluations,
    between<std::int64_t>(1, kMaxTrials));
  f({"combinations", "of those parameters: all, or so many at random"}, combinations,
    between<std::int64_t>(1, 100'000));
  f({"tolerance", "ends where no more than this share of the error is to be gained"}, tolerance, between(1e-12, 0.1));
  f({"certify", "one λ: prove afterwards that no λ of the range is better by more than this share of the error"},
    certify, between(kMinCertify, 0.5).or_word(kCertifyWords));
}

Gradient::Gradient(const SearchSpace& space, Seed seed, const Options& options) : space_(space), options_(options) {
  for (Cell& cell : cells(space_, seed, static_cast<std::size_t>(options_.combinations))) {
    Descender d;
    d.descent = descent_for(cell);
    d.scales = scales(space_, cell);
    d.cell = std::move(cell);
    descenders_.push_back(std::move(d));
  }
}

std::unique_ptr<Descent> Gradient::descent_for(const Cell& cell) const {
  if (cell.axes.empty()) return std::make_unique<Look>();
  DescentOptions options;
  options.seeds = static_cast<int>(options_.seeds), options.evaluations = static_cast<int>(options_.evaluations);
  options.tolerance = options_.tolerance, options.implicit = options_.hypergradient != "forward";
  const Box box = box_of(space_, cell);
  if (const update::RuleChoice* rule = options_.optimizer.rule()) {
    const double rate = options_.learning_rate > 0 ? options_.learning_rate : usual_rate(*rule);
    return std::make_unique<RuleSearch>(box, options, *rule, rate, static_cast<int>(options_.starts));
  }
  Ties ties = ties_of(space_, cell);
  const std::size_t free = *std::max_element(ties.begin(), ties.end()) + 1;
  if (free == ties.size()) return make_descent(box, options);
  return std::make_unique<TiedSearch>(box, std::move(ties), options, std::log(options_.box), options_.guard);
}

std::vector<Request> Gradient::ask(int at_most) {
  if (handed_out_ == round_.size() && told_.size() == round_.size()) next_round();
  std::vector<Request> requests;
  for (; handed_out_ < round_.size() && static_cast<int>(requests.size()) < at_most; ++handed_out_)
    requests.push_back(round_[handed_out_].request);
  return requests;
}

void Gradient::tell(std::span<const Evaluation> evaluations) {
  told_.insert(told_.end(), evaluations.begin(), evaluations.end());
  if (told_.size() < round_.size()) return;
  std::vector<std::vector<Sight>> sights(descenders_.size());
  for (std::size_t i = 0; i < round_.size(); ++i) {
    Sight sight = sight_of(round_[i], told_[i]);
    note(round_[i], sight);
    descenders_[round_[i].descender].trials.push_back(told_[i].trial);
    sights[round_[i].descender].push_back(std::move(sight));
  }
  if (!descending_) return;
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const Incumbent incumbent{best_seen_ ? best_seen_->value : kNone, bound_.value_or(kNone)};
  for (std::size_t d = 0; d < descenders_.size(); ++d)
    if (!sights[d].empty()) descenders_[d].descent->tell(sights[d], incumbent);
}

Sight Gradient::sight_of(const Asked& asked, const Evaluation& evaluation) const {
  const Descender& d = descenders_[asked.descender];
  Sight sight;
  sight.failed = evaluation.end != End::complete || !std::isfinite(evaluation.value);
  if (sight.failed) return sight;
  sight.value = evaluation.value, sight.guard = evaluation.guard;
  sight.error = std::min(evaluation.error_bound.value_or(asked.probe.tolerance * std::abs(evaluation.value)),
                         std::abs(evaluation.value));  // an infinite bound compares with nothing
  sight.unknown = evaluation.error_bound && !std::isfinite(*evaluation.error_bound);
  const std::size_t n = space_.size(), axes = d.cell.axes.size();
  if (evaluation.gradient.size() == n)
    for (std::size_t k = 0; k < axes; ++k) sight.gradient.push_back(d.scales[k] * evaluation.gradient[d.cell.axes[k]]);
  if (evaluation.curvature.size() == n * n)
    for (std::size_t j = 0; j < axes; ++j)
      for (std::size_t k = 0; k < axes; ++k)
        sight.curvature.push_back(d.scales[j] * d.scales[k] *
                                  evaluation.curvature[d.cell.axes[j] * n + d.cell.axes[k]]);
  return sight;
}

void Gradient::note(const Asked& asked, const Sight& sight) {
  if (sight.failed || asked.probe.guarded) return;  // a guarded value is of other rows
  const Spot spot{asked.descender, asked.probe.at, sight.value, sight.error};
  const double bound = sight.value + 2 * sight.error;  // a loose value may be too low
  if (!bound_ || bound < *bound_) bound_ = bound;
  const bool exact = !sight.unknown && sight.error <= options_.tolerance * std::abs(sight.value);
  if (exact && (!best_seen_ || spot.value < best_seen_->value)) best_seen_ = spot;
  if (asked.request.fidelity.full() && (!best_full_ || spot.value < best_full_->value)) best_full_ = spot;
}

std::vector<Request> Gradient::previews() {
  std::vector<Request> all;
  if (!descending_ || handed_out_ < round_.size() || told_.size() < round_.size()) return all;
  previewed_.clear();
  for (const Descender& d : descenders_) {
    const std::vector<Probe> wanted = d.descent->previews();
    previewed_.push_back(wanted.size());
    for (const Probe& probe : wanted) all.push_back(request_of(d, probe));
  }
  return all;
}

void Gradient::tell_previews(std::span<const double> values) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < descenders_.size(); first += previewed_[i++])
    if (previewed_[i] > 0) descenders_[i].descent->tell_previews(values.subspan(first, previewed_[i]));
}

Request Gradient::request_of(const Descender& d, const Probe& probe) const {
  Request request{configuration_at(space_, d.cell, probe.at)};
  if (probe.tolerance > 0) request.fidelity.tolerance = probe.tolerance;
  for (const NearProbe& near : probe.near) request.near.push_back({d.trials[near.probe], near.weight, near.along});
  request.want = probe.want, request.guarded = probe.guarded;
  // A descent does not go on from such a point; its value counts.
  request.derivatives_optional = probe.want != Want::value;
  return request;
}

void Gradient::add(std::size_t descender, Probe probe) {
  Request request = request_of(descenders_[descender], probe);
  round_.push_back({std::move(request), descender, std::move(probe)});
}

void Gradient::next_round() {
  round_.clear(), told_.clear(), handed_out_ = 0;
  if (descending_)
    for (std::size_t i = 0; i < descenders_.size(); ++i)
      for (Probe& probe : descenders_[i].descent->next()) add(i, std::move(probe));
  if (!round_.empty()) return;
  descending_ = false;
  ask_in_full();
}

void Gradient::ask_in_full() {
  constexpr int kRounds = 3;
  if (full_rounds_ == kRounds) return;
  const auto ask = [&](const Spot& spot) {
    Probe probe;
    probe.at = spot.at, probe.want = Want::value;
    add(spot.descender, std::move(probe));
  };
  if (full_rounds_++ > 0) {
    // Never a worse point than the best one seen.
    if (!best_seen_ || (best_full_ && best_full_->value <= best_seen_->value + noise(*best_seen_))) return;
    full_rounds_ = kRounds;
    return ask(*best_seen_);
  }
  std::vector<Spot> spots;
  for (std::size_t i = 0; i < descenders_.size(); ++i)
    for (const Candidate& c : descenders_[i].descent->candidates())
      spots.push_back({i, c.at, c.value, c.error, c.solved, c.certain});
  std::stable_sort(spots.begin(), spots.end(), [](const Spot& a, const Spot& b) { return a.value < b.value; });
  constexpr std::size_t kMax = 3;  // whose order is not known
  const Spot* first = nullptr;
  std::size_t others = 0;
  for (const Spot& spot : spots) {
    // Points as good as the first one are as good as one: another is looked at where errors hide which is better.
    const bool open = first && !is_near(spot, *first) &&
                      spot.value - 2 * spot.error < first->value + 2 * first->error &&
                      spot.error + first->error > 10 * options_.tolerance * std::abs(first->value);
    const bool wanted = !first || spot.certain || (open && others++ < kMax);
    if (!first) first = &spot;
    if (wanted && !spot.solved) ask(spot);
  }
}

// On the way to one minimum: the last point of the way is the best of them.
bool Gradient::is_near(const Spot& a, const Spot& b) {
  constexpr double kNear = 0.1;  // in every coordinate
  if (a.descender != b.descender) return false;
  for (std::size_t k = 0; k < a.at.size(); ++k)
    if (std::abs(a.at[k] - b.at[k]) > kNear) return false;
  return true;
}

// What a value may be wrong by, at most.
double Gradient::noise(const Spot& spot) const { return 2 * spot.error + options_.tolerance * std::abs(spot.value); }

std::vector<OpenRange> Gradient::open_ranges(const Descender& descender, const std::vector<OpenPart>& parts) const {
  std::vector<OpenRange> all;
  const auto at = [&](double x) {
    const std::size_t axis = descender.cell.axes[0];
    return std::get<double>(*configuration_at(space_, descender.cell, std::span(&x, 1)).values[axis]);
  };
  for (const OpenPart& part : parts)
    all.push_back({descender.cell.axes[0], at(part.low), at(part.high), part.promise, part.failed});
  return all;
}

std::optional<Conclusion> Gradient::conclusion() const {
  if (descending_ || told_.size() < round_.size() || handed_out_ < round_.size()) return {};
  Conclusion out;
  out.tolerance = options_.tolerance;
  for (std::size_t i = 0; i < descenders_.size(); ++i) {
    const Descender& d = descenders_[i];
    const DescentEnd end = d.descent->end();
    out.rounds = std::max(out.rounds, end.rounds), out.evaluations += static_cast<std::int64_t>(d.trials.size());
    for (OpenRange& range : open_ranges(d, end.open))
      if (std::find(out.open.begin(), out.open.end(), range) == out.open.end()) out.open.push_back(range);
    // Of others than the best one what is open counts; that they did not go to their own minima does not.
    const bool counts = !end.open.empty() || (best_full_ && best_full_->descender == i);
    if (counts && !end.settled && out.reason.empty()) out.reason = end.reason;
  }
  if (!best_full_)
    out.reason = "no training as the study says succeeded";
  else if (best_seen_ && best_full_->value > best_seen_->value + noise(*best_seen_))
    out.reason = "the training as the study says ended above the lowest value that was seen";
  out.settled = out.reason.empty();
  return out;
}

}  // namespace holdout::search
