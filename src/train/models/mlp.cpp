#include "models/mlp.hpp"

#include <algorithm>

#include <holdout/train/activation.hpp>

#include "dropout.hpp"

namespace holdout::train {

template <class T>
Mlp<T>::Mlp(std::vector<std::size_t> sizes, std::size_t activation) : activation_(activation) {
  for (std::size_t l = 1; l < sizes.size(); ++l) {
    layers_.push_back({sizes[l - 1], sizes[l], penalized_, 0, spare_});
    penalized_ += sizes[l - 1] * sizes[l];
    if (l + 1 == sizes.size()) break;  // outputs are no activations
    spare_ += sizes[l];
    widest_ = std::max(widest_, sizes[l]);
  }
  parameters_ = penalized_;
  for (Layer& layer : layers_) layer.biases = parameters_, parameters_ += layer.units;
}

template <class T>
void Mlp<T>::scores(const Rows<T>& rows, const LaneTable<T>& theta, T* scores, Tape<T> tape) const {
  const std::size_t stride = theta.stride(), n = rows.n;
  const T* inputs = nullptr;
  for (const Layer& layer : layers_) {
    T* const out = &layer == &layers_.back() ? scores : tape.numbers + layer.at * n * stride;
    if (inputs)
      product(ProductPass<T>{inputs, layer.inputs * stride, stride, theta.row(layer.weights), layer.inputs * stride,
                             stride, out, layer.units * stride, stride, theta.row(layer.biases), 0, stride, n,
                             layer.units, layer.inputs, stride});
    else
      first_scores(rows, theta, out);
    if (out != scores) {
      activate(activation_, ActivationPass<T>{out, nullptr, n * layer.units * stride, stride});
      if (tape.dropout) tape.dropout->apply(out, layer.at, layer.units);
    }
    inputs = out;
  }
}

// W x + b, of data.
template <class T>
void Mlp<T>::first_scores(const Rows<T>& rows, const LaneTable<T>& theta, T* out) const {
  const Layer& layer = layers_.front();
  const std::size_t stride = theta.stride();
  if (rows.start) {
    for (std::size_t u = 0; u < layer.units; ++u)
      score(ScorePass<T>{rows, theta.row(layer.weights + u * layer.inputs), theta.row(layer.biases + u),
                         out + u * stride, layer.units * stride, stride});
    return;
  }
  product(ProductPass<T>{nullptr, 0, 0, theta.row(layer.weights), layer.inputs * stride, stride, out,
                         layer.units * stride, stride, theta.row(layer.biases), 0, stride, rows.n, layer.units,
                         layer.inputs, stride, rows});
}

template <class T>
void Mlp<T>::gradient(const Rows<T>& rows, const LaneTable<T>& theta, const T* slopes, Tape<T> tape,
                      LaneTable<T>& gradient, bool first) const {
  const std::size_t stride = theta.stride(), n = rows.n;
  T* const spare = tape.numbers + spare_ * n * stride;
  for (std::size_t l = layers_.size() - 1; l > 0; --l) {
    const Layer& layer = layers_[l];
    T* const inputs = tape.numbers + layers_[l - 1].at * n * stride;
    hidden_gradient(layer, slopes, inputs, n, gradient, first);
    product(ProductPass<T>{slopes, layer.units * stride, stride, theta.row(layer.weights), stride,
                           layer.inputs * stride, spare, layer.inputs * stride, stride, nullptr, 0, 0, n, layer.inputs,
                           layer.units, stride});
    if (tape.dropout) {
      tape.dropout->apply(spare, layers_[l - 1].at, layer.inputs);
      tape.dropout->unscale(inputs, layer.inputs);
    }
    // Nobody needs these activations any more: the slopes take their place.
    activation_slopes(activation_, ActivationPass<T>{inputs, spare, n * layer.inputs * stride, stride});
    slopes = inputs;
  }
  first_gradient(rows, slopes, gradient, first);
}

// ∂/∂W += Σ_i slopes_i x_iᵀ, ∂/∂b += Σ_i slopes_i.
template <class T>
void Mlp<T>::first_gradient(const Rows<T>& rows, const T* slopes, LaneTable<T>& gradient, bool first) const {
  const Layer& layer = layers_.front();
  const std::size_t stride = gradient.stride();
  if (rows.start) {
    for (std::size_t u = 0; u < layer.units; ++u)
      train::gradient(GradientPass<T>{rows, slopes + u * stride, layer.units * stride,
                                      gradient.row(layer.weights + u * layer.inputs), gradient.row(layer.biases + u),
                                      stride, first});
    return;
  }
  T* const out = gradient.row(layer.weights);
  product(ProductPass<T>{nullptr, 0, 0, slopes, stride, layer.units * stride, out, stride, layer.inputs * stride,
                         first ? nullptr : out, stride, layer.inputs * stride, layer.inputs, layer.units, rows.n,
                         stride, rows, true});
  bias_gradient(layer, slopes, rows.n, gradient, first);
}

// The same with the activations of the layer before.
template <class T>
void Mlp<T>::hidden_gradient(const Layer& layer, const T* slopes, const T* inputs, std::size_t n,
                             LaneTable<T>& gradient, bool first) const {
  const std::size_t stride = gradient.stride();
  T* const out = gradient.row(layer.weights);
  product(ProductPass<T>{slopes, stride, layer.units * stride, inputs, stride, layer.inputs * stride, out,
                         layer.inputs * stride, stride, first ? nullptr : out, layer.inputs * stride, stride,
                         layer.units, layer.inputs, n, stride});
  bias_gradient(layer, slopes, n, gradient, first);
}

// Of rows without features only the bias is left.
template <class T>
void Mlp<T>::bias_gradient(const Layer& layer, const T* slopes, std::size_t n, LaneTable<T>& gradient,
                           bool first) const {
  const std::size_t stride = gradient.stride();
  for (std::size_t u = 0; u < layer.units; ++u)
    train::gradient(GradientPass<T>{Rows<T>{nullptr, 0, nullptr, n, 0}, slopes + u * stride, layer.units * stride,
                                    nullptr, gradient.row(layer.biases + u), stride, first});
}

template <class T>
std::vector<double> Mlp<T>::start(Seed seed) const {
  std::vector<double> theta(parameters_);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const double bound = start_bound(activation_, layer.inputs, layer.units);
    Stream draw = stream(seed, "weights", l);
    for (std::size_t i = 0; i < layer.inputs * layer.units; ++i)
      theta[layer.weights + i] = bound * (2 * draw.uniform() - 1);
  }
  return theta;
}

template class Mlp<float>;
template class Mlp<double>;

}  // namespace holdout::train
