// The contract of every searcher: ask and tell.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/search/objective.hpp>

namespace holdout::search {

/// A part of a range of which a search knows no end.
struct OpenRange {
  std::size_t parameter = 0;  // index in the space
  double min = 0, max = 0;
  std::optional<double> promise = {};  // the least value (to be minimized) that may be there, where one can be told
  bool failed = false;                 // trainings there did not come to an end that could be used
  friend bool operator==(const OpenRange&, const OpenRange&) = default;
};

/// What a search that can tell knows of its own end.
struct Conclusion {
  bool settled = false;  // nothing that it asked, and nothing that it predicts, is better by the tolerance
  double tolerance = 0;  // relative, of the value
  int rounds = 0;        // of questions that were asked together
  std::int64_t evaluations = 0;
  std::string reason = {};  // of one that has not settled: what is missing, a clause
  std::vector<OpenRange> open = {};
  friend bool operator==(const Conclusion&, const Conclusion&) = default;
};

/// Proposes configurations and is told their outcome.
///
/// What it asks depends on its space, options, seed and on what it was told, in order; its randomness is
/// stream(seed, purpose, trial). So resuming is telling again, and neither threads nor time can matter.
class Searcher {
 public:
  virtual ~Searcher() = default;
  /// Up to `at_most` requests whose outcomes it does not need to know before asking more. None: nothing is left to ask.
  virtual std::vector<Request> ask(int at_most) = 0;
  /// The answers to what was asked, in the order of asking, whatever finished first.
  virtual void tell(std::span<const Evaluation> evaluations) = 0;
  /// How many trials it will ask for in all, where that is known beforehand; 0 where it is not.
  virtual std::int64_t planned() const = 0;
  /// What the user should know of this search before it begins: a sentence without a full stop, or nothing.
  virtual std::string notice() const { return {}; }
  /// What it wants to be previewed (Objective::preview) before it is asked again; previews are predictions: they depend
  /// on what was told, and on nothing else.
  virtual std::vector<Request> previews() { return {}; }
  /// Their values; not called where the objective knows none.
  virtual void tell_previews(std::span<const double> values) { (void)values; }
  /// When nothing is left to ask: whether the search found what it was to find. None where it cannot tell.
  virtual std::optional<Conclusion> conclusion() const { return {}; }
};

}  // namespace holdout::search
