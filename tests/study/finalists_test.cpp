// What is trained at the end of a search is trained side by side; results do not depend on that.
#include <doctest/doctest.h>

#include <cmath>

#include "answers.hpp"
#include "finalists.hpp"
#include "objective.hpp"
#include "ran.hpp"
#include "study/study_text.hpp"
#include "support/folder.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

struct Ground {
  StudyFile file;
  data::Prepared data;
  Workers workers{2};
  std::atomic<bool> interrupt = false;

  explicit Ground(const std::string& model, const std::string& training)
      : file(read_text("seed: 5\ndata: {file: " + holdout::testing::tests_folder() +
                       "/../studies/data/breast_cancer.csv, target: target, split: {method: kfold, folds: "
                       "3, test: 0.2}}\nmodel: " +
                       model + "\ntraining: " + training + "\nobjective: {metric: log_loss}\n")),
        data(prepare(file)) {}

  std::vector<Trained> train(std::span<const train::LaneConfig> configs) {
    Designs designs(data);
    return train_on_folds(file.study, configs, designs, data.dataset, metric_of(file.study), workers, interrupt);
  }
  std::vector<Trained> refitted(const std::vector<Trained>& trained) {
    std::vector<const Trained*> all;
    for (const Trained& t : trained) all.push_back(&t);
    return refit(file, data, all, metric_of(file.study), workers, interrupt);
  }
};

std::vector<train::LaneConfig> with_ridges(const StudyFile& file, std::initializer_list<double> ridges) {
  std::vector<train::LaneConfig> configs;
  for (const double l2 : ridges) configs.push_back(file.study.config), configs.back().model.l2 = l2;
  return configs;
}

void check_same(const Trained& a, const Trained& b) {
  REQUIRE(a.folds.size() == b.folds.size());
  for (std::size_t k = 0; k < a.folds.size(); ++k) {
    CHECK(a.folds[k].value == b.folds[k].value);
    CHECK(a.folds[k].theta == b.folds[k].theta);
  }
}

TEST_CASE("finalists: each is what it is alone, to the bit") {
  for (const char* training : {"{optimizer: adam, epochs: 4, batch_size: 16, learning_rate: 0.01}",
                               "{optimizer: exact}", "{optimizer: lbfgs}"}) {
    CAPTURE(training);
    Ground ground("{type: logistic}", training);
    const auto configs = with_ridges(ground.file, {1e-3, 0.1, 0, 3});
    const std::vector<Trained> together = ground.train(configs), refits = ground.refitted(together);
    for (std::size_t i = 0; i < configs.size(); ++i) {
      const std::vector<Trained> alone = ground.train(std::span(configs).subspan(i, 1));
      check_same(together[i], alone[0]);
      check_same(refits[i], ground.refitted(alone)[0]);
    }
  }
}

TEST_CASE("finalists: one that throws takes no other with it") {
  Ground ground("{type: logistic}", "{optimizer: adam, epochs: 3, learning_rate: 0.01}");
  auto configs = with_ridges(ground.file, {0.1, 0.2, 0.3});
  configs[1].training.learning_rate.start = train::LearningRate::kAuto;  // which an adaptive rule has not
  const std::vector<Trained> together = ground.train(configs);
  CHECK(together[1].failure);
  for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
    CHECK_FALSE(together[i].failure);
    check_same(together[i], ground.train(std::span(configs).subspan(i, 1))[0]);
  }
}

}  // namespace
}  // namespace holdout::study
