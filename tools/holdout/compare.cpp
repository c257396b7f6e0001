#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/report/compare.hpp>
#include <holdout/study/run_folder.hpp>

#include "commands.hpp"

namespace holdout::cli {

Syntax compare_syntax() {
  namespace po = boost::program_options;
  po::options_description options;
  options.add_options()("html", po::value<std::string>()->value_name("FILE"), "write a page with plots as well");
  return {
      "Puts runs side by side, the best first: hold-out and test errors, trials, seconds, best parameters, and\n"
      "whether the winner won by more than chance. The runs must be of the same data, target and metric.",
      "example:\n  holdout compare runs/concrete runs/concrete-mlp\n", options};
}

int compare(const Options& options) {
  if (options.given("html")) study::check_output(options.text("html"));
  std::vector<holdout::report::NamedRun> runs;
  Errors errors;
  for (const std::string& path : options.texts("argument")) {
    std::string file;
    try {
      file = study::database_of(path);
    } catch (const Error& error) {
      errors.add(error);
      continue;
    }
    runs.push_back({path, holdout::report::find(*study::Storage::open(file, true))});
  }
  errors.throw_if_any();
  if (runs.size() < 2) throw Error("one run alone cannot be compared", "name two or more: holdout compare RUN RUN");
  const holdout::report::Comparison comparison = holdout::report::compare(std::move(runs));
  if (options.given("html")) study::write_file(options.text("html"), holdout::report::comparison_page(comparison));
  std::cout << holdout::report::comparison_text(comparison);
  return kDone;
}

}  // namespace holdout::cli
