#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/report/export.hpp>
#include <holdout/study/run_folder.hpp>

#include "commands.hpp"

namespace holdout::cli {

namespace po = boost::program_options;

namespace {

std::vector<std::string> language_names() {
  std::vector<std::string> names;
  for (const Info& language : holdout::report::languages()) names.emplace_back(language.name);
  return names;
}

}  // namespace

Syntax export_syntax() {
  static const std::string to = "language of the program: " + joined(language_names());
  po::options_description options;
  options.add_options()("to", po::value<std::string>()->value_name("LANGUAGE"), to.c_str())(
      "out", po::value<std::string>()->value_name("FILE"), "write it there (standard output)");
  return {
      "Writes the tuned model of RUN, a run's folder or a model.json, as a short program that needs nothing of\n"
      "holdout's: it reads data as holdout predict does, and prints the same predictions.",
      "example:\n  holdout export runs/diabetes --to python --out diabetes.py\n  python3 diabetes.py new.csv\n",
      options};
}

int export_model(const Options& options) {
  if (!options.given("to"))
    throw Error("holdout export needs a language: --to", "--to " + joined(language_names(), " | "));
  if (options.given("out")) study::check_output(options.text("out"));
  const std::string text =
      holdout::report::export_model(study::read_model(options.text("argument")), options.text("to"));
  if (options.given("out"))
    study::write_file(options.text("out"), text);
  else
    std::cout << text;
  return kDone;
}

}  // namespace holdout::cli
