#include "designs.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "study/ran.hpp"

namespace holdout::study::testing {
namespace {

std::string rows_of_three(int rows) {
  std::string text = "a,b,c,y\n";
  for (int i = 0; i < rows; ++i)
    text += std::to_string(i * 37 % 101) + "," + std::to_string(i * 53 % 89) + "," + std::to_string(i * 29 % 97) + "," +
            std::to_string(i % 60) + "\n";
  return text;
}

}  // namespace

TEST_CASE("designs: large ones make room, small ones stay; made again they are the same") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << rows_of_three(300);
  StudyFile file =
      read_text("data: {file: " + (scratch / "a.csv") + ", target: y}\nmodel: {type: linear}\ntraining: {epochs: 1}\n");
  const data::Prepared data = prepare(file);
  const Workers workers(1);
  Designs designs(data);
  designs.make<float>(workers, DesignKey(1));
  designs.make<double>(workers, DesignKey(1));
  const std::size_t bytes = 300 * 3 * (sizeof(float) + sizeof(double));
  CHECK(designs.bytes() == bytes);
  const auto x = designs.get<float>(0, DesignKey(1)).train.x;
  designs.make_room(bytes);
  CHECK(designs.bytes() == bytes);
  designs.make_room(bytes - 1);
  CHECK(designs.bytes() == 0);
  designs.make<float>(workers, DesignKey(1));
  CHECK(designs.get<float>(0, DesignKey(1)).train.x == x);
  CHECK(designs.make_one<float>(0, DesignKey(1)).train.x == x);
}

TEST_CASE("designs: leave-one-out has no rows beside those that train, and is not for float32") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << rows_of_three(300);
  StudyFile file = read_text("data: {file: " + (scratch / "a.csv") +
                             ", target: y, split: {method: leave_one_out}}\nmodel: {type: linear}\n"
                             "training: {optimizer: exact}\n");
  const data::Prepared data = prepare(file);
  const Workers workers(1);
  Designs designs(data);
  designs.make<double>(workers, DesignKey(1));
  const train::Design<double>& design = designs.get<double>(0, DesignKey(1));
  CHECK(design.leave_one_out);
  CHECK(design.holdout.x.empty());
  CHECK(design.holdout.target == design.train.target);
  CHECK(designs.bytes() == 2 * 300 * 3 * sizeof(double));  // the rows, and the same in the basis
  CHECK_THROWS_AS(designs.make<float>(workers, DesignKey(1)), Error);
}

}  // namespace holdout::study::testing
