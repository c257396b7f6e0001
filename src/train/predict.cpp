// Trained parameters on any rows.
#include <holdout/train/linear_scores.hpp>
#include <holdout/train/trainer.hpp>

#include "models.hpp"
#include "objective.hpp"

namespace holdout::train {
namespace {

template <class T>
std::vector<double> scores_of_lane(const Part<T>& part, const Shape& shape, std::span<const double> theta) {
  LaneTable<T> table(theta.size(), 1);
  for (std::size_t r = 0; r < theta.size(); ++r) table.at(r, 0) = static_cast<T>(theta[r]);
  const auto model = make_model<T>(shape.model, shape.features, shape.classes);
  return std::move(lane_scores(*model, part, shape.features, table).front());
}

}  // namespace

void predict_from_scores(const Shape& shape, std::span<double> scores) {
  apply_link(losses()[shape.model.loss_for(shape.classes)].link, scores);
}

namespace {

template <class T>
std::vector<double> predict_lane(const Part<T>& part, const Shape& shape, std::span<const double> theta) {
  std::vector<double> out = scores_of_lane(part, shape, theta);
  predict_from_scores(shape, out);
  part.transform.invert(out);
  return out;
}

}  // namespace

std::vector<double> predict(const Part<double>& part, const Shape& shape, std::span<const double> theta) {
  return predict_lane(part, shape, theta);
}

std::vector<double> predict(const Part<float>& part, const Shape& shape, std::span<const double> theta) {
  return predict_lane(part, shape, theta);
}

std::vector<double> linear_scores(const Part<double>& part, const Shape& shape, std::span<const double> theta) {
  return scores_of_lane(part, shape, theta);
}

template <class T>
std::vector<double> holdout_scores(const Design<T>& design, const ModelSettings& model, std::span<const double> theta) {
  if (design.leave_one_out) return design.leave_one_out->scores(model.ridge());
  return predict(design.holdout, {model, design.features, design.classes}, theta);
}

template std::vector<double> holdout_scores(const Design<double>&, const ModelSettings&, std::span<const double>);
template std::vector<double> holdout_scores(const Design<float>&, const ModelSettings&, std::span<const double>);

}  // namespace holdout::train
