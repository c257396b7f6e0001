#include "document.hpp"

#include "foreign_trials.hpp"
#include "sections.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

Text interruption(const Findings& f) {
  return plain("The run did not come to its end. The results cover " + std::to_string(f.trials.size()) + " of " +
               counted(f.begun, "trial") + " that had begun. Run the study again to go on.");
}

}  // namespace

Document document(const Findings& f, const Page& page) {
  Document d{"Report: " + f.study.name, {}, {}};
  if (f.interrupted) d.warnings.push_back(interruption(f));
  for (const std::string& note : foreign_notes(f)) d.warnings.push_back(plain(note + "."));
  if (!f.best())
    d.sections.push_back(no_best_section(f));
  else {
    d.sections.push_back(best_section(f));
    d.sections.push_back(error_section(f));
    if (f.nested) d.sections.push_back(nested_section(f));
    if (Section section = attention_section(f); !section.blocks.empty()) d.sections.push_back(std::move(section));
    if (f.facts && f.facts->certificate) d.sections.push_back(certificate_section(f));
    d.sections.push_back(ranking_section(f));
  }
  d.sections.push_back(space_section(f));
  if (f.best()) {
    d.sections.push_back(convergence_section(f));
    if (f.winner && f.winner->minimum) d.sections.push_back(minimum_section(*f.winner));
    if (Section section = predictions_section(f); !section.blocks.empty()) d.sections.push_back(std::move(section));
  }
  if (!f.failures.empty()) d.sections.push_back(failures_section(f));
  if (!f.trials.empty()) d.sections.push_back(trials_section(f));
  d.sections.push_back(data_section(f));
  if (f.facts) d.sections.push_back(run_section(f));
  d.sections.push_back(files_section(page));
  return d;
}

}  // namespace holdout::report
