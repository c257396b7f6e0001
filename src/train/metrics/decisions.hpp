// Metrics that weigh right and wrong decisions by class. Those of one class have an `above` and a `below`, counted in
// rows; of several classes their mean.
#pragma once

#include <cmath>
#include <vector>

#include "class_table.hpp"
#include "one_against_rest.hpp"
#include "standard_errors.hpp"

namespace holdout::train {

/// A metric of one class, Σ above / Σ below over the rows, and its averages over classes. 0 where nothing is below, as
/// scikit-learn has it. Of: above(real, decided) and below(real, decided), each argument 0 or 1.
template <class Of>
struct RatioOfClass {
  static constexpr Classes classes = Classes::two;
  static constexpr bool maximize = true;
  static constexpr MetricTakes takes = MetricTakes::average;

  static double value(const Predictions& p, const MetricOptions& o) {
    if (const auto c = measured_class(o)) return of_class(p, *c);
    return of_table(class_table(p), o);
  }

  static double of_table(const ClassTable& t, const MetricOptions& o) {
    if (const auto c = measured_class(o)) return of_class(t, *c);
    const Average average = averaged(t, o);
    double sum = 0;
    for (std::size_t c = 0; c < t.classes; ++c) sum += average.share[c] * of_class(t, c);
    return sum;
  }

  static double standard_error(const Predictions& p, const MetricOptions& o) {
    if (const auto c = measured_class(o)) return error_of_class(p, *c);
    const ClassTable t = class_table(p);
    const Average average = averaged(t, o);
    std::vector<double> influence(p.y.size());
    for (std::size_t c = 0; c < t.classes; ++c) {
      const double mean = Of::below(t.real(c), t.decided(c)) / t.total(), ratio = of_class(t, c);
      if (!(mean > 0)) continue;
      for (std::size_t i = 0; i < influence.size(); ++i) {
        const double real = p.y[i] == static_cast<double>(c), decided = decided_class(p, i) == c;
        influence[i] += average.share[c] * (Of::above(real * decided) - ratio * Of::below(real, decided)) / mean;
      }
      if (average.shares_vary) add_share_influence(p, c, average.share[c], ratio, influence);
    }
    return standard_error_of_influence(influence, p.weights);
  }

 private:
  struct Average {
    std::vector<double> share;  // [class]
    bool shares_vary = false;   // with the rows
  };
  // macro: of the classes that a row has or is decided for.
  static Average averaged(const ClassTable& t, const MetricOptions& o) {
    Average average{std::vector<double>(t.classes), o.average == "weighted"};
    double all = 0;
    for (std::size_t c = 0; c < t.classes; ++c) {
      average.share[c] = average.shares_vary ? t.real(c) : t.real(c) + t.decided(c) > 0;
      all += average.share[c];
    }
    for (double& share : average.share) share /= all;
    return average;
  }
  static double of_class(const ClassTable& t, std::size_t c) {
    const double below = Of::below(t.real(c), t.decided(c));
    return below > 0 ? Of::above(t.at(c, c)) / below : 0;
  }
  // Sums in the order of rows.
  static double of_class(const Predictions& p, std::size_t c) {
    double hits = 0, decided = 0, real = 0;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      const bool said = decided_class(p, i) == c, is = p.y[i] == static_cast<double>(c);
      const double w = p.weight(i);
      hits += w * (said && is), decided += w * said, real += w * is;
    }
    const double below = Of::below(real, decided);
    return below > 0 ? Of::above(hits) / below : 0;
  }
  static double error_of_class(const Predictions& p, std::size_t c) {
    std::vector<double> above, below;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      const double decided = decided_class(p, i) == c, real = p.y[i] == static_cast<double>(c);
      above.push_back(Of::above(decided * real)), below.push_back(Of::below(real, decided));
    }
    return standard_error_of_ratio(above, below, p.weights);
  }
};

struct OfF1 {
  static double above(double hits) { return 2 * hits; }
  static double below(double real, double decided) { return decided + real; }
};
struct OfPrecision {
  static double above(double hits) { return hits; }
  static double below(double, double decided) { return decided; }
};
struct OfRecall {
  static double above(double hits) { return hits; }
  static double below(double real, double) { return real; }
};

