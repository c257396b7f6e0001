// The minimum of J by other means than those under test: in extended precision, from the formulas of the losses, on
// standardized columns, by Newton's method with a damping that grows until a step descends (Levenberg and Marquardt)
// and Gaussian elimination. For small problems.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::testing {

class TrueObjective {
 public:
  /// Dense or sparse training rows; a smooth loss, and l2 without groups.
  TrueObjective(const train::Design<double>& design, const train::ModelSettings& model);

  /// J at parameters for the rows as they are: weights [output][feature], then the intercepts.
  long double value(std::span<const double> theta) const;

  struct Minimum {
    std::vector<long double> theta;
    long double value;
    long double error;  // the weights' distance from the minimum, as far as the gradient tells
  };
  Minimum minimum() const;

 private:
  using Numbers = std::vector<long double>;
  long double evaluate(const Numbers& theta, Numbers* gradient, Numbers* hessian) const;
  Numbers to_standard(std::span<const double> theta) const;

  std::size_t n_, d_, outputs_, parameters_;
  std::string_view loss_;
  long double delta_, l2_;
  Numbers z_, mean_, scale_;  // z: [row][feature + 1], standardized, the last one is 1
  std::vector<double> y_, weights_;
};

}  // namespace holdout::testing
