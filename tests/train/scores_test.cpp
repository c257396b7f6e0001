#include <doctest/doctest.h>

#include <vector>

#include "objective.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

TEST_CASE_TEMPLATE("scores of some lanes at a time are those of all at once", T, float, double) {
  for (const char* type : {"logistic", "softmax"}) {
    CAPTURE(type);
    const auto design = testing::toy_design<T>(Seed{2}, type, 2000, 5);
    const Part<T>& part = design.holdout;
    const auto model = make_model<T>(testing::lane(type, "gd", 0.1, 0, 1, 1).model, 5, design.classes);
    Stream draw = stream(Seed{1}, "theta");
    LaneTable<T> theta(model->parameters(), 41);
    for (std::size_t r = 0; r < theta.rows(); ++r)
      for (std::size_t lane = 0; lane < theta.lanes(); ++lane) theta.at(r, lane) = static_cast<T>(draw.normal());
    const auto expected = lane_scores(*model, part, 5, theta);
    const std::size_t lane_bytes = part.n * model->outputs() * sizeof(double);
    for (const std::size_t together : {0, 1, 3, 8, 17, 40, 41, 100}) {
      CAPTURE(together);
      std::vector<std::vector<double>> memory, got(theta.lanes());
      std::size_t most = 0;
      for_each_scores(
          *model, part, 5, theta, memory,
          [&](std::size_t lane, std::span<double> scores) {
            CHECK(got[lane].empty());
            got[lane].assign(scores.begin(), scores.end());
            most = std::max(most, memory.size());
          },
          together * lane_bytes);
      CHECK(got == expected);
      CHECK(most <= std::max<std::size_t>(together, 1));
    }
  }
}

}  // namespace
}  // namespace holdout::train
