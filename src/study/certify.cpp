#include "certify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/train/certificate.hpp>

#include "answers.hpp"
#include "band.hpp"
#include "gradient_method.hpp"
#include "path_visitor.hpp"

namespace holdout::study {
namespace {

using train::HoldoutBound;

constexpr std::string_view kOption = "certify";
constexpr double kMinWidth = 1e-6;        // nats: where two rows swap at one λ, the error share stays unproved there
constexpr double kMinAnchorWidth = 0.02;  // narrower intervals do not gain by a minimum of J inside
constexpr std::size_t kMaxAdded = 64;     // minima of J beyond those of the search
constexpr std::size_t kMaxIntervals = 4000;  // each is a factorization, or a pass over the measured rows

class Tolerance final : public PathVisitor {
 public:
  double found = 0;
  void operator()(const Field&, bool&) override {}
  void operator()(const Field&, std::int64_t&, const Range<std::int64_t>&) override {}
  void operator()(const Field& f, double& value, const Range<double>&) override {
    if (path_of(f) == kOption) found = value;
  }
  void operator()(const Field&, std::string&, std::span<const std::string_view>) override {}
  void operator()(const Field&, std::vector<std::string>&, std::span<const std::string_view>) override {}
  void operator()(const Field&, std::vector<std::int64_t>&, const Range<std::int64_t>&) override {}

 private:
  void chosen(const Field&, const std::string&, Choice&) override {}
};

struct Interval {
  double low, high;
  int refined;  // how often, since the last minimum of J was added
};

// All folds together.
class Refinement {
 public:
  Refinement(std::vector<std::unique_ptr<HoldoutBound>> folds, double limit, const Workers& workers,
             const std::atomic<bool>& interrupt, const std::function<void(const RunState::Certifying&)>& told)
      : folds_(std::move(folds)), limit_(limit), workers_(workers), interrupt_(interrupt), told_(told) {}

  // @return false if interrupted
  bool run() {
    const std::vector<double> knots = anchors();
    range_ = knots.back() - knots.front();
    std::vector<Interval> todo;
    for (std::size_t i = 1; i < knots.size(); ++i) todo.push_back({knots[i - 1], knots[i], 0});
    while (!todo.empty()) {
      std::vector<Interval> next;
      std::vector<double> wanted;
      for (const std::vector<std::vector<double>> bounds = lower(todo); const Interval& interval : todo) {
        if (interrupt_) return false;
        take(interval, bounds[static_cast<std::size_t>(&interval - todo.data())], next, wanted);
      }
      if (!wanted.empty()) evaluate(wanted);
      if (interrupt_) return false;
      todo = std::move(next);
    }
    std::sort(pieces.begin(), pieces.end(), [](const BandPiece& a, const BandPiece& b) { return a.low < b.low; });
    return true;
  }

