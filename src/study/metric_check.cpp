#include "metric_check.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/study/study.hpp>
#include <holdout/train/metric.hpp>

namespace holdout::study {
namespace {

// A metric that has no value even for scores that differ in all ways has none for any model.
bool has_value(const train::Metric& metric, const data::Dataset& dataset, const data::RowList& rows) {
  const std::size_t classes = dataset.classes.size(), outputs = classes > 2 ? classes : 1;
  std::vector<double> scores, y, weights;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < outputs; ++k) scores.push_back(static_cast<double>((i + k) % 3) - 1);
    y.push_back(dataset.y[rows[i]]);
    if (classes == 0) scores.back() += y.back() + 1;
    if (!dataset.weights.empty()) weights.push_back(dataset.weights[rows[i]]);
  }
  return std::isfinite(metric.value({scores, outputs, y, weights}));
}

// What the rows that count have in common.
std::string lacks(const data::Dataset& dataset, const data::RowList& rows) {
  std::vector<double> values;
  std::size_t count = 0;
  for (const std::uint32_t i : rows) {
    if (!(dataset.weight(i) > 0)) continue;
    ++count;
    if (std::find(values.begin(), values.end(), dataset.y[i]) == values.end() && values.size() < 2)
      values.push_back(dataset.y[i]);
  }
  const std::string all = count == 1 ? "its one row has" : "all its " + std::to_string(count) + " rows have";
  if (values.size() != 1)
    return dataset.classes.empty() ? "its targets lie too close together or too far apart"
                                   : "it does not have rows of every class";
  return dataset.classes.empty() ? all + " the target " + to_text(values[0])
                                 : all + " the class " + quoted(dataset.classes[static_cast<std::size_t>(values[0])]) +
                                       ", and no row has another";
}

}  // namespace

void check_metric(const StudyFile& file, const data::Prepared& data) {
  const Study& study = file.study;
  const train::Metric& metric = metric_of(study);
  const bool classes = !data.dataset.classes.empty();
  for (std::size_t k = 0; k < data.split.folds.size(); ++k) {
    const data::RowList& rows = data.split.folds[k].holdout;
    if (has_value(metric, data.dataset, rows)) continue;
    const std::string part =
        data.split.folds.size() > 1 ? "fold " + std::to_string(k) : std::string("the hold-out part");
    const data::SplitSettings& split = study.data.split;
    const bool shared = !split.group.empty() || split.selected() == data::SplitSettings::time;  // stratify may not help
    const bool constant =
        std::all_of(data.dataset.y.begin(), data.dataset.y.end(), [&](double y) { return y == data.dataset.y[0]; });
    std::string hint = constant                                          ? "no split has others"
                       : split.selected() == data::SplitSettings::column ? "change the split column"
                       : classes && !split.stratify && !shared           ? "write stratify: true"
                       : data.split.folds.size() > 1                     ? "use fewer folds"
                                                                         : "hold out more rows";
    hint += std::string("; or use a metric that needs no more: ") + (classes ? "log_loss, error" : "mse, mae");
    throw Error(file.located(
        {{},
         "objective.metric: " + metric.label() + " has no value on " + part + ": " + lacks(data.dataset, rows),
         hint,
         {},
         "objective.metric"}));
  }
}

void note_metric(const StudyFile& file, data::Prepared& data) {
  const train::Metric& metric = metric_of(file.study);
  if (metric.info.name != "mape") return;
  std::size_t zeros = 0, rows = 0;
  for (const data::Fold& fold : data.split.folds)
    for (const std::uint32_t i : fold.holdout)
      if (data.dataset.weight(i) > 0) ++rows, zeros += data.dataset.y[i] == 0;
  if (zeros > 0)
    data.notices.push_back("mape divides by the target, which is 0 in " + std::to_string(zeros) + " of " +
                           std::to_string(rows) +
                           " hold-out rows: they alone decide its value; mae and median_absolute_error do not divide");
}

}  // namespace holdout::study
