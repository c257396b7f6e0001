#include <holdout/train/metric_choice.hpp>

#include <algorithm>
#include <cassert>

#include <holdout/base/number.hpp>

namespace holdout::train {
namespace {

constexpr std::string_view kAverages[] = {"none", "macro", "weighted"};

}  // namespace

MetricChoice::MetricChoice() {
  infos_.push_back({"auto", "log_loss of classes, mse of numbers"});
  for (const Metric& metric : metrics()) infos_.push_back(metric.info);
}

void MetricChoice::select(std::size_t alternative) {
  assert(alternative < infos_.size());
  selected_ = alternative, named_ = true;
  metric_ = alternative == 0 ? Metric() : metrics()[alternative - 1];
  costs_.clear();
}

void MetricChoice::fields(FieldVisitor& f) {
  MetricOptions& options = metric_.options;
  switch (metric_.takes) {
    case MetricTakes::nothing:
      return;
    case MetricTakes::average:
      f({"average", "several classes: mean over each against the rest, weighted: by their rows"}, options.average,
        kAverages);
      f({"class", "the class that is measured against the rest; the positive of two if left out"}, options.one_class,
        std::span<const std::string_view>());
      return;
    case MetricTakes::quantile:
      f({"quantile", "share of the targets that should lie below the prediction"}, options.quantile, open(0.0, 1.0));
      return;
    case MetricTakes::costs:
      f.keyed(
          {"costs", "of deciding wrongly: {true class: {decided class: 5}}; 1 where nothing is said"},
          [this](std::string_view real) {
            costs_.push_back({std::string(real), {}});
          },
          [this](FieldVisitor& g) {
            for (Costs& row : costs_)
              g.keyed(
                  {row.real, "rows of that class, by the class that is decided"},
                  [&row](std::string_view decided) {
                    row.of.push_back({std::string(decided), 1});
                  },
                  [&row](FieldVisitor& h) {
                    for (Cost& cost : row.of) h({cost.decided, "cost of a row"}, cost.value, at_least(0.0));
                  });
          });
      return;
  }
}

std::optional<Message> MetricChoice::find_classes(std::span<const std::string> classes) {
  std::optional<Message> wrong;
  const auto place = [&](const std::string& name, const std::string& path) {
    const auto at = std::find(classes.begin(), classes.end(), name);
    if (at == classes.end() && !wrong)
      wrong = Message{{},
                      "objective.metric." + path + ": the target has no class " + quoted(name),
                      "its classes: " + joined(std::vector<std::string>(classes.begin(), classes.end())),
                      {},
                      "objective.metric." + path};
    return static_cast<std::size_t>(at - classes.begin());
  };
  const std::string name(metric_.info.name);
  if (!metric_.options.one_class.empty())
    metric_.options.class_index = place(metric_.options.one_class, name + ".class");
  if (costs_.empty()) return wrong;
  const std::size_t k = classes.size();
  std::vector<double> table(k * k);
  for (std::size_t c = 0; c < k; ++c)
    for (std::size_t d = 0; d < k; ++d) table[c * k + d] = c != d;
  for (const Costs& row : costs_) {
    const std::size_t real = place(row.real, name + ".costs." + row.real);
    for (const Cost& cost : row.of) {
      const std::size_t decided = place(cost.decided, name + ".costs." + row.real + "." + cost.decided);
      if (real < k && decided < k) table[real * k + decided] = cost.value;
    }
  }
  metric_.options.costs = std::move(table);
  return wrong;
}

}  // namespace holdout::train
