// Multilayer perceptron: a_0 = x, a_l = φ(W_l a_{l−1} + b_l) for every hidden layer, f = W_L a_{L−1} + b_L. Gradients
// by backpropagation: Rumelhart, Hinton and Williams, Nature 323, 1986.
#pragma once

#include <vector>

#include "models.hpp"

namespace holdout::train {

/// Parameters: W_1 … W_L, each [unit][input]; then b_1 … b_L.
template <class T>
class Mlp final : public Model<T> {
 public:
  /// @param sizes       units of every layer: features, hidden layers (at least one), outputs
  /// @param activation  its place in activations()
  Mlp(std::vector<std::size_t> sizes, std::size_t activation);
  std::size_t parameters() const override { return parameters_; }
  std::size_t penalized() const override { return penalized_; }
  std::size_t outputs() const override { return layers_.back().units; }
  std::size_t input_weights() const override { return layers_.front().inputs * layers_.front().units; }
  std::size_t tape() const override { return spare_ + widest_; }
  std::size_t hidden_units() const override { return spare_; }
  void scores(const Rows<T>& rows, const LaneTable<T>& theta, T* scores, Tape<T> tape) const override;
  void gradient(const Rows<T>& rows, const LaneTable<T>& theta, const T* slopes, Tape<T> tape, LaneTable<T>& gradient,
                bool first) const override;
  void tangent_scores(const Rows<T>& rows, const LaneTable<T>& theta, const Tangents& tangents, T* scores,
                      T* tape) const override;
  void tangent_gradient(const Rows<T>& rows, const LaneTable<T>& theta, const Tangents& tangents, const T* slopes,
                        T* tape, LaneTable<T>& gradient, bool first) const override;
  /// Uniform weights, wide as their layer's activation wants them; biases 0. By seed and shape alone.
  std::vector<double> start(Seed seed) const override;

 private:
  struct Layer {
    std::size_t inputs, units;
    std::size_t weights, biases;  // rows of theta
    std::size_t at;               // of its activations on the tape, in numbers a row
  };

  void first_scores(const Rows<T>& rows, const LaneTable<T>& theta, T* out) const;
  void first_gradient(const Rows<T>& rows, const T* slopes, LaneTable<T>& gradient, bool first) const;
  void bias_gradient(const Layer& layer, const T* slopes, std::size_t n, LaneTable<T>& gradient, bool first) const;
  void hidden_gradient(const Layer& layer, const T* slopes, const T* inputs, std::size_t n, LaneTable<T>& gradient,
                       bool first) const;

  std::vector<Layer> layers_;
  std::size_t activation_;
  std::size_t parameters_ = 0, penalized_ = 0;
  std::size_t spare_ = 0, widest_ = 0;  // behind the activations: room for the slopes of one hidden layer
};

template <>
void Mlp<double>::tangent_scores(const Rows<double>&, const LaneTable<double>&, const Tangents&, double*,
                                 double*) const;
template <>
void Mlp<double>::tangent_gradient(const Rows<double>&, const LaneTable<double>&, const Tangents&, const double*,
                                   double*, LaneTable<double>&, bool) const;
template <>
void Mlp<float>::tangent_scores(const Rows<float>&, const LaneTable<float>&, const Tangents&, float*, float*) const;
template <>
void Mlp<float>::tangent_gradient(const Rows<float>&, const LaneTable<float>&, const Tangents&, const float*, float*,
                                  LaneTable<float>&, bool) const;

}  // namespace holdout::train
