#include "../sections.hpp"

#include <algorithm>

#include "../text.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kRanking = 10;  // rows

}  // namespace

Section ranking_section(const Findings& f) {
  const std::size_t shown_rows = std::min(kRanking, f.ranking.size());
  Section section{
      shown_rows < f.ranking.size() ? "The " + std::to_string(shown_rows) + " best trials" : "All complete trials", {}};
  section.blocks.emplace_back(Figure::search);
  Table table{{plain("Rank"), plain("Trial"), plain(f.study.metric)}, {}, 0};
  const std::size_t parameters = f.study.space.size(), named = std::min(kMaxNamed, parameters);
  const std::vector<std::string> names = short_names(f.study.space);
  for (std::size_t i = 0; i < named; ++i) table.header.push_back(code(names[i]));
  for (std::size_t rank = 0; rank < shown_rows; ++rank) {
    const study::Trial& trial = f.trials[f.ranking[rank]];
    std::vector<Text> row{plain(std::to_string(rank + 1)), plain(std::to_string(trial.number)),
                          plain(shown(trial.outcome.value))};
    for (std::size_t i = 0; i < named; ++i)
      row.push_back(plain(i < trial.configuration.values.size() ? shown(trial.configuration.values[i]) : "–"));
    table.rows.push_back(std::move(row));
  }
  section.blocks.emplace_back(std::move(table));
  if (named < parameters)
    section.blocks.emplace_back(Paragraph{plain("The first " + std::to_string(named) + " of " +
                                                counted(parameters, "parameter") + "; the others are in trials.csv.")});
  return section;
}

}  // namespace holdout::report
