// What searches without some rows chose, and what those rows say of it.
#include "../nested.hpp"

#include <cmath>

#include "../sections.hpp"
#include "../text.hpp"

namespace holdout::report {

Section nested_section(const Findings& f) {
  Section section{"Nested cross-validation", {}};
  const study::Nested& nested = *f.nested;
  std::string text =
      "The hold-out error above is that of the best of many, and too good for it. The whole search was run again "
      "without each outer fold's rows, and what it chose, trained on all other rows, was measured on them: ";
  text += f.nested_error ? f.study.metric + " " + nested_text(f) + "." : std::string("no outer fold has a value.");
  if (f.nested_error && f.nested_error->deviation)
    text += " Standard deviation of the folds: " + shown(*f.nested_error->deviation) + ".";
  section.blocks.emplace_back(Paragraph{plain(std::move(text))});
  Table table{
      {plain("Outer fold"), plain("Rows"), plain(f.study.metric), plain("Hold-out, as chosen"), plain("Configuration")},
      {},
      1};
  for (std::size_t k = 0; k < nested.folds.size(); ++k) {
    const study::OuterResult& fold = nested.folds[k];
    const bool chosen = std::isfinite(fold.holdout);
    const std::string words = chosen ? in_words(f, fold.configuration) : std::string();
    table.rows.push_back({plain(std::to_string(k)), plain(std::to_string(fold.rows)), plain(shown(fold.value)),
                          plain(shown(fold.holdout)),
                          plain(!chosen      ? "none: no trial succeeded"
                                : fold.trial ? (words.empty() ? "the only one" : words)
                                             : "the study's defaults" + (words.empty() ? "" : ": " + words))});
  }
  if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  if (static_cast<std::int64_t>(nested.folds.size()) < nested.planned)
    section.blocks.emplace_back(Paragraph{plain(std::to_string(nested.folds.size()) + " of " +
                                                std::to_string(nested.planned) + " outer folds have ended so far.")});
  return section;
}

}  // namespace holdout::report
