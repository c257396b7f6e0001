// Models: what turns rows and parameters into scores, and slopes into gradients. One object for each shape; virtual,
// one call for a block of rows.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/base/settings.hpp>
#include <holdout/train/lanes.hpp>
#include <holdout/train/metric.hpp>
#include <holdout/train/settings.hpp>

#include "kernels.hpp"

namespace holdout::train {

struct Tangents;

/// A kind of model, as studies name it.
struct ModelKind {
  Info info;
  Classes classes;                           // which tasks it is for
  std::span<const std::string_view> losses;  // that it can be trained with; the first is the default
};

/// All kinds, in the order of ModelSettings::alternatives().
std::span<const ModelKind> model_kinds();
const ModelKind& model_kind(std::string_view name);

template <class T>
class Dropout;

/// What `scores` of a model leaves for `gradient`, and how hidden units are left out, if they are.
template <class T>
struct Tape {
  T* numbers;  // room for rows · tape() · stride
  const Dropout<T>* dropout = nullptr;
};

/// Parameters are rows of a lane table: first the penalized ones, then the others (intercepts).
template <class T>
class Model {
 public:
  virtual ~Model() = default;
  virtual std::size_t parameters() const = 0;
  virtual std::size_t penalized() const = 0;
  virtual std::size_t outputs() const = 0;
  /// Whether the penalized rows are tables [output][feature], and only meet rows of data that have the feature.
  virtual bool is_linear() const { return false; }
  /// How many of the first parameters are weights of features, as tables [unit][feature].
  virtual std::size_t input_weights() const { return penalized(); }
  /// Numbers that `scores` leaves for `gradient`, per row and lane.
  virtual std::size_t tape() const { return 0; }
  /// Hidden units, of which dropout may leave some out.
  virtual std::size_t hidden_units() const { return 0; }
  /// scores: [row][output][lane] with theta's stride.
  virtual void scores(const Rows<T>& rows, const LaneTable<T>& theta, T* scores, Tape<T> tape) const = 0;
  /// gradient += ∂Σ(slope · score)/∂θ over the rows, in their order; starts at 0 if `first`.
  /// @param theta  as in `scores`, which must have gone over the same rows
  /// @param tape   as `scores` left it; used up
  virtual void gradient(const Rows<T>& rows, const LaneTable<T>& theta, const T* slopes, Tape<T> tape,
                        LaneTable<T>& gradient, bool first) const = 0;
  /// `scores` and `gradient` of rows with tangents (tangents.hpp), in double. Scores that are linear in theta take them
  /// as they are.
  virtual void tangent_scores(const Rows<T>& rows, const LaneTable<T>& theta, const Tangents&, T* scores,
                              T* tape) const {
    this->scores(rows, theta, scores, {tape});
  }
  virtual void tangent_gradient(const Rows<T>& rows, const LaneTable<T>& theta, const Tangents&, const T* slopes,
                                T* tape, LaneTable<T>& out, bool first) const {
    gradient(rows, theta, slopes, {tape}, out, first);
  }
  /// The parameters that a training starts from.
  virtual std::vector<double> start(Seed) const { return std::vector<double>(parameters()); }
};

template <class T>
std::unique_ptr<Model<T>> make_model(const ModelSettings& model, std::size_t features, std::size_t classes);

}  // namespace holdout::train
