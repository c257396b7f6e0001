// Settings of a training: which model, how it is trained. Lane fields differ between the lanes of a cohort, cohort
// fields shape the pass and are common to it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <holdout/base/settings.hpp>
#include <holdout/train/average.hpp>
#include <holdout/train/loss.hpp>
#include <holdout/train/optimizer.hpp>
#include <holdout/update/schedule.hpp>

namespace holdout::train {

/// `model.elastic_net:` both penalties in one strength, as glmnet has them.
struct ElasticNet {
  double lambda = 0;   // l1 = λ · ratio, l2 = λ · (1 − ratio)
  double ratio = 0.5;  // share of l1
  void fields(FieldVisitor& f);
};

/// `model.l2.groups.NAME:` features whose weights have a λ of their own.
struct PenaltyGroup {
  std::string name;
  std::vector<std::string> columns;  // names of features or of one-hot columns, or how such names begin, and *
  double l2 = 0;
  std::vector<std::uint32_t> features;  // whose they are: in no other group; known once the data are
  void fields(FieldVisitor& f);
};

/// `model.class_weight.classes.NAME:` how much each row of a class counts in the training loss.
struct ClassWeight {
  std::string name;
  double weight = 1;        // > 0, against 1 of the classes that are not named
  std::uint32_t place = 0;  // of the class among the dataset's; known once the data are
};

/// λ of (λ/2)‖w‖²: one for all weights; or one a feature, and a last one for weights behind hidden layers.
using Ridges = std::vector<double>;

/// `model:` its type, its shape, its loss and its penalties.
class ModelSettings final : public Choice {
 public:
  ModelSettings();
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override { return type_; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;
  std::string_view type() const { return alternatives()[type_].name; }

  /// λ of the whole penalty (λ/2)‖w‖², and of the whole penalty λ‖w‖₁.
  double ridge() const { return l2 + elastic_net.lambda * (1 - elastic_net.ratio); }
  double lasso() const { return l1 + elastic_net.lambda * elastic_net.ratio; }
  /// λ of all weights, groups and all. Without groups it is {ridge()}.
  Ridges ridges(std::size_t features) const;
  /// Whether it is made of layers; `hidden` and `activation` mean something only then.
  bool has_layers() const;
  /// Units of each hidden layer, the first one next to the features.
  std::vector<std::int64_t> hidden_sizes() const;
  /// Whether the rows of some classes count more than those of others.
  bool weighs_classes() const { return class_weight != "none" || !class_weights.empty(); }
  /// Place in losses() of what is minimized for a target of that many classes (0: numbers): `loss`, or, for types that
  /// are for numbers and for classes, the loss that the target asks for.
  std::size_t loss_for(std::size_t classes) const;

  double l2 = 0, l1 = 0;  // l2 is that of features without a group
  std::vector<PenaltyGroup> l2_groups;
  std::string l2_each = "model";  // or feature: each is to be a group, with the value or range of l2
  ElasticNet elastic_net;
  LossChoice loss;
  std::string class_weight = "none";        // or balanced: every class counts the same
  std::vector<ClassWeight> class_weights;   // instead: of those that are named
  std::vector<std::int64_t> hidden = {64};  // units of each hidden layer; empty: as `layers` and `units` say
  std::int64_t layers = 1, units = 64;      // so many layers of that width, where `hidden` is empty
  std::string activation = "relu";          // of hidden units
  double dropout = 0;                       // share of hidden units that a step leaves out

 private:
  std::size_t type_ = 0;
};

/// `training.stop:` each reason to end before the last epoch; 0 switches it off.
struct StopSettings {
  double gradient_norm = 0;   // ‖∇J‖ relative to its value at the start
  std::int64_t patience = 0;  // epochs without a better hold-out error; the best epoch's parameters are kept
  void fields(FieldVisitor& f);
};

/// `training.learning_rate:`
struct LearningRate {
  static constexpr double kAuto = 0;  // 1/L̂, see trainer.hpp
  double start = kAuto;
  update::ScheduleChoice schedule;
  double warmup = 0;  // epochs in which the step size rises to its start; the schedule begins after them
  void fields(FieldVisitor& f);

  /// Whether the step size changes at all.
  bool changes() const { return schedule.selected() != 0 || warmup > 0; }
  /// What `start` is multiplied by after `epoch` of `epochs` passes over the rows (a fraction inside a pass).
  /// @param step  one step as a share of an epoch: the first step of a warm-up is not of size 0
  double share(double epoch, double epochs, double step) const;
};

/// `training:`
struct TrainingSettings {
  static constexpr std::int64_t kFullBatch = 0;
  OptimizerChoice optimizer;
  LearningRate learning_rate;
  std::int64_t batch_size = 32;  // rows a step; kFullBatch: all
  std::int64_t epochs = 100;     // passes over the training rows
  double clip_norm = 0;          // largest ‖∇J‖ that a step uses: longer gradients are shortened to it; 0: off
  StopSettings stop;
  AverageChoice average;
  std::int64_t starts = 1;  // of models with layers: initializations, of which the one of least training loss is kept
  std::string precision = "float64";  // or float32
  bool in_float32() const { return precision == "float32"; }
  void fields(FieldVisitor& f);
};

}  // namespace holdout::train
