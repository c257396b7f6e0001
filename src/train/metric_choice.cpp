#include <holdout/train/metric_choice.hpp>

#include <algorithm>
#include <cassert>
#include <map>
#include <string_view>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/data/classes.hpp>

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
    const std::optional<std::size_t> at = data::find_class(classes, name);
    if (!at && !wrong)
      wrong = Message{{},
                      "objective.metric." + path + ": the target has no class " + quoted(name),
                      data::class_hint(classes, name),
                      {},
                      "objective.metric." + path};
    return at.value_or(classes.size());
  };
  const auto refuse_twice = [&](std::size_t at, const std::string& path) {
    if (!wrong)
      wrong = Message{{},
                      "objective.metric." + path + ": class " + quoted(classes[at]) + " is named twice",
                      "delete one of the two",
                      {},
                      "objective.metric." + path};
  };
  const std::string name(metric_.info.name);
  if (!metric_.options.one_class.empty())
    metric_.options.class_index = place(metric_.options.one_class, name + ".class");
  if (costs_.empty()) return wrong;
  const std::size_t k = classes.size();
  std::vector<double> table(k * k);
  for (std::size_t c = 0; c < k; ++c)
    for (std::size_t d = 0; d < k; ++d) table[c * k + d] = c != d;
  std::vector<char> told(k), told_of(k * k);  // 1 and +1 may be one class
  for (const Costs& row : costs_) {
    const std::string of = name + ".costs." + row.real;
    const std::size_t real = place(row.real, of);
    if (real < k && std::exchange(told[real], 1)) refuse_twice(real, of);
    for (const Cost& cost : row.of) {
      const std::size_t decided = place(cost.decided, of + "." + cost.decided);
      if (real >= k || decided >= k) continue;
      table[real * k + decided] = cost.value;
      if (std::exchange(told_of[real * k + decided], 1)) refuse_twice(decided, of + "." + cost.decided);
    }
  }
  metric_.options.costs = std::move(table);
  return wrong;
}

bool MetricChoice::has_costs_of(const MetricChoice& other) const {
  using Table = std::map<std::pair<std::string_view, std::string_view>, double>;
  const auto unusual = [](const std::vector<Costs>& costs) {
    Table table;
    for (const Costs& row : costs)
      for (const Cost& cost : row.of)
        if (cost.value != (row.real == cost.decided ? 0 : 1)) table[{row.real, cost.decided}] = cost.value;
    return table;
  };
  return unusual(costs_) == unusual(other.costs_);
}

}  // namespace holdout::train
