// Trained parameters on any rows.
#include <holdout/train/trainer.hpp>

#include "models.hpp"
#include "objective.hpp"

namespace holdout::train {
namespace {

template <class T>
std::vector<double> predict_lane(const Part<T>& part, const Shape& shape, std::span<const double> theta) {
  LaneTable<T> table(theta.size(), 1);
  for (std::size_t r = 0; r < theta.size(); ++r) table.at(r, 0) = static_cast<T>(theta[r]);
  const auto model = make_model<T>(shape.model, shape.features, shape.classes);
  std::vector<double> out = std::move(lane_scores(*model, part, shape.features, table).front());
  apply_link(losses()[shape.model.loss_for(shape.classes)].link, out);
  return out;
}

}  // namespace

std::vector<double> predict(const Part<double>& part, const Shape& shape, std::span<const double> theta) {
  return predict_lane(part, shape, theta);
}

std::vector<double> predict(const Part<float>& part, const Shape& shape, std::span<const double> theta) {
  return predict_lane(part, shape, theta);
}

}  // namespace holdout::train
