#include <holdout/study/study.hpp>

#include "lane_config.hpp"

namespace holdout::study {
namespace {

constexpr std::string_view kDirections[] = {"minimize", "maximize"};
constexpr std::string_view kThresholds[] = {"even", "tuned"};
constexpr std::string_view kFormats[] = {"json", "markdown", "html", "csv"};
constexpr NamedNumber<std::int64_t> kOffWords[] = {{"off", ObjectiveSettings::kOff}};
constexpr NamedNumber<std::int64_t> kBatchWords[] = {{"auto", SearchSettings::kAuto}};

}  // namespace

void ObjectiveSettings::fields(FieldVisitor& f) {
  f({"metric", "hold-out error that is searched for its best"}, metric, ChoiceStyle{"name", true});
  f({"direction", "minimize or maximize; every metric knows its own"}, direction, kDirections);
  f({"bias_correction",
     "bootstrap samples of the hold-out rows, which tell how much too good the best value is for "
     "having been chosen; off: none"},
    bias_correction, between<std::int64_t>(100, 10'000).or_word(kOffWords));
  f({"threshold",
     "two classes: even decides for the positive one where its probability is above ½ (its score above 0), tuned where "
     "the metric is best on the hold-out rows"},
    threshold, kThresholds);
}

void SearchSettings::fields(FieldVisitor& f) {
  method.fields(f);
  f({"batch", "configurations asked for before any is told"}, batch,
    between<std::int64_t>(1, search::kMaxTrials).or_word(kBatchWords));
}

void ReportSettings::fields(FieldVisitor& f) { f({"formats", "what the report is written as"}, formats, kFormats); }

void lane_fields(train::LaneConfig& config, FieldVisitor& f) {
  f({"model", "what is trained, and its penalties"}, config.model, ChoiceStyle{"type"});
  f({"training", "how it is trained"}, config.training);
}

void configured_fields(train::LaneConfig& config, FieldVisitor& f) {
  data::FeatureSettings features;
  features.polynomial = config.polynomial;
  std::string standardize(data::kStandardize[static_cast<std::size_t>(config.standardize)]);
  std::string target(data::kTargetTransforms[static_cast<std::size_t>(config.target)]);
  const auto data = [&](FieldVisitor& g) {
    g({"features", ""}, features);
    data::standardize_field(g, standardize);
    data::target_transform_field(g, target);
  };
  f.section({"data", ""}, data, {});
  config.polynomial = features.polynomial;
  config.standardize = data::standardize_of(standardize, false);
  config.target = data::target_kind_of(target);
  lane_fields(config, f);
}

void Study::fields(FieldVisitor& f) {
  f({"name", "name of the study"}, name, {});
  f({"seed", "root of all randomness"}, seed, at_least<std::int64_t>(0));
  f({"data", "rows to learn from"}, data);
  lane_fields(config, f);
  f({"objective", "what the search is for"}, objective);
  f({"search", "how configurations are found"}, search, ChoiceStyle{"method"});
  f({"report", "what is written at the end"}, report);
}

const train::Metric& metric_of(const Study& study) {
  if (const train::Metric* named = study.objective.metric.metric()) return *named;
  const bool regression = train::classes_of(study.config.model.type()) == train::Classes::none;
  return *train::find_metric(regression ? "mse" : "log_loss");
}

}  // namespace holdout::study
