// Lower bounds of the hold-out error of logistic and softmax regression along λ, from minima of J.
#pragma once

#include <vector>

#include <holdout/train/certificate.hpp>

#include "class_rows.hpp"
#include "path.hpp"

namespace holdout::train {

class Reference;

class ConvexBound final : public HoldoutBound {
 public:
  ConvexBound(const Design<double>& design, const ModelSettings& model, bool errors, double low, double high,
              std::span<const CertificateAnchor> anchors);
  std::vector<double> lower(double low, double high) const override;
  double evaluate(double at) override;
  std::vector<double> anchors() const override;
  bool grows() const override { return true; }

  /// θ̃ about `centre`, through the minima next to it.
  std::vector<Eigen::MatrixXd> path(double centre) const;
  const ClassRows& training_rows() const { return train_; }
  const ClassRows& holdout_rows() const { return holdout_; }

 private:
  void add(PathPoint point);
  bool is_near_minimum(double t, const Eigen::MatrixXd& v) const;
  Eigen::MatrixXd start_at(double t) const;
  PathPoint minimum(double t, Eigen::MatrixXd start) const;

  ClassRows train_, holdout_;
  bool errors_;  // the metric is the share of errors
  std::vector<PathPoint> points_;
};

}  // namespace holdout::train
