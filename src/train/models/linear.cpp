#include "models/linear.hpp"

namespace holdout::train {

template <class T>
void LinearModel<T>::scores(const Rows<T>& rows, const LaneTable<T>& theta, T* scores, Tape<T>) const {
  const std::size_t stride = theta.stride();
  for (std::size_t k = 0; k < outputs_; ++k)
    score(ScorePass<T>{rows, theta.row(k * features_), theta.row(penalized() + k), scores + k * stride,
                       outputs_ * stride, stride});
}

template <class T>
void LinearModel<T>::gradient(const Rows<T>& rows, const LaneTable<T>&, const T* slopes, Tape<T>,
                              LaneTable<T>& gradient, bool first) const {
  const std::size_t stride = gradient.stride();
  for (std::size_t k = 0; k < outputs_; ++k)
    train::gradient(GradientPass<T>{rows, slopes + k * stride, outputs_ * stride, gradient.row(k * features_),
                                    gradient.row(penalized() + k), stride, first, false, gradient.lanes()});
}

template class LinearModel<float>;
template class LinearModel<double>;

}  // namespace holdout::train
