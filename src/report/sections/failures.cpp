#include "../sections.hpp"

#include "../text.hpp"

namespace holdout::report {
Section failures_section(const Findings& f) {
  Section section{"Failed and pruned trials", {}};
  Table table{{plain("Trials"), plain("State"), plain("Reason")}, {}, 3};
  if (f.rate) table.header.push_back(code(path(f, *f.rate)));
  bool rates = false;
  for (const FailureGroup& group : f.failures) {
    std::vector<Text> row{plain(std::to_string(group.trials.size())), plain(std::string(to_word(group.state))),
                          plain(group.reason.empty() ? "–" : group.reason)};
    if (f.rate) {
      rates = rates || (group.rates && group.state == study::TrialState::failed);
      const auto text = [](const std::pair<double, double>& range) {
        return range.first == range.second ? shown(range.first) : shown(range.first) + " to " + shown(range.second);
      };
      row.push_back(plain(group.rates ? text(*group.rates) : "–"));
    }
    table.rows.push_back(std::move(row));
  }
  section.blocks.emplace_back(std::move(table));
  if (rates && f.largest_good_rate)
    section.blocks.emplace_back(
        Paragraph{plain("The largest learning rate of a complete trial is " + shown(*f.largest_good_rate) + ".")});
  return section;
}

}  // namespace holdout::report
