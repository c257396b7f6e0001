// `objective.metric` as a study says it: a name, with the settings that the metric has.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/settings.hpp>
#include <holdout/train/metric.hpp>

namespace holdout::train {

/// One of metrics(), or `auto`: log_loss or mse, by the model's task. Classes are named by their text in the data, and
/// found when these are read.
class MetricChoice final : public Choice {
 public:
  MetricChoice();
  std::span<const Info> alternatives() const override { return infos_; }
  std::size_t selected() const override { return selected_; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;

  /// Whether select() was called: also where it chose `auto`.
  bool is_named() const { return named_; }
  /// The metric with its settings; null: auto.
  const Metric* metric() const { return selected_ == 0 ? nullptr : &metric_; }
  /// Has the metric choose the threshold of two classes: where it is best on the rows that it measures.
  /// The metric must be one of decisions.
  void tune_threshold() { metric_.options.tune_threshold = true; }
  /// Finds the classes that the settings name.
  /// @param classes  of the target, in their order
  /// @return a message with its path below objective.metric if one is not there
  std::optional<Message> find_classes(std::span<const std::string> classes);
  /// Whether decisions cost the same, in whatever order and however completely that is written.
  bool has_costs_of(const MetricChoice& other) const;

 private:
  struct Cost {
    std::string decided;
    double value;
  };
  struct Costs {
    std::string real;
    std::vector<Cost> of;
  };

  std::vector<Info> infos_;
  std::size_t selected_ = 0;
  bool named_ = false;
  Metric metric_;
  std::vector<Costs> costs_;
};

}  // namespace holdout::train
