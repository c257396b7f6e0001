#include "weights.hpp"

#include "curvature.hpp"

namespace holdout::train {

template <class T>
AlignedVector<T> row_weights(const Part<T>& part, std::size_t classes, std::string_view class_weight) {
  if (class_weight != "balanced") return AlignedVector<T>(part.weights.begin(), part.weights.end());
  const auto own = [&](std::size_t i) { return part.weights.empty() ? 1 : part.weights[i]; };
  const auto class_of = [&](std::size_t i) { return static_cast<std::size_t>(part.target[i]); };
  std::vector<double> count(classes);
  for (std::size_t i = 0; i < part.n; ++i) count[class_of(i)] += own(i);
  AlignedVector<T> weights;
  for (std::size_t i = 0; i < part.n; ++i)
    weights.push_back(
        static_cast<T>(own(i) * (static_cast<double>(part.n) / (static_cast<double>(classes) * count[class_of(i)]))));
  return weights;
}

template <class T>
Curvature curvature_of(const Design<T>& design, const ModelSettings& model) {
  if (model.class_weight == "none") return design.curvature ? *design.curvature : measure_curvature(design);
  const AlignedVector<T> weights = row_weights(design.train, design.classes, model.class_weight);
  return measure_curvature(design.train, design.features, std::vector<double>(weights.begin(), weights.end()));
}

template Curvature curvature_of(const Design<float>&, const ModelSettings&);
template Curvature curvature_of(const Design<double>&, const ModelSettings&);
template AlignedVector<float> row_weights(const Part<float>&, std::size_t, std::string_view);
template AlignedVector<double> row_weights(const Part<double>&, std::size_t, std::string_view);

}  // namespace holdout::train
