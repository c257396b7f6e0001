#pragma once

#include <memory>

#include <holdout/search/searchers.hpp>
#include <holdout/update/rules.hpp>

#include "gradient/cells.hpp"
#include "gradient/descent.hpp"

namespace holdout::search {

/// `search.optimizer:` the search's own method, or an update rule in its lecture form.
class DescentChoice final : public Choice {
 public:
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override { return rule_ ? rule_->selected() + 1 : 0; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;
  /// Null: the safeguarded Newton method.
  const update::RuleChoice* rule() const { return rule_ ? &*rule_ : nullptr; }

 private:
  std::optional<update::RuleChoice> rule_;
};

struct GradientOptions {
  static constexpr double kAuto = 0;
  DescentChoice optimizer;
  double learning_rate = kAuto;        // of the update rule
  std::int64_t starts = 3;             // of the update rule
  std::string hypergradient = "auto";  // how evaluations come by their derivatives
  std::int64_t seeds = 0;              // 0: as many as suit the range
  std::int64_t evaluations = 64;       // in each combination of the other parameters, besides the last, full ones
  std::int64_t combinations = 32;      // of the other parameters' values
  double tolerance = 1e-8;
  static constexpr double kNoCertificate = 0;
  double certify = kNoCertificate;  // relative, of the best value: what the step after the search is to prove
  double box = 10;                  // many λ: each within this factor of the best single one
  bool guard = true;
  void fields(FieldVisitor& f);
};

/// Searches the hold-out error by its derivatives in the continuous parameters, in every combination of the others side
/// by side: one λ at the minimum of J in cohorts (CohortSearch), everything else by descents (LineSearch, BoxSearch,
/// TiedSearch, RuleSearch). What may be best is evaluated in full at the end; only that can win. If it turns out worse
/// than the best point seen on the way, that one is evaluated too.
class Gradient final : public Searcher {
 public:
  static constexpr Info info{"gradient",
                             "descends on the hold-out error by its exact gradient in λ and other continuous settings",
                             "Pedregosa, Hyperparameter optimization with approximate gradient, ICML 2016"};
  using Options = GradientOptions;
  Gradient(const SearchSpace& space, Seed seed, const Options& options);

  std::vector<Request> previews() override;
  void tell_previews(std::span<const double> values) override;
  std::vector<Request> ask(int at_most) override;
  void tell(std::span<const Evaluation> evaluations) override;
  std::int64_t planned() const override { return 0; }
  std::optional<Conclusion> conclusion() const override;

 private:
  struct Descender {
    Cell cell;
    std::vector<double> scales;
    std::unique_ptr<Descent> descent;
    std::vector<int> trials;  // [probe]
  };
  struct Asked {
    Request request;
    std::size_t descender;
    Probe probe;
  };
  /// A point and what is known of its value.
  struct Spot {
    std::size_t descender;
    std::vector<double> at;
    double value = 0, error = 0;
    bool solved = false, certain = false;
  };
  std::unique_ptr<Descent> descent_for(const Cell& cell) const;
  void next_round();
  void ask_in_full();
  void add(std::size_t descender, Probe probe);
  Request request_of(const Descender& descender, const Probe& probe) const;
  Sight sight_of(const Asked& asked, const Evaluation& evaluation) const;
  void note(const Asked& asked, const Sight& sight);
  static bool is_near(const Spot& a, const Spot& b);
  double noise(const Spot& spot) const;
  std::vector<OpenRange> open_ranges(const Descender& descender, const std::vector<OpenPart>& parts) const;

  SearchSpace space_;
  Options options_;
  std::vector<Descender> descenders_;
  std::vector<Asked> round_;
  std::vector<Evaluation> told_;        // of the round
  std::vector<std::size_t> previewed_;  // [descender]: how many previews it wanted last
  std::size_t handed_out_ = 0;
  std::optional<Spot> best_seen_, best_full_;  // of exact evaluations; of those as far as the study says
  std::optional<double> bound_;                // what the best value of all surely is
  int full_rounds_ = 0;
  bool descending_ = true;
};

}  // namespace holdout::search
