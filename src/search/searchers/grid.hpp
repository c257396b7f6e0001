#pragma once

#include <holdout/search/searchers.hpp>

#include "axis.hpp"

namespace holdout::search {

struct GridOptions {
  void fields(FieldVisitor&) {}  // what a grid needs to know stands beside the ranges: `points`, `step`
};

/// Every combination of the parameters' values, the last parameter changing fastest; a conditional parameter is crossed
/// only with the choice it belongs to. Nothing is made before it is asked for.
class Grid final : public Searcher {
 public:
  static constexpr Info info{"grid", "every combination of the listed values and grid points"};
  using Options = GridOptions;
  /// @throws Error if a range is continuous and says no `points`, or if there are more than kMaxTrials combinations
  Grid(const SearchSpace& space, Seed seed, const Options& options);
  /// Whether a space, all of whose ranges have finitely many values or say their `points`, is not too large for a grid.
  static bool holds(const SearchSpace& space);

  std::vector<Request> ask(int at_most) override;
  void tell(std::span<const Evaluation>) override {}
  std::int64_t planned() const override { return size_; }

 private:
  void start_from(std::size_t parameter);  // puts this and all later parameters at their first value
  bool advance();                          // to the next combination, if there is one

  SearchSpace space_;
  std::vector<Axis> axes_;
  std::int64_t size_;
  Configuration now_;  // the next one to hand out
  std::vector<Axis::Place> places_;
  bool done_ = false;
};

}  // namespace holdout::search
