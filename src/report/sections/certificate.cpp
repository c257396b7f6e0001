#include "../certificate.hpp"

#include "../sections.hpp"
#include "../text.hpp"

namespace holdout::report {

Section certificate_section(const Findings& f) {
  const study::Certificate& c = *f.facts->certificate;
  Section section{"Certificate", {}};
  std::string text = certificate_text(f);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');  // it begins with "no" or "not"
  section.blocks.emplace_back(Paragraph{plain(text + ". " + certificate_method(f))});
  section.blocks.emplace_back(
      Paragraph{plain("It is the hold-out error that is certified, not the error on new data: with other hold-out rows "
                      "another λ is the best one, often by far more than " +
                      shown(c.tolerance) + " of the error.")});
  if (!c.bound.empty()) section.blocks.emplace_back(Figure::certificate);
  if (c.open.empty()) return section;
  Table table{{plain(path(f, c.parameter) + " from"), plain("to"), plain("not ruled out")}, {}, 0};
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < std::min(c.open.size(), kShown); ++i)
    table.rows.push_back({plain(shown(c.open[i].min)), plain(shown(c.open[i].max)),
                          plain(c.open[i].promise ? shown(*c.open[i].promise) : "–")});
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace holdout::report
