// A study of a function instead of data: `model: {type: function, …}`. It has no hold-out error to search for, so it is
// traced, not run: each configuration of its ranges is one path of an update rule.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <holdout/study/reader.hpp>
#include <holdout/update/landscapes.hpp>

namespace holdout::study {

/// `model:` which function, and where the paths begin.
class FunctionModel final : public Choice {
 public:
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override { return 0; }
  void select(std::size_t) override { *this = FunctionModel(); }
  void fields(FieldVisitor& f) override;
  const update::Landscape& landscape() const;

  std::string name = "bowl";             // of update::landscapes()
  std::array<double, 2> start{-1.5, 2};  // [-1.5, 2] in a file; its numbers are model.start.0 and model.start.1
};

/// `training:` of a function: an epoch is one step.
struct FunctionTraining {
  update::RuleChoice optimizer;
  train::LearningRate learning_rate;  // not auto
  std::int64_t epochs = 100;
  double noise = 0;  // standard deviation of what is added to each partial derivative
  void fields(FieldVisitor& f);
};

struct FunctionStudy {
  std::string name = "study";
  std::int64_t seed = 0;
  FunctionModel model;
  FunctionTraining training;
  search::SearchSpace space;
  std::vector<Constant> constants;

  void fields(FieldVisitor& f);
};

/// The study with one configuration's values in place.
FunctionStudy apply(const FunctionStudy& study, const search::Configuration& configuration);

/// What `holdout trace` reads: a study of either kind.
/// @param overrides  as for read_study
/// @throws Error with all that is wrong, at most 20 messages
std::variant<StudyFile, FunctionStudy> read_traced_study(const std::string& file,
                                                         std::span<const std::string> overrides = {});

}  // namespace holdout::study
