// Lane tables as Eigen's matrices: a lane is a column.
#pragma once

#include <Eigen/Dense>

#include <holdout/train/lanes.hpp>

namespace holdout::train {

inline LaneTable<double> to_lanes(const Eigen::MatrixXd& columns) {
  LaneTable<double> out(static_cast<std::size_t>(columns.rows()), static_cast<std::size_t>(columns.cols()));
  for (std::size_t r = 0; r < out.rows(); ++r)
    for (std::size_t lane = 0; lane < out.lanes(); ++lane)
      out.at(r, lane) = columns(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(lane));
  return out;
}

inline Eigen::MatrixXd to_columns(const LaneTable<double>& table) {
  Eigen::MatrixXd out(static_cast<Eigen::Index>(table.rows()), static_cast<Eigen::Index>(table.lanes()));
  for (std::size_t r = 0; r < table.rows(); ++r)
    for (std::size_t lane = 0; lane < table.lanes(); ++lane)
      out(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(lane)) = table.at(r, lane);
  return out;
}

}  // namespace holdout::train
