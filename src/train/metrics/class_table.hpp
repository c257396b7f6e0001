// Decisions for classes: which class a model decides for, and how often each true class meets each decided one.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <holdout/train/decision.hpp>

namespace holdout::train {

/// How many classes the models of these scores tell apart.
inline std::size_t classes_of(const Predictions& p) { return std::max<std::size_t>(p.outputs, 2); }

struct ClassTable {
  explicit ClassTable(std::size_t k) : classes(k), weights(k * k) {}

  std::size_t classes;
  std::vector<double> weights;  // [true][decided]

  double& at(std::size_t real, std::size_t decided) { return weights[real * classes + decided]; }
  double at(std::size_t real, std::size_t decided) const { return weights[real * classes + decided]; }
  double real(std::size_t c) const {
    double sum = 0;
    for (std::size_t d = 0; d < classes; ++d) sum += at(c, d);
    return sum;
  }
  double decided(std::size_t c) const {
    double sum = 0;
    for (std::size_t t = 0; t < classes; ++t) sum += at(t, c);
    return sum;
  }
  double total() const {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += real(c);
    return sum;
  }
};

inline ClassTable class_table(const Predictions& p) {
  ClassTable table(classes_of(p));
  for (std::size_t i = 0; i < p.y.size(); ++i)
    table.at(static_cast<std::size_t>(p.y[i]), decided_class(p, i)) += p.weight(i);
  return table;
}

}  // namespace holdout::train
