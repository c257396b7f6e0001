#include <holdout/train/settings.hpp>

#include <algorithm>

#include <holdout/train/activation.hpp>

#include "models.hpp"

namespace holdout::train {
namespace {

constexpr NamedNumber<double> kRateWords[] = {{"auto", LearningRate::kAuto}};
constexpr NamedNumber<std::int64_t> kBatchWords[] = {{"batch", TrainingSettings::kFullBatch}, {"stochastic", 1}};
constexpr std::string_view kClassWeights[] = {"none", "balanced"};
constexpr std::int64_t kMaxStarts = 1000;  // each is a training
constexpr std::string_view kEach[] = {"model", "feature"};
constexpr std::string_view kPrecisions[] = {"float64", "float32"};
constexpr std::int64_t kMaxUnits = 1'000'000;  // of one layer: a slip of the pen is no request for terabytes
constexpr std::int64_t kMaxLayers = 100;       // without normalization, nothing is learned through more
constexpr double kMaxClassWeight = 1e12;       // more rows than that are in no file

std::span<const std::string_view> activation_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> all;
    for (const Info& info : activations()) all.push_back(info.name);
    return all;
  }();
  return words;
}

}  // namespace

ModelSettings::ModelSettings() : loss(model_kinds()[0].losses) {}

void ModelSettings::select(std::size_t alternative) {
  *this = ModelSettings();
  type_ = alternative;
  loss = LossChoice(model_kinds()[type_].losses);
}

void ModelSettings::fields(FieldVisitor& f) {
  const ModelKind& kind = model_kinds()[type_];
  if (kind.losses.size() > 1 && !has_layers())
    f({"loss", "what is minimized, besides penalties", Scope::cohort}, loss, ChoiceStyle{"name", true});
  const auto ridge = [this](FieldVisitor& g) {
    g({"value", "λ of the penalty (λ/2)‖w‖²; the intercept is never penalized", Scope::lane}, l2, at_least(0.0));
    g({"each", "feature: every feature has a λ of its own, of this value or range"}, l2_each, kEach);
    const auto add = [this](std::string_view key) { l2_groups.push_back({std::string(key), {}, 0, {}}); };
    g.keyed({"groups", "features whose weights have a λ of their own"}, add, [this](FieldVisitor& h) {
      for (PenaltyGroup& group : l2_groups) h({group.name, "a name for them"}, group, "l2");
    });
  };
  f.section({"l2", "λ of the penalty (λ/2)‖w‖², for all weights and for groups of them"}, ridge, "value");
  f({"l1", "λ of the penalty λ‖w‖₁, which puts weights to exactly 0", Scope::lane}, l1, at_least(0.0));
  f({"elastic_net", "both penalties in one strength; not beside l1 or l2"}, elastic_net);
  const auto weights = [this](FieldVisitor& g) {
    g({"mode", "balanced: classes count the same, however many rows they have", Scope::cohort}, class_weight,
      kClassWeights);
    const auto add = [this](std::string_view key) { class_weights.push_back({std::string(key)}); };
    g.keyed({"classes", "classes whose rows count more or less than those of the others"}, add,
            [this](FieldVisitor& h) {
              for (ClassWeight& c : class_weights)
                h({c.name, "how much each row of that class counts, against 1 of classes that are not named",
                   Scope::cohort},
                  c.weight, Range<double>{0, kMaxClassWeight, true});
            });
  };
  if (kind.classes != Classes::none)
    f.section({"class_weight", "how much rows count in the training loss, by their class; metrics count all the same"},
              weights, "mode");
  if (!has_layers()) return;
  const auto shape = [this](FieldVisitor& g) {
    g({"sizes", "units of each hidden layer, the first one next to the features", Scope::cohort}, hidden,
      between<std::int64_t>(1, kMaxUnits));
    g({"layers", "in the place of a list: so many hidden layers, all as wide", Scope::cohort}, layers,
      between<std::int64_t>(1, kMaxLayers));
    g({"units", "in the place of a list: units of each layer", Scope::cohort}, units,
      between<std::int64_t>(1, kMaxUnits));
  };
  f.section({"hidden", "hidden layers: a list of their units, or how many there are and how wide"}, shape, "sizes");
  f({"activation", "of hidden units", Scope::cohort}, activation, activation_words());
  f({"dropout", "share of the hidden units that every step leaves out, others for every row; 0: none", Scope::lane},
    dropout, half_open(0.0, 1.0));
}

