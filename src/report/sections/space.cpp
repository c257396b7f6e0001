#include "../sections.hpp"

#include <algorithm>

#include <holdout/base/number.hpp>

#include "../text.hpp"

namespace holdout::report {
namespace {

// What of it matters, in words and numbers.
void add_importance(const Findings& f, Section& section) {
  if (f.study.space.size() < 2) return;
  if (!f.importance) {
    section.blocks.emplace_back(Paragraph{plain("Which parameters matter cannot be told from so few trials.")});
    return;
  }
  constexpr std::size_t kRows = 10;
  constexpr double kLeast = 0.005;  // of a pair that is shown
  std::vector<std::pair<double, Text>> rows;
  for (std::size_t i = 0; i < f.study.space.size(); ++i) rows.emplace_back(f.importance->alone[i], code(path(f, i)));
  for (const Importance::Pair& pair : f.importance->pairs)
    if (pair.share >= kLeast)
      rows.emplace_back(pair.share, Text{{path(f, pair.a), true}, {" with ", false}, {path(f, pair.b), true}});
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  rows.resize(std::min(rows.size(), kRows));
  section.blocks.emplace_back(Paragraph{plain(
      "What matters: the share of the variance of " + f.study.metric +
      " over this space that is due to each parameter, and to pairs beyond each alone. Functional ANOVA of a random "
      "forest (Hutter, Hoos and Leyton-Brown, ICML 2014) over " +
      counted(f.importance->trials, "complete trial") + ".")});
  Table table{{plain("Parameter"), plain("Share")}, {}};
  for (auto& [share, name] : rows) table.rows.push_back({std::move(name), plain(to_text(100 * share, 2) + " %")});
  section.blocks.emplace_back(std::move(table));
}

}  // namespace

Section space_section(const Findings& f) {
  Section section{"What was searched", {}};
  const auto& parameters = f.study.space.parameters();
  const bool conditions = std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.condition; });
  Table table{{plain("Parameter"), plain("Values"), plain("Scale")}, {}, 4};
  if (conditions) table.header.push_back(plain("Only if"));
  for (const search::Parameter& parameter : parameters) {
    std::vector<Text> row{code(parameter.path), plain(range_text(parameter)),
                          plain(!parameter.interval       ? "list"
                                : parameter.interval->log ? "log"
                                                          : "linear")};
    if (conditions) {
      row.push_back({});
      if (const auto& condition = parameter.condition) {
        row.back() = code(parameters[condition->parameter].path);
        row.back().push_back({" = " + to_text(parameters[condition->parameter].values[condition->choice]), false});
      }
    }
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty())
    section.blocks.emplace_back(Paragraph{plain("Nothing: every value of the study is fixed.")});
  else
    add_parameters(section, std::move(table), "report.json");
  if (!f.best() || parameters.empty()) return section;
  add_importance(f, section);
  section.blocks.emplace_back(Figure::parameters);
  return section;
}

}  // namespace holdout::report