  // Of all folds, ascending.
  std::vector<double> anchors() const {
    std::vector<double> all;
    for (const auto& fold : folds_) {
      const std::vector<double> own = fold->anchors();
      all.insert(all.end(), own.begin(), own.end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  // The mean over the folds at each place, which is an anchor from now on.
  std::vector<double> evaluate(std::span<const double> places) {
    std::vector<std::vector<double>> values(folds_.size());
    workers_.for_each(folds_.size(), [&](std::size_t k) {
      for (const double t : places) values[k].push_back(interrupt_ ? 0 : folds_[k]->evaluate(t));
    });
    std::vector<double> out(places.size());
    for (const auto& fold : values)
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += fold[i] / static_cast<double>(folds_.size());
    return out;
  }

  std::vector<BandPiece> pieces;
  std::size_t intervals = 0;

 private:
  // [interval][part], the mean over the folds
  std::vector<std::vector<double>> lower(const std::vector<Interval>& todo) {
    const std::size_t folds = folds_.size();
    intervals += todo.size();
    std::vector<std::vector<double>> each(todo.size() * folds);
    workers_.for_each(each.size(), [&](std::size_t task) {
      const Interval& interval = todo[task / folds];
      if (interrupt_) return;
      each[task] = folds_[task % folds]->lower(interval.low, interval.high);
      tell();
    });
    std::vector<std::vector<double>> out(todo.size());
    if (interrupt_) return out;
    for (std::size_t i = 0; i < todo.size(); ++i) {
      out[i].assign(each[i * folds].size(), 0);
      for (std::size_t k = 0; k < folds; ++k)
        for (std::size_t p = 0; p < out[i].size(); ++p)
          out[i][p] += each[i * folds + k][p] / static_cast<double>(folds);
    }
    return out;
  }

  // Parts at both ends that reach the limit are done; what is left is narrower, or halved, or gets a minimum of J.
  void take(const Interval& interval, const std::vector<double>& bounds, std::vector<Interval>& next,
            std::vector<double>& wanted) {
    const std::size_t parts = bounds.size();
    const double width = interval.high - interval.low;
    const auto edge = [&](std::size_t p) {
      return p == parts ? interval.high : interval.low + width * (static_cast<double>(p) / static_cast<double>(parts));
    };
    const auto done = [&](std::size_t from, std::size_t to) {
      for (std::size_t p = from; p < to; ++p) pieces.push_back({edge(p), edge(p + 1), bounds[p]});
    };
    std::size_t first = 0, last = parts;
    while (first < parts && bounds[first] >= limit_) ++first;
    while (last > first && bounds[last - 1] >= limit_) --last;
    if (first == parts || width < kMinWidth || intervals > kMaxIntervals) return done(0, parts);
    done(0, first), done(last, parts);
    const double low = edge(first), high = edge(last), middle = 0.5 * (low + high);
    constexpr double kNarrower = 0.6;  // the path is closer to the minima of J in the middle of its interval
    const bool anchor = folds_[0]->grows() && interval.refined > 0 && width > kMinAnchorWidth && added_ < kMaxAdded;
    const int refined = anchor ? 0 : interval.refined + 1;
    if (anchor) wanted.push_back(middle), ++added_;
    if (!anchor && high - low < kNarrower * width) return next.push_back({low, high, refined});
    next.push_back({low, middle, refined}), next.push_back({middle, high, refined});
  }

  // From many threads, of a fold that is bounded on an interval.
  void tell() {
    if (!told_) return;
    const std::lock_guard lock(mutex_);
    double done = 0;
    for (const BandPiece& piece : pieces) done += piece.high - piece.low;
    ++bounded_;
    if (bounded_ % folds_.size() == 0)
      told_({std::min(1.0, done / range_), static_cast<std::int64_t>(bounded_ / folds_.size())});
  }

  std::vector<std::unique_ptr<HoldoutBound>> folds_;
  double limit_;
  const Workers& workers_;
  const std::atomic<bool>& interrupt_;
  const std::function<void(const RunState::Certifying&)>& told_;
  std::size_t added_ = 0;
  double range_ = 0;         // of ln λ
  std::mutex mutex_;         // for what follows
  std::size_t bounded_ = 0;  // folds on intervals
};

// Minima of J that the search left, [fold].
std::vector<std::vector<train::CertificateAnchor>> anchors_of(std::span<const Trial> trials, const Storage& storage,
                                                              std::size_t folds, std::size_t parameters) {
  std::vector<std::vector<train::CertificateAnchor>> out(folds);
  for (const Trial& trial : trials) {
    const auto& value = trial.configuration.values.at(0);
    if (!value || trial.outcome.state == TrialState::failed) continue;
    const std::vector<std::vector<double>> states = storage.theta(trial.number);
    if (states.size() != folds) continue;
    for (std::size_t k = 0; k < folds; ++k) {
      const std::vector<double>& state = states[k];
      if (state.size() < parameters || !all_finite(state)) continue;
      const auto end = state.begin() + static_cast<std::ptrdiff_t>(parameters);
      train::CertificateAnchor anchor{std::get<double>(*value), {state.begin(), end}, {}};
      if (state.size() == 2 * parameters) anchor.derivative.assign(end, state.end());
      out[k].push_back(std::move(anchor));
    }
  }
  return out;
}

Certificate not_certified(Certificate certificate, std::string reason) {
  certificate.reason = std::move(reason);
  certificate.open = {{certificate.parameter, certificate.min, certificate.max, {}, false}};
  return certificate;
}

// What is still open is looked at in its middle: the search may have missed something.
void explain(Certificate& certificate, Refinement& refinement, const std::vector<BandPiece>& open, double limit) {
  double total = 0;
  std::vector<double> middles;
  constexpr std::size_t kLooks = 8;
  for (const BandPiece& piece : open) {
    total += piece.high - piece.low;
    if (middles.size() < kLooks) middles.push_back(0.5 * (piece.low + piece.high));
    certificate.open.push_back({certificate.parameter, std::exp(piece.low), std::exp(piece.high), piece.bound, false});
  }
  certificate.share = std::max(0.0, 1 - total / (std::log(certificate.max) - std::log(certificate.min)));
  certificate.share = std::min(certificate.share, 1 - std::numeric_limits<double>::epsilon());
  certificate.reason = "the bounds do not reach it there, however small the intervals";
  const std::vector<double> values = refinement.evaluate(middles);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] < limit)
      certificate.reason = "it is " + to_text(values[i], 6) + " at " + to_text(std::exp(middles[i]), 6) +
                           ", which the search did not find";
}

}  // namespace

double certify_tolerance(const Study& study) {
  if (study.search.method.info().name != "gradient") return 0;
  search::SearcherChoice choice = study.search.method;
  Tolerance tolerance;
  choice.fields(tolerance);
  return tolerance.found;
}

void check_certificate(const Study& study, Errors& errors) {
  if (certify_tolerance(study) == 0) return;
  const std::string path = "search.certify";
  const auto add = [&](const std::string& text, std::string hint) {
    errors.add({{}, path + ": " + text, std::move(hint), {}, path});
  };
  constexpr const char* kRemove = "remove certify: the search itself does not need it";
  if (const auto derivatives = derivative_method(study);
      derivatives && derivatives->method != train::Hypergradient::implicit)
    add("a certificate is about minima of J, and " + derivatives->why, "write optimizer: exact, or remove certify");
  const auto& space = study.space.parameters();
  const bool one = space.size() == 1 && space[0].path == "model.l2" && space[0].interval && space[0].values.empty();
  if (!one || !is_continuous(space[0]) || !space[0].interval->log)
    add("a certificate is for a search on model.l2 alone, over one range of scale log",
        "write model.l2: {min: 1e-6, max: 10, scale: log} and nothing else to search, or remove certify");
  if (const std::string what = train::not_bounded(study.config.model, metric_of(study)); !what.empty())
    add("no lower bound of the hold-out error is known for " + what,
        "there is one for linear with squared loss (metrics mse, rmse), logistic and softmax (log_loss, error); or " +
            std::string(kRemove));
  if (metric_of(study).options.tune_threshold)
    add("no lower bound is known for a metric at the threshold that is best for it",
        "remove objective.threshold, or " + std::string(kRemove));
}

std::optional<Certificate> certify(const Study& study, double tolerance, std::span<const Trial> trials, double best,
                                   const Storage& storage, Designs& designs, const train::Metric& metric,
                                   const Workers& workers, const std::atomic<bool>& interrupt,
                                   const std::function<void(const RunState::Certifying&)>& told) {
  const search::Interval& range = *study.space.parameters()[0].interval;
  Certificate certificate;
  certificate.metric = metric.info.name;
  certificate.min = range.min, certificate.max = range.max;
  certificate.tolerance = tolerance, certificate.best = best;
  const train::LaneConfig config = apply(study, trials.front().configuration);
  designs.make_for(workers, config);
  designs.make<double>(workers, DesignKey(config));
  std::vector<const train::Design<double>*> folds;
  for (std::size_t k = 0; k < designs.folds(); ++k) folds.push_back(&designs.get<double>(k, DesignKey(config)));
  if (const std::string why = train::not_bounded(*folds[0], config.model); !why.empty())
    return not_certified(std::move(certificate), why);
  const std::size_t outputs = config.model.type() == "softmax" ? folds[0]->classes : 1;
  const auto known = anchors_of(trials, storage, folds.size(), outputs * (folds[0]->features + 1));
  std::vector<std::unique_ptr<HoldoutBound>> bounds(folds.size());
  try {
    workers.for_each(folds.size(), [&](std::size_t k) {
      bounds[k] = train::make_holdout_bound(*folds[k], metric, config.model, range.min, range.max, known[k]);
    });
  } catch (const Error& error) {
    return not_certified(std::move(certificate), error.what());
  }
  const bool grows = bounds[0]->grows();
  const double limit = best * (1 - tolerance);
  Refinement refinement(std::move(bounds), limit, workers, interrupt, told);
  if (!refinement.run()) return {};
  certificate.intervals = static_cast<std::int64_t>(refinement.intervals);
  certificate.share = 1, certificate.lower_bound = best;
  for (const BandPiece& piece : refinement.pieces)
    certificate.lower_bound = std::min(certificate.lower_bound, piece.bound);
  const std::vector<BandPiece> open = below(refinement.pieces, limit), band = for_pictures(refinement.pieces);
  if (!open.empty()) explain(certificate, refinement, open, limit);
  if (interrupt) return {};
  for (const BandPiece& piece : band)
    certificate.at.push_back(std::exp(piece.low)), certificate.bound.push_back(piece.bound);
  certificate.at.push_back(range.max), certificate.at.front() = range.min;
  if (!grows) return certificate;
  for (const double t : refinement.anchors()) {
    const double l2 = std::exp(t);
    certificate.anchors.push_back(l2);
    const bool searched = std::any_of(known[0].begin(), known[0].end(), [&](const train::CertificateAnchor& a) {
      return std::abs(a.l2 - l2) < 1e-9 * l2;
    });
    certificate.added += !searched;
  }
  return certificate;
}

}  // namespace holdout::study
