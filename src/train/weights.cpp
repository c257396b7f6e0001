#include "weights.hpp"

namespace holdout::train {

template <class T>
AlignedVector<T> row_weights(const Part<T>& part, std::size_t classes, std::string_view class_weight) {
  if (class_weight != "balanced") return {};
  std::vector<double> count(classes);
  for (const double c : part.target) ++count[static_cast<std::size_t>(c)];
  AlignedVector<T> weights;
  for (const double c : part.target)
    weights.push_back(static_cast<T>(static_cast<double>(part.n) /
                                     (static_cast<double>(classes) * count[static_cast<std::size_t>(c)])));
  return weights;
}

template AlignedVector<float> row_weights(const Part<float>&, std::size_t, std::string_view);
template AlignedVector<double> row_weights(const Part<double>&, std::size_t, std::string_view);

}  // namespace holdout::train
