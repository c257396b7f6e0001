// f_k(x) = b_k + w_k · x, for one output or one a class.
#pragma once

#include "models.hpp"

namespace holdout::train {

/// Parameters: weights [output][feature], then one intercept per output.
template <class T>
class LinearModel final : public Model<T> {
 public:
  LinearModel(std::size_t features, std::size_t outputs) : features_(features), outputs_(outputs) {}
  std::size_t parameters() const override { return outputs_ * (features_ + 1); }
  std::size_t penalized() const override { return outputs_ * features_; }
  std::size_t outputs() const override { return outputs_; }
  bool is_linear() const override { return true; }
  void scores(const Rows<T>& rows, const LaneTable<T>& theta, T* scores, Tape<T> tape) const override;
  void gradient(const Rows<T>& rows, const LaneTable<T>& theta, const T* slopes, Tape<T> tape, LaneTable<T>& gradient,
                bool first) const override;

 private:
  std::size_t features_, outputs_;
};

}  // namespace holdout::train
