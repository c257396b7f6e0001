#pragma once

#include <memory>
#include <unordered_set>

#include <holdout/search/searchers.hpp>

#include "grid.hpp"

namespace holdout::search {

struct RandomOptions {
  std::int64_t trials = 64;  // 1 … kMaxTrials
  void fields(FieldVisitor& f);
};

/// Draws without repetition. Each listed value of a parameter and its range have equal chance, and the draw of a
/// parameter depends on (seed, trial, its path) only: neither on other trials nor on which other parameters there are.
/// A configuration that was drawn before tells nothing new and is drawn again, from the trial's next stream, while
/// there are others: a space of N configurations, N at most kMaxTrials, ends after N trials.
class Random final : public Searcher {
 public:
  static constexpr Info info{"random", "draws from the search space, each configuration once",
                             "Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, JMLR 13, 2012"};
  using Options = RandomOptions;
  Random(const SearchSpace& space, Seed seed, const Options& options);

  std::vector<Request> ask(int at_most) override;
  void tell(std::span<const Evaluation>) override {}
  std::int64_t planned() const override { return trials_; }
  std::string notice() const override;

 private:
  Configuration draw(std::int64_t trial, std::uint64_t attempt) const;
  bool keep(const Configuration& configuration);
  std::optional<Configuration> next_new(std::int64_t trial);

  SearchSpace space_;
  std::vector<std::string> purposes_;  // one stream for each parameter
  Seed seed_;
  std::int64_t trials_, next_ = 0;
  bool fewer_ = false;                       // the space has fewer configurations than trials were asked for
  std::unique_ptr<Grid> all_;                // every configuration, where they are few enough to be counted
  std::unordered_set<std::uint64_t> drawn_;  // hashes of those that can occur again: without a continuous value
};

}  // namespace holdout::search
