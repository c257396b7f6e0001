#include "eigen_mlp.hpp"

#include <Eigen/Core>
#include <algorithm>

namespace holdout::bench {
namespace {

using Eigen::Index;
template <class T>
using Table = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Column = Eigen::Matrix<T, Eigen::Dynamic, 1>;

Index index(std::size_t i) { return static_cast<Index>(i); }

template <class T>
class Perceptron {
 public:
  Perceptron(const MlpTask<T>& task, double l2, double rate)
      : task_(task), l2_(static_cast<T>(l2)), rate_(static_cast<T>(rate)), layers_(task.sizes.size() - 1) {
    std::size_t weights = 0;
    for (std::size_t l = 0; l < layers_; ++l) weights += task.sizes[l] * task.sizes[l + 1];
    weights_ = index(weights);
    theta_ = Eigen::Map<const Column<double>>(task.start.data(), index(task.start.size())).template cast<T>();
    for (Column<T>* v : {&gradient_, &mean_, &square_}) v->setZero(theta_.size());
    for (const std::size_t size : task.sizes) outputs_.emplace_back(index(task.batch), index(size));
    slopes_ = outputs_;
  }

  std::vector<double> run() {
    for (const std::vector<std::uint32_t>& order : task_.orders)
      for (std::size_t first = 0; first < order.size(); first += task_.batch)
        step(order.data() + first, index(std::min(task_.batch, order.size() - first)));
    return {theta_.begin(), theta_.end()};
  }

 private:
  Eigen::Map<Table<T>> weights(Column<T>& of, std::size_t layer) const {
    Index at = 0;
    for (std::size_t l = 0; l < layer; ++l) at += index(task_.sizes[l] * task_.sizes[l + 1]);
    return {of.data() + at, index(task_.sizes[layer + 1]), index(task_.sizes[layer])};
  }
  Eigen::Map<Column<T>> biases(Column<T>& of, std::size_t layer) const {
    Index at = weights_;
    for (std::size_t l = 0; l < layer; ++l) at += index(task_.sizes[l + 1]);
    return {of.data() + at, index(task_.sizes[layer + 1])};
  }

  void step(const std::uint32_t* rows, Index n) {
    for (Index i = 0; i < n; ++i)
      outputs_[0].row(i) = Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>(task_.x + rows[i] * task_.sizes[0],
                                                                                 index(task_.sizes[0]));
    for (std::size_t l = 0; l < layers_; ++l) {
      auto out = outputs_[l + 1].topRows(n);
      out.noalias() = outputs_[l].topRows(n) * weights(theta_, l).transpose();
      out.rowwise() += biases(theta_, l).transpose();
      if (l + 1 < layers_) out = out.cwiseMax(T(0));
    }
    // Softmax: e^f / Σ e^f − [k = y], over the rows of the batch.
    auto scores = outputs_[layers_].topRows(n), slope = slopes_[layers_].topRows(n);
    const Column<T> most = scores.rowwise().maxCoeff();
    slope = (scores.colwise() - most).array().exp().matrix();
    const Column<T> sums = slope.rowwise().sum();
    slope.array().colwise() /= sums.array() * T(n);
    for (Index i = 0; i < n; ++i) slope(i, static_cast<Index>(task_.y[rows[i]])) -= T(1) / T(n);
    for (std::size_t l = layers_; l-- > 0;) {
      const auto above = slopes_[l + 1].topRows(n);
      weights(gradient_, l).noalias() = above.transpose() * outputs_[l].topRows(n);
      biases(gradient_, l) = above.colwise().sum().transpose();
      if (l == 0) break;
      auto below = slopes_[l].topRows(n);
      below.noalias() = above * weights(theta_, l);
      below.array() *= (outputs_[l].topRows(n).array() > T(0)).template cast<T>();
    }
    gradient_.head(weights_) += l2_ * theta_.head(weights_);
    const auto g = gradient_.array();
    mean_.array() = T(0.9) * mean_.array() + T(1 - 0.9) * g;
    square_.array() = T(0.999) * square_.array() + T(1 - 0.999) * g.square();
    theta_.array() -= rate_ * mean_.array() / (square_.array() + T(1e-8)).sqrt();
  }

  const MlpTask<T>& task_;
  T l2_, rate_;
  std::size_t layers_;
  Index weights_ = 0;
  Column<T> theta_, gradient_, mean_, square_;
  std::vector<Table<T>> outputs_, slopes_;  // [layer][row][unit]; the first are the batch's features
};

}  // namespace

template <class T>
std::vector<double> train_mlp_in_eigen(const MlpTask<T>& task, double l2, double rate) {
  return Perceptron<T>(task, l2, rate).run();
}

template std::vector<double> train_mlp_in_eigen(const MlpTask<float>&, double, double);
template std::vector<double> train_mlp_in_eigen(const MlpTask<double>&, double, double);

}  // namespace holdout::bench
