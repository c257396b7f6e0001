#include "eigen_training.hpp"

#include <Eigen/Core>
#include <algorithm>

namespace holdout::bench {
namespace {

template <class T>
using Table = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Column = Eigen::Matrix<T, Eigen::Dynamic, 1>;

template <class T>
class Training {
 public:
  Training(const EigenTask<T>& task, double l2, double rate)
      : task_(task), l2_(static_cast<T>(l2)), rate_(static_cast<T>(rate)) {
    const auto d = static_cast<Eigen::Index>(task.features), most = static_cast<Eigen::Index>(task.batch);
    for (Column<T>* v : {&theta_, &gradient_, &mean_, &square_}) v->setZero(d + 1);
    batch_.resize(most, d);
    y_.resize(most);
  }

  EigenResult run() {
    EigenResult out;
    for (const std::vector<std::uint32_t>& order : task_.orders) {
      double sum = 0;
      std::size_t batches = 0;
      for (std::size_t first = 0; first < order.size(); first += task_.batch, ++batches)
        sum += step(order.data() + first, std::min(task_.batch, order.size() - first), order.size() - first);
      out.train_loss.push_back(sum / static_cast<double>(batches));
      out.holdout.push_back(holdout_loss());
    }
    out.theta.assign(theta_.begin(), theta_.end());
    return out;
  }

 private:
  // Rows are gathered, then multiplied as a dense batch: as fast as dot products row by row, or faster. Rows in random
  // order are beyond what the CPU guesses; asking for them ahead makes the whole training a quarter faster.
  // @param rows  of this batch, and of `known` rows in all with those after it
  double step(const std::uint32_t* rows, std::size_t n, std::size_t known) {
    constexpr std::size_t kAhead = 8;
    const auto d = static_cast<Eigen::Index>(task_.features), size = static_cast<Eigen::Index>(n);
    for (std::size_t i = 0; i < n; ++i) {
      if (i + kAhead < known) prefetch(task_.train.x + rows[i + kAhead] * task_.features);
      batch_.row(static_cast<Eigen::Index>(i)) =
          Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>(task_.train.x + rows[i] * task_.features, d);
      y_[static_cast<Eigen::Index>(i)] = task_.train.y[rows[i]];
    }
    const auto x = batch_.topRows(size);
    const auto y = y_.head(size).array();
    margin_.noalias() = x * theta_.head(d);
    margin_.array() = (margin_.array() + theta_[d]) * y;
    power_ = (-margin_.array().abs()).exp();
    const double loss = losses();
    margin_.array() = -y * (margin_.array() > T(0)).select(power_.array(), T(1)) / ((T(1) + power_.array()) * T(n));
    gradient_.head(d).noalias() = x.transpose() * margin_;
    gradient_[d] = margin_.sum();
    gradient_.head(d) += l2_ * theta_.head(d);
    auto g = gradient_.array();
    mean_.array() = kBeta1 * mean_.array() + T(1 - 0.9) * g;
    square_.array() = kBeta2 * square_.array() + T(1 - 0.999) * g.square();
    theta_.array() -= rate_ * mean_.array() / (square_.array() + kEpsilon).sqrt();
    return loss / static_cast<double>(n);
  }

  void prefetch(const T* row) const {
    constexpr std::size_t kLine = 64 / sizeof(T);
    for (std::size_t j = 0; j < task_.features; j += kLine) __builtin_prefetch(row + j);
  }

  // Σ log(1 + e^{−m}), from the margins and their powers.
  double losses() const {
    return static_cast<double>(((T(1) + power_.array()).log() + (-margin_.array()).max(T(0))).sum());
  }

  double holdout_loss() {
    const auto d = static_cast<Eigen::Index>(task_.features), n = static_cast<Eigen::Index>(task_.holdout.n);
    margin_.noalias() = Eigen::Map<const Table<T>>(task_.holdout.x, n, d) * theta_.head(d);
    margin_.array() = (margin_.array() + theta_[d]) * Eigen::Map<const Column<T>>(task_.holdout.y, n).array();
    power_ = (-margin_.array().abs()).exp();
    return losses() / static_cast<double>(n);
  }

  static constexpr T kBeta1 = T(0.9), kBeta2 = T(0.999), kEpsilon = T(1e-8);
  const EigenTask<T>& task_;
  T l2_, rate_;
  Table<T> batch_;
  Column<T> y_, theta_, gradient_, mean_, square_, margin_, power_;
};

}  // namespace

template <class T>
EigenResult train_in_eigen(const EigenTask<T>& task, double l2, double rate) {
  return Training<T>(task, l2, rate).run();
}

template EigenResult train_in_eigen(const EigenTask<float>&, double, double);
template EigenResult train_in_eigen(const EigenTask<double>&, double, double);

}  // namespace holdout::bench
