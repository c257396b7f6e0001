#include "../sections.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

#include "../text.hpp"

namespace holdout::report {
namespace {

std::string residual_text(const study::HoldoutPredictions& p) {
  const double n = static_cast<double>(p.target.size());
  double mean = 0, most = 0;
  for (std::size_t i = 0; i < p.target.size(); ++i) {
    const double residual = p.target[i] - p.predicted[i];
    mean += residual / n, most = std::max(most, std::abs(residual));
  }
  return "Residuals (target − prediction) of the best model on " + counted(p.target.size(), "hold-out row") +
         (p.rows > static_cast<std::int64_t>(p.target.size()) ? " of " + std::to_string(p.rows) : "") + ": mean " +
         to_text(mean, 3) + ", largest " + to_text(most, 3) + ".";
}

constexpr std::size_t kMaxClasses = 12;

Table confusion_table(const std::vector<std::string>& classes, const std::vector<std::int64_t>& rows) {
  Table table{{plain("true class ↓ predicted →")}, {}};
  for (const std::string& name : classes) table.header.push_back(plain(name));
  for (std::size_t i = 0; i < classes.size(); ++i) {
    std::vector<Text> row{plain(classes[i])};
    for (std::size_t j = 0; j < classes.size(); ++j) row.push_back(plain(std::to_string(rows[i * classes.size() + j])));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Section predictions_section(const Findings& f) {
  Section section{"Predictions", {}};
  if (!f.winner || !f.winner->predictions) return section;
  const study::HoldoutPredictions& p = *f.winner->predictions;
  if (!p.target.empty()) section.blocks.emplace_back(Paragraph{plain(residual_text(p))});
  const std::size_t k = f.facts ? f.facts->classes.size() : 0;
  if (k >= 2 && p.confusion.size() == k * k) {
    std::int64_t right = 0, all = 0;
    for (std::size_t i = 0; i < k * k; ++i) all += p.confusion[i], right += i % (k + 1) == 0 ? p.confusion[i] : 0;
    section.blocks.emplace_back(
        Paragraph{plain("Of " + counted(static_cast<std::size_t>(all), "hold-out row") +
                        ", the best model classifies " + std::to_string(right) + " correctly.")});
    if (k <= kMaxClasses) section.blocks.emplace_back(confusion_table(f.facts->classes, p.confusion));
  }
  if (!section.blocks.empty()) section.blocks.emplace_back(Figure::predictions);
  return section;
}

}  // namespace holdout::report
