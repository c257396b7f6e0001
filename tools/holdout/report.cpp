#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/report/report.hpp>
#include <holdout/study/run_folder.hpp>

#include "commands.hpp"
#include "options.hpp"

namespace holdout::cli {

Syntax report_syntax() {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("formats", po::value<std::vector<std::string>>()->value_name("FORMAT")->multitoken(),
                        "json, markdown, html, csv (all)")("json", "print report.json instead of the summary");
  return {
      "Writes the reports of a run again, from what its study.db holds: after an update of holdout, or in a\n"
      "format that the study did not ask for.",
      "example:\n  holdout report runs/diabetes --formats markdown html\n", options};
}

int report(const Options& options) {
  const std::string path = options.text("argument"), file = study::database_of(path);
  const study::RunFolder folder(path);
  const auto storage = study::Storage::open(file, true);
  const holdout::report::Findings findings = holdout::report::find(*storage);
  std::vector<std::string> formats = options.texts("formats");
  if (formats.empty())
    for (const std::string_view format : holdout::report::formats()) formats.emplace_back(format);
  holdout::report::write(findings, path, formats);
  std::cout << (options.given("json") ? holdout::report::render(findings, "json")
                                      : holdout::report::summary(findings, path));
  return findings.best() ? kDone : kAllFailed;
}

}  // namespace holdout::cli
