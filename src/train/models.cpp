#include "models.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include <holdout/train/activation.hpp>
#include <holdout/train/trainer.hpp>

#include "models/linear.hpp"
#include "models/mlp.hpp"

namespace holdout::train {
namespace {

// The list: a kind of model is added here and nowhere else.
constexpr std::string_view kOfNumbers[] = {"squared", "absolute", "huber", "poisson", "pinball"};
constexpr std::string_view kOfOdds[] = {"logistic"};
constexpr std::string_view kOfMargins[] = {"hinge", "squared_hinge"};
constexpr std::string_view kOfClasses[] = {"softmax"};
constexpr std::string_view kOfAnything[] = {"squared", "logistic", "softmax"};
constexpr std::array<ModelKind, 5> kKinds{{
    {{"linear", "linear regression; ridge with l2, lasso with l1"}, Classes::none, kOfNumbers},
    {{"logistic", "logistic regression, two classes"}, Classes::two, kOfOdds},
    {{"softmax", "logistic regression for any number of classes, one weight vector each",
      "Bishop, PRML, 2006, § 4.3.4"},
     Classes::any,
     kOfClasses},
    {{"svm", "linear support vector machine, two classes", "Cortes and Vapnik, 1995"}, Classes::two, kOfMargins},
    {{"mlp", "multilayer perceptron, for numbers (squared loss), two classes (logistic) or more (softmax)",
      "Rumelhart, Hinton and Williams, Nature 323, 1986"},
     Classes::either,
     kOfAnything},
}};

constexpr auto kInfos = [] {
  std::array<Info, kKinds.size()> infos;
  for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = kKinds[i].info;
  return infos;
}();

std::size_t output_count(const ModelSettings& model, std::size_t classes) {
  return losses()[model.loss_for(classes)].classes == Classes::any ? classes : 1;
}

}  // namespace

std::span<const Info> ModelSettings::alternatives() const { return kInfos; }

std::span<const ModelKind> model_kinds() { return kKinds; }

const ModelKind& model_kind(std::string_view name) {
  for (const ModelKind& kind : kKinds)
    if (kind.info.name == name) return kind;
  assert(!"a model of the list");
  return kKinds[0];
}

bool ModelSettings::has_layers() const { return model_kinds()[type_].classes == Classes::either; }

std::size_t ModelSettings::loss_for(std::size_t classes) const {
  if (model_kinds()[type_].classes != Classes::either) return loss.loss();
  return find_loss(classes == 0 ? "squared" : classes == 2 ? "logistic" : "softmax");
}

template <class T>
std::unique_ptr<Model<T>> make_model(const ModelSettings& model, std::size_t features, std::size_t classes) {
  const std::size_t outputs = output_count(model, classes);
  if (!model.has_layers()) return std::make_unique<LinearModel<T>>(features, outputs);
  std::vector<std::size_t> sizes{features};
  for (const std::int64_t units : model.hidden_sizes()) sizes.push_back(static_cast<std::size_t>(units));
  sizes.push_back(outputs);
  return std::make_unique<Mlp<T>>(std::move(sizes), activation_index(model.activation));
}
template std::unique_ptr<Model<float>> make_model(const ModelSettings&, std::size_t, std::size_t);
template std::unique_ptr<Model<double>> make_model(const ModelSettings&, std::size_t, std::size_t);

bool is_convex(std::string_view model) { return model_kind(model).classes != Classes::either; }

Classes classes_of(std::string_view model) { return model_kind(model).classes; }

double automatic_rate(const Curvature& curvature, const ModelSettings& model, bool full_batch) {
  constexpr double kSafety = 1.02;  // power iteration comes from below
  const double bound = full_batch ? kSafety * curvature.largest_eigenvalue : curvature.largest_row;
  double ridge = model.ridge();
  for (const PenaltyGroup& group : model.l2_groups) ridge = std::max(ridge, group.l2);
  return 1 / (model.loss.info().curvature * bound + ridge);
}

}  // namespace holdout::train
