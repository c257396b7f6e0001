#pragma once

#include <holdout/search/searchers.hpp>

namespace holdout::search {

struct RandomOptions {
  std::int64_t trials = 64;  // 1 … kMaxTrials
  void fields(FieldVisitor& f);
};

/// Independent draws: each listed value of a parameter and its range have equal chance. The draw of a parameter depends
/// on (seed, trial, its path) only: neither on other trials nor on which other parameters there are.
class Random final : public Searcher {
 public:
  static constexpr Info info{"random", "independent draws from the search space",
                             "Bergstra and Bengio, Random Search for Hyper-Parameter Optimization, JMLR 13, 2012"};
  using Options = RandomOptions;
  Random(const SearchSpace& space, Seed seed, const Options& options);

  std::vector<Request> ask(int at_most) override;
  void tell(std::span<const Evaluation>) override {}
  std::int64_t planned() const override { return trials_; }

 private:
  Configuration draw(std::int64_t trial) const;

  SearchSpace space_;
  std::vector<std::string> purposes_;  // one stream for each parameter
  Seed seed_;
  std::int64_t trials_, next_ = 0;
};

}  // namespace holdout::search
