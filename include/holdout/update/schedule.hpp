// Step sizes over a training: what the learning rate's start is multiplied by. Written over a number type V, as the
// rules are; settings may differ from lane to lane.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include <holdout/update/plain.hpp>

namespace holdout::update {

// A schedule says its name and coefficients, and its share of the start at a time: `epoch` passes done, a fraction
// inside an epoch, out of `epochs`. All begin with 1.

/// The number without its tangents, for what jumps.
inline double value_of(double x) { return x; }
template <class V>
double value_of(const Dual<V>& x) {
  return value_of(x.a);
}

struct Constant {
  static constexpr RuleInfo<0> info{{"constant", "the same step size throughout"}, {}};
  template <class V>
  static V share(double, double, const V*) {
    return V(1.0);
  }
};

struct Step {
  static constexpr RuleInfo<2> info{{"step", "multiplied by factor once every so many epochs"},
                                    {{{"every", 30, Coefficient::Kind::positive, "epochs between two drops", 1e9},
                                      {"factor", 0.1, Coefficient::Kind::positive, "what a drop multiplies by", 1}}}};
  template <class V>
  static V share(double epoch, double, const V* c) {
    return exp(V(std::floor(epoch / value_of(c[0]))) * log(c[1]));
  }
};

struct Exponential {
  static constexpr RuleInfo<1> info{
      {"exponential", "factor^epoch"},
      {{{"factor", 0.95, Coefficient::Kind::positive, "what an epoch multiplies by", 1}}}};
  template <class V>
  static V share(double epoch, double, const V* c) {
    return exp(V(epoch) * log(c[0]));
  }
};

struct InverseTime {
  static constexpr RuleInfo<1> info{
      {"inverse_time", "1 / (1 + decay epoch)", "Robbins and Monro, 1951"},
      {{{"decay", 0.1, Coefficient::Kind::real, "how fast: at epoch 1/decay the step is halved", 1e9}}}};
  template <class V>
  static V share(double epoch, double, const V* c) {
    return V(1.0) / mul_add(c[0], V(epoch), V(1.0));
  }
};

struct Cosine {
  static constexpr RuleInfo<1> info{
      {"cosine", "falls along half a cosine to its end", "Loshchilov and Hutter, SGDR, ICLR 2017, eq. 5"},
      {{{"end", 0, Coefficient::Kind::real, "share of the start that is left at the last epoch", 1}}}};
  template <class V>
  static V share(double epoch, double epochs, const V* c) {
    const V fallen(0.5 - 0.5 * holdout::cos(std::numbers::pi * epoch / epochs));
    return neg_mul_add(fallen, V(1.0) - c[0], V(1.0));
  }
};

/// The list: a schedule is added here and nowhere else.
using ScheduleTuple = std::tuple<Constant, Step, Exponential, InverseTime, Cosine>;

/// A study's choice of a schedule, with its coefficients.
class ScheduleChoice final : public Choice {
 public:
  ScheduleChoice() { select(0); }
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override { return schedule_; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;

  /// The share of the start at a time. @param epoch in [0, epochs]
  double share(double epoch, double epochs) const;

 private:
  std::size_t schedule_ = 0;
  std::vector<double> coefficients_;
};

}  // namespace holdout::update