struct F1 : RatioOfClass<OfF1> {
  static constexpr Info info{"f1", "harmonic mean of precision and recall of the positive class"};
};
struct Precision : RatioOfClass<OfPrecision> {
  static constexpr Info info{"precision", "share of the rows decided as positive that are"};
};
struct Recall : RatioOfClass<OfRecall> {
  static constexpr Info info{"recall", "share of the positive rows that are decided as such"};
};

struct BalancedAccuracy {
  static constexpr Info info{"balanced_accuracy",
                             "mean over classes of the share of their rows that is classified right",
                             "Brodersen, Ong, Stephan and Buhmann, ICPR 2010"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = true;

  static double value(const Predictions& p) { return of_table(class_table(p), {}); }
  /// Of the classes that have rows.
  static double of_table(const ClassTable& t, const MetricOptions&) {
    double sum = 0, count = 0;
    for (std::size_t c = 0; c < t.classes; ++c)
      if (const double real = t.real(c); real > 0) sum += t.at(c, c) / real, count += 1;
    return sum / count;
  }
  static double standard_error(const Predictions& p) {
    const ClassTable t = class_table(p);
    std::vector<double> real(t.classes), recall(t.classes), influence;
    double count = 0;
    for (std::size_t c = 0; c < t.classes; ++c)
      real[c] = t.real(c), recall[c] = t.at(c, c) / real[c], count += real[c] > 0;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      const auto c = static_cast<std::size_t>(p.y[i]);
      const double right = decided_class(p, i) == c;
      influence.push_back(real[c] > 0 ? (right - recall[c]) * t.total() / real[c] / count : 0);
    }
    return standard_error_of_influence(influence, p.weights);
  }
};

/// With shares t of the true and d of the decided classes, and c of right decisions: (c − Σ t d) / √((1 − Σ t²)(1 − Σ
/// d²)), from −1 to 1. 0 where all rows are, or are decided as, one class.
struct Mcc {
  static constexpr Info info{"mcc", "Matthews correlation of true and decided classes",
                             "Matthews, BBA 405, 1975; Gorodkin, Comput. Biol. Chem. 28, 2004"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = true;

  static double value(const Predictions& p) { return of_table(class_table(p), {}); }
  static double of_table(const ClassTable& t, const MetricOptions&) { return Parts(t).value(); }
  /// By the influence of a row on each of the three parts.
  static double standard_error(const Predictions& p) {
    const Parts parts(class_table(p));
    if (parts.constant()) return std::numeric_limits<double>::quiet_NaN();
    const double root = std::sqrt(parts.of_real * parts.of_decided), half = parts.value() / 2;
    std::vector<double> influence;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      const auto real = static_cast<std::size_t>(p.y[i]), decided = decided_class(p, i);
      const double together = (real == decided) - parts.right - parts.decided[real] - parts.real[decided] +
                              2 * (parts.right - parts.together);
      const double of_real = -2 * (parts.real[real] - (1 - parts.of_real));
      const double of_decided = -2 * (parts.decided[decided] - (1 - parts.of_decided));
      influence.push_back(together / root - half * (of_real / parts.of_real + of_decided / parts.of_decided));
    }
    return standard_error_of_influence(influence, p.weights);
  }

 private:
  struct Parts {
    explicit Parts(const ClassTable& t) {
      const double all = t.total();
      for (std::size_t c = 0; c < t.classes; ++c) {
        real.push_back(t.real(c) / all), decided.push_back(t.decided(c) / all);
        right += t.at(c, c) / all;
        of_real -= real[c] * real[c], of_decided -= decided[c] * decided[c], chance += real[c] * decided[c];
      }
      together = right - chance;
      constexpr double kRounding = 1e-14;  // of 1: what Σ of squared shares leaves where one class has all rows
      if (of_real < kRounding || of_decided < kRounding) of_real = 0;
    }
    bool constant() const { return of_real == 0; }
    double value() const { return constant() ? 0 : together / std::sqrt(of_real * of_decided); }

    std::vector<double> real, decided;  // shares, [class]
    double right = 0, chance = 0, together = 0, of_real = 1, of_decided = 1;
  };
};

}  // namespace holdout::train
