// A study as plain values: what a study file says once it is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/data/settings.hpp>
#include <holdout/search/searchers.hpp>
#include <holdout/train/metric_choice.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::study {

/// `objective:`
struct ObjectiveSettings {
  train::MetricChoice metric;
  std::string direction;  // minimize or maximize; empty: the metric's own. Saying the wrong one is an error.
  static constexpr std::int64_t kOff = 0;
  std::int64_t bias_correction = 500;  // bootstrap samples (choice_bias.hpp)
  std::string threshold = "even";      // two classes: even (score 0, probability ½), or tuned on the hold-out rows
  void fields(FieldVisitor& f);
};

/// `search:` the method, and what all methods have in common.
class SearchSettings final : public Choice {
 public:
  static constexpr std::int64_t kAuto = 0;
  std::span<const Info> alternatives() const override { return method.alternatives(); }
  std::size_t selected() const override { return method.selected(); }
  void select(std::size_t alternative) override { method.select(alternative); }
  void fields(FieldVisitor& f) override;

  search::SearcherChoice method = search::searchers();
  std::int64_t batch = kAuto;  // configurations asked for before any is told
};

/// `report:`
struct ReportSettings {
  std::vector<std::string> formats = {"json", "markdown", "html", "csv"};
  void fields(FieldVisitor& f);
};

/// A setting written inside one alternative of a searched choice: `optimizer: {values: [{name: adam, beta1: 0.8}]}`.
struct Constant {
  std::string path;
  Value value;
  search::Condition condition;
};

/// The file's content. Values that are searched stand at their defaults in the sections, and in `space`.
struct Study {
  std::string name = "study";
  std::int64_t seed = 0;
  Seed root() const { return Seed{static_cast<std::uint64_t>(seed)}; }  // of all randomness
  data::DataSettings data;
  train::LaneConfig config;  // `model:` and `training:`
  ObjectiveSettings objective;
  SearchSettings search;
  ReportSettings report;
  search::SearchSpace space;
  std::vector<Constant> constants;

  void fields(FieldVisitor& f);  // all sections; `space` and `constants` come from the ranges the reader finds
};

/// The objective's metric; mse or log_loss, by the model's task, where the study names none.
const train::Metric& metric_of(const Study& study);

/// Model and training settings with one configuration's values in place.
train::LaneConfig apply(const Study& study, const search::Configuration& configuration);

/// The values of all settings of a scope, by path, as text: what a cohort has in common (Scope::cohort).
std::string values_of(const train::LaneConfig& config, Scope scope);

/// The study as YAML that runs, in normal form: sections and keys in the order of `fields`, defaults left out. With a
/// configuration, its values stand in place of the ranges, and the search is a grid of that one point.
/// @param folder  relative file names are resolved against it; empty: they stay as they are
std::string to_yaml(const Study& study, const search::Configuration* configuration = nullptr,
                    const std::string& folder = {});

}  // namespace holdout::study
