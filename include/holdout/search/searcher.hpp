// The contract of every searcher: ask and tell.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <holdout/search/objective.hpp>

namespace holdout::search {

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
};

}  // namespace holdout::search
