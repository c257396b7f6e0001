#include "ridge_table.hpp"

#include <algorithm>

#include "kernels.hpp"

namespace holdout::train {

template <class T>
LaneTable<T> ridge_table(std::span<const Ridges> lanes) {
  std::size_t rows = 1;
  for (const Ridges& lane : lanes) rows = std::max(rows, lane.size());
  LaneTable<T> table(rows, lanes.size());
  for (std::size_t lane = 0; lane < lanes.size(); ++lane)
    for (std::size_t r = 0; r < rows; ++r)
      table.at(r, lane) = static_cast<T>(lanes[lane].size() == 1 ? lanes[lane][0] : lanes[lane][r]);
  return table;
}

template <class T>
void add_ridge_gradient(const Model<T>& model, const LaneTable<T>& l2, const LaneTable<T>& theta,
                        LaneTable<T>& gradient) {
  const std::size_t stride = theta.stride(), penalized = model.penalized(), inputs = model.input_weights();
  if (l2.rows() == 1) return penalty(PenaltyPass<T>{theta.row(0), gradient.row(0), penalized, stride, l2.row(0)});
  penalty(PenaltyPass<T>{theta.row(0), gradient.row(0), inputs, stride, l2.row(0), l2.rows() - 1});
  if (inputs < penalized)
    penalty(PenaltyPass<T>{theta.row(inputs), gradient.row(inputs), penalized - inputs, stride, l2.row(l2.rows() - 1)});
}

template <class T>
std::vector<double> ridge_values(const Model<T>& model, const LaneTable<T>& l2, const LaneTable<T>& theta) {
  std::vector<double> out(theta.lanes());
  for (std::size_t p = 0; p < model.penalized(); ++p) {
    const std::size_t row = ridge_row(model, l2, p);
    for (std::size_t lane = 0; lane < out.size(); ++lane) {
      const double w = static_cast<double>(theta.at(p, lane));
      out[lane] += static_cast<double>(l2.at(row, lane)) / 2 * (w * w);
    }
  }
  return out;
}

template LaneTable<float> ridge_table(std::span<const Ridges>);
template LaneTable<double> ridge_table(std::span<const Ridges>);
template void add_ridge_gradient(const Model<float>&, const LaneTable<float>&, const LaneTable<float>&,
                                 LaneTable<float>&);
template void add_ridge_gradient(const Model<double>&, const LaneTable<double>&, const LaneTable<double>&,
                                 LaneTable<double>&);
template std::vector<double> ridge_values(const Model<float>&, const LaneTable<float>&, const LaneTable<float>&);
template std::vector<double> ridge_values(const Model<double>&, const LaneTable<double>&, const LaneTable<double>&);

}  // namespace holdout::train
