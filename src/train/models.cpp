#include "models.hpp"

#include <array>
#include <cassert>

#include <holdout/train/trainer.hpp>

#include "models/linear.hpp"

namespace holdout::train {
namespace {

// The list: a kind of model is added here and nowhere else.
constexpr std::array<ModelKind, 3> kKinds{{
    {{"linear", "linear regression with squared loss; ridge with l2"}, LossKind::squared, Classes::none, 1.0},
    {{"logistic", "logistic regression, two classes"}, LossKind::logistic, Classes::two, 0.25},
    {{"softmax", "logistic regression for any number of classes, one weight vector each", "Bishop, PRML, 2006, § 4.3.4"},
     LossKind::softmax, Classes::any, 0.5},
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

double automatic_rate(const Curvature& curvature, std::string_view model, bool full_batch, double l2) {
  constexpr double kSafety = 1.02;  // power iteration comes from below
  const double bound = full_batch ? kSafety * curvature.largest_eigenvalue : curvature.largest_row;
  return 1 / (model_kind(model).curvature * bound + l2);
}

}  // namespace holdout::train
