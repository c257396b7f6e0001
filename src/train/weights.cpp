#include "weights.hpp"

#include "curvature.hpp"

namespace holdout::train {
namespace {

// What the rows of each class are multiplied by.
// @param count  [class] sum of the weights of its rows
std::vector<double> class_factors(const ModelSettings& model, std::size_t rows, const std::vector<double>& count) {
  const double n = static_cast<double>(rows), classes = static_cast<double>(count.size());
  std::vector<double> factors;
  if (model.class_weights.empty()) {
    for (const double c : count) factors.push_back(n / (classes * c));
    return factors;
  }
  factors.assign(count.size(), 1);
  for (const ClassWeight& named : model.class_weights) factors[named.place] = named.weight;
  double sum = 0;
  for (std::size_t k = 0; k < count.size(); ++k) sum += factors[k] * count[k];
  for (double& factor : factors) factor *= n / sum;
  return factors;
}

}  // namespace

template <class T>
AlignedVector<T> row_weights(const Part<T>& part, std::size_t classes, const ModelSettings& model) {
  if (!model.weighs_classes()) return own_weights(part);
  const auto own = [&](std::size_t i) { return part.weights.empty() ? 1 : part.weights[i]; };
  const auto class_of = [&](std::size_t i) { return static_cast<std::size_t>(part.target[i]); };
  std::vector<double> count(classes);
  for (std::size_t i = 0; i < part.n; ++i) count[class_of(i)] += own(i);
  const std::vector<double> factors = class_factors(model, part.n, count);
  AlignedVector<T> weights;
  for (std::size_t i = 0; i < part.n; ++i) weights.push_back(static_cast<T>(own(i) * factors[class_of(i)]));
  return weights;
}

template <class T>
Curvature curvature_of(const Design<T>& design, const ModelSettings& model) {
  if (!model.weighs_classes()) return design.curvature ? *design.curvature : measure_curvature(design);
  const AlignedVector<T> weights = row_weights(design.train, design.classes, model);
  return measure_curvature(design.train, design.features, std::vector<double>(weights.begin(), weights.end()));
}

template Curvature curvature_of(const Design<float>&, const ModelSettings&);
template Curvature curvature_of(const Design<double>&, const ModelSettings&);
template AlignedVector<float> row_weights(const Part<float>&, std::size_t, const ModelSettings&);
template AlignedVector<double> row_weights(const Part<double>&, std::size_t, const ModelSettings&);

}  // namespace holdout::train
