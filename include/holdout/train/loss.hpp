// The family of losses, as models, metrics and reports see it. Formulas: losses-inl.hpp.
#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <holdout/base/settings.hpp>
#include <holdout/update/rule.hpp>

namespace holdout::train {

enum class Classes { none, two, any, either };  // none: regression; either, of models only: none or any

/// What a score f says of the target.
enum class Link {
  identity,  // f is the prediction
  log,       // the prediction is e^f
  odds,      // of classes: f are log odds, so there are probabilities
  decision,  // of two classes: only the sign of f counts
};

struct LossInfo {
  Info info;
  Classes classes;  // targets y; none: a number, two: ±1, any: index of the class
  Link link;
  double curvature;        // κ: a bound of L″ (of the largest eigenvalue of ∂²L/∂f²); infinity: there is none
  bool smooth = true;      // false: ∂L/∂f jumps, so there is no second derivative where it matters
  bool quadratic = false;  // L″ is constant
  update::Coefficient coefficient = {};  // one a lane; without a name: none
  constexpr bool has_coefficient() const { return !coefficient.name.empty(); }
};
inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// All losses, in the order of the list in losses-inl.hpp.
std::span<const LossInfo> losses();
/// Place of a loss in that list. The name must be there.
std::size_t find_loss(std::string_view name);

/// `model.loss:` one of those that the type of model is for.
class LossChoice final : public Choice {
 public:
  /// @param names  of losses; the first is the default
  explicit LossChoice(std::span<const std::string_view> names);
  std::span<const Info> alternatives() const override { return infos_; }
  std::size_t selected() const override { return selected_; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;

  /// Place in losses().
  std::size_t loss() const { return places_[selected_]; }
  const LossInfo& info() const { return losses()[loss()]; }
  /// The loss's coefficient; 0 if it has none.
  double coefficient() const { return coefficient_; }

 private:
  std::vector<std::size_t> places_;
  std::vector<Info> infos_;
  std::size_t selected_ = 0;
  double coefficient_ = 0;
};

}  // namespace holdout::train
