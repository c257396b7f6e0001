// Perceptrons with tangents: the first layer is linear in its weights, every other product has two factors that move.
#include <cassert>

#include "models/mlp.hpp"
#include "tangents.hpp"

namespace holdout::train {
namespace {

// The pass in values, and for every tangent (a b)˙ = a ḃ + ȧ b. In `from` the tangent stands where its value does.
void product_rule(ProductPass<double> pass, const Tangents& tangents) {
  pass.stride = tangents.lanes;
  for (std::size_t h = 0; h <= tangents.count; ++h) {
    const std::size_t gap = h * tangents.lanes;
    ProductPass<double> first = pass;
    first.b += gap, first.out += gap;
    if (first.from) first.from += gap;
    product(first);
    if (h == 0) continue;
    ProductPass<double> second = pass;
    second.a += gap, second.out += gap;
    second.from = second.out, second.from_row = second.out_row, second.from_column = second.out_column;
    product(second);
  }
}

}  // namespace

template <>
void Mlp<double>::tangent_scores(const Rows<double>& rows, const LaneTable<double>& theta, const Tangents& tangents,
                                 double* scores, double* tape) const {
  const std::size_t stride = theta.stride(), n = rows.n;
  const double* inputs = nullptr;
  for (const Layer& layer : layers_) {
    double* const out = &layer == &layers_.back() ? scores : tape + layer.at * n * stride;
    if (inputs) {
      product_rule(
          {inputs, layer.inputs * stride, stride, theta.row(layer.weights), layer.inputs * stride, stride, out,
           layer.units * stride, stride, theta.row(layer.biases), 0, stride, n, layer.units, layer.inputs, stride},
          tangents);
    } else {
      first_scores(rows, theta, out);
    }
    if (out != scores)
      activate(activation_, ActivationPass<double>{out, nullptr, n * layer.units * stride, stride}, tangents);
    inputs = out;
  }
}

template <>
void Mlp<double>::tangent_gradient(const Rows<double>& rows, const LaneTable<double>& theta, const Tangents& tangents,
                                   const double* slopes, double* tape, LaneTable<double>& gradient, bool first) const {
  const std::size_t stride = theta.stride(), n = rows.n;
  double* const spare = tape + spare_ * n * stride;
  for (std::size_t l = layers_.size() - 1; l > 0; --l) {
    const Layer& layer = layers_[l];
    double* const inputs = tape + layers_[l - 1].at * n * stride;
    double* const out = gradient.row(layer.weights);
    product_rule(
        {slopes, stride, layer.units * stride, inputs, stride, layer.inputs * stride, out, layer.inputs * stride,
         stride, first ? nullptr : out, layer.inputs * stride, stride, layer.units, layer.inputs, n, stride},
        tangents);
    bias_gradient(layer, slopes, n, gradient, first);
    product_rule({slopes, layer.units * stride, stride, theta.row(layer.weights), stride, layer.inputs * stride, spare,
                  layer.inputs * stride, stride, nullptr, 0, 0, n, layer.inputs, layer.units, stride},
                 tangents);
    activation_slopes(activation_, ActivationPass<double>{inputs, spare, n * layer.inputs * stride, stride}, tangents);
    slopes = inputs;
  }
  first_gradient(rows, slopes, gradient, first);
}

template <>
void Mlp<float>::tangent_scores(const Rows<float>&, const LaneTable<float>&, const Tangents&, float*, float*) const {
  assert(!"tangents are in double");
}

template <>
void Mlp<float>::tangent_gradient(const Rows<float>&, const LaneTable<float>&, const Tangents&, const float*, float*,
                                  LaneTable<float>&, bool) const {
  assert(!"tangents are in double");
}

}  // namespace holdout::train