std::vector<std::int64_t> ModelSettings::hidden_sizes() const {
  return hidden.empty() ? std::vector<std::int64_t>(static_cast<std::size_t>(layers), units) : hidden;
}

void PenaltyGroup::fields(FieldVisitor& f) {
  f({"columns", "names of features or columns, or how they begin: [age, \"blood_*\"]", Scope::fixed, true}, columns,
    std::span<const std::string_view>());
  f({"l2", "λ of their weights", Scope::lane, true}, l2, at_least(0.0));
}

Ridges ModelSettings::ridges(std::size_t features) const {
  if (l2_groups.empty()) return {ridge()};
  Ridges all(features + 1, ridge());
  for (const PenaltyGroup& group : l2_groups)
    for (const std::uint32_t feature : group.features)
      if (feature < features) all[feature] = group.l2;
  return all;
}

void ElasticNet::fields(FieldVisitor& f) {
  f({"lambda", "λ: l1 = λ · ratio, l2 = λ · (1 − ratio)", Scope::lane}, lambda, at_least(0.0));
  f({"ratio", "share of l1", Scope::lane}, ratio, between(0.0, 1.0));
}

void StopSettings::fields(FieldVisitor& f) {
  f({"gradient_norm", "stop when ‖∇J‖ has fallen to this share of its first value; 0: off", Scope::cohort},
    gradient_norm, half_open(0.0, 1.0));
  f({"patience", "stop after this many epochs without a better hold-out error, keep the best epoch; 0: off",
     Scope::cohort},
    patience, at_least<std::int64_t>(0));
}

void LearningRate::fields(FieldVisitor& f) {
  f({"start", "step size γ; auto: 1/L̂, safe for smooth convex models with gd, momentum, nesterov", Scope::lane}, start,
    above(0.0).or_word(kRateWords));
  f({"schedule", "how the step size changes over the epochs", Scope::lane}, schedule, ChoiceStyle{"name", true});
  f({"warmup", "epochs in which the step size rises to its start; the schedule begins after them", Scope::lane}, warmup,
    at_least(0.0));
}

double LearningRate::share(double epoch, double epochs, double step) const {
  if (epoch < warmup) return std::min(1.0, (epoch + step) / warmup);
  return schedule.share(epoch - warmup, std::max(epochs - warmup, step));
}

void TrainingSettings::fields(FieldVisitor& f) {
  f({"optimizer", "update rule", Scope::cohort}, optimizer, ChoiceStyle{"name", true});
  f({"learning_rate", "step size and its schedule"}, learning_rate, "start");
  f({"batch_size", "rows a step; batch: all rows, stochastic: one", Scope::cohort}, batch_size,
    at_least<std::int64_t>(1).or_word(kBatchWords));
  f({"epochs", "passes over the training rows", Scope::cohort}, epochs, between<std::int64_t>(1, 100'000'000));
  f({"clip_norm", "gradients longer than this are shortened to it before the step (all parameters together); 0: off",
     Scope::lane},
    clip_norm, at_least(0.0));
  f({"stop", "reasons to stop before the last epoch"}, stop);
  f({"average", "what the result is: the last parameters, or an average over steps", Scope::cohort}, average,
    ChoiceStyle{"name", true});
  f({"starts", "of an mlp: so many initializations; the one with the least training loss is kept", Scope::cohort},
    starts, between<std::int64_t>(1, kMaxStarts));
  f({"precision", "numbers of the training", Scope::cohort}, precision, kPrecisions);
}

}  // namespace holdout::train
