#include "facts.hpp"

#include <algorithm>

#include <holdout/base/number.hpp>
#include <holdout/base/version.hpp>
#include <holdout/train/cpu.hpp>

#include "gradient_method.hpp"

namespace holdout::study {
namespace {

// The error of the model that knows no features: the mean of the training targets, or the shares of the classes.
double constant_error(const data::Dataset& dataset, const data::Split& split, const data::Fold& fold,
                      const train::Metric& metric) {
  const std::size_t classes = dataset.classes.size(), outputs = classes > 2 ? classes : 1;
  std::vector<double> score(outputs), share(std::max<std::size_t>(classes, 1));
  double all = 0;
  for (const std::uint32_t i : fold.train) all += dataset.weight(i);
  for (const std::uint32_t i : fold.train)
    if (classes == 0)
      score[0] += dataset.weight(i) * dataset.y[i] / all;
    else
      share[static_cast<std::size_t>(dataset.y[i])] += dataset.weight(i) / all;
  if (classes == 2) score[0] = holdout::log(share[1] / share[0]);
  if (classes > 2) std::transform(share.begin(), share.end(), score.begin(), holdout::log);
  std::vector<double> scores, y, weights;
  for (const std::uint32_t i : fold.holdout) {
    scores.insert(scores.end(), score.begin(), score.end());
    if (split.leave_one_out) {
      const double own = dataset.weight(i) / all;
      scores.back() = (score[0] - own * dataset.y[i]) / (1 - own);
    }
    y.push_back(dataset.y[i]);
    if (!dataset.weights.empty()) weights.push_back(dataset.weights[i]);
  }
  return metric.value({scores, outputs, y, weights});
}

}  // namespace

RunFacts facts_of(const StudyFile& file, const data::Prepared& data, const train::Metric& metric, int threads) {
  const data::Dataset& dataset = data.dataset;
  RunFacts facts;
  facts.task = dataset.task == data::Task::regression ? "regression" : "classification";
  facts.search = file.study.search.method.info().name;
  facts.data_file = file.study.data.file, facts.target = dataset.target_name;
  facts.classes = dataset.classes;
  facts.rows = static_cast<std::int64_t>(dataset.rows), facts.features = static_cast<std::int64_t>(dataset.features);
  facts.train_rows = static_cast<std::int64_t>(data.split.folds[0].train.size());
  facts.holdout_rows = static_cast<std::int64_t>(data.split.folds[0].holdout.size());
  facts.test_rows = static_cast<std::int64_t>(data.split.test.size());
  facts.split = file.study.data.split.alternatives()[file.study.data.split.selected()].name;
  facts.folds = static_cast<std::int64_t>(data.split.folds.size());
  facts.repeats = static_cast<std::int64_t>(data.split.repeats);
  for (const data::Fold& fold : data.split.folds)
    facts.baseline += constant_error(dataset, data.split, fold, metric) / static_cast<double>(data.split.folds.size());
  facts.notices = data.notices;
  if (const auto derivatives = derivative_method(file.study))
    facts.notices.push_back("search by gradient: derivatives are " + std::string(name_of(derivatives->method)) +
                            ", because " + derivatives->why);
  facts.threads = threads;
  facts.version = version(), facts.cpu_target = train::simd_target();
  return facts;
}

}  // namespace holdout::study
