#include "models.hpp"

#include <array>
#include <cassert>

#include <holdout/train/trainer.hpp>

#include "models/linear.hpp"

namespace holdout::train {
namespace {

// The list: a kind of model is added here and nowhere else.
constexpr std::string_view kOfNumbers[] = {"squared", "absolute", "huber", "poisson"};
constexpr std::string_view kOfOdds[] = {"logistic"};
constexpr std::string_view kOfMargins[] = {"hinge", "squared_hinge"};
constexpr std::string_view kOfClasses[] = {"softmax"};
constexpr std::array<ModelKind, 4> kKinds{{
    {{"linear", "linear regression; ridge with l2, lasso with l1"}, Classes::none, kOfNumbers},
    {{"logistic", "logistic regression, two classes"}, Classes::two, kOfOdds},
    {{"softmax", "logistic regression for any number of classes, one weight vector each", "Bishop, PRML, 2006, § 4.3.4"},
     Classes::any,
     kOfClasses},
    {{"svm", "linear support vector machine, two classes", "Cortes and Vapnik, 1995"}, Classes::two, kOfMargins},
}};

constexpr auto kInfos = [] {
  std::array<Info, kKinds.size()> infos;
  for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = kKinds[i].info;
  return infos;
}();

std::size_t output_count(const ModelKind& kind, std::size_t classes) {
  return kind.classes == Classes::any ? classes : 1;
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

template <class T>
std::unique_ptr<Model<T>> make_model(const ModelKind& kind, std::size_t features, std::size_t classes) {
  return std::make_unique<LinearModel<T>>(features, output_count(kind, classes));
}
template std::unique_ptr<Model<float>> make_model(const ModelKind&, std::size_t, std::size_t);
template std::unique_ptr<Model<double>> make_model(const ModelKind&, std::size_t, std::size_t);

std::size_t parameter_count(const ModelKind& kind, std::size_t features, std::size_t classes) {
  return make_model<float>(kind, features, classes)->parameters();
}

Classes classes_of(std::string_view model) { return model_kind(model).classes; }

double automatic_rate(const Curvature& curvature, const ModelSettings& model, bool full_batch) {
  constexpr double kSafety = 1.02;  // power iteration comes from below
  const double bound = full_batch ? kSafety * curvature.largest_eigenvalue : curvature.largest_row;
  return 1 / (model.loss.info().curvature * bound + model.ridge());
}

}  // namespace holdout::train
