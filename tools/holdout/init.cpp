#include <filesystem>
#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/files.hpp>
#include <holdout/base/quoting.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/study/starter.hpp>

#include "commands.hpp"

namespace holdout::cli {

namespace fs = std::filesystem;
namespace po = boost::program_options;

Syntax init_syntax() {
  po::options_description options;
  options.add_options()("target", po::value<std::string>()->value_name("COLUMN"), "what to predict; not with libsvm")(
      "out", po::value<std::string>()->value_name("FILE"), "the study (NAME-OF-DATA.yaml)");
  return {
      "Looks at a data file (types, missing cells, classes, scale) and writes a first study for it: commented,\n"
      "and ready to run. Nothing is ever overwritten.",
      "example:\n  holdout init data/diabetes.csv --target target\n  holdout run diabetes.yaml\n", options};
}

int init(const Options& options) {
  const fs::path data = options.text("argument");
  fs::path stem = data.filename();
  if (stem.extension() == ".gz") stem = stem.stem();
  stem = stem.stem();
  const fs::path out = options.given("out") ? fs::path(options.text("out")) : fs::path(stem.string() + ".yaml");
  if (something_at(out.string()))
    throw Error(holdout::quoted(out.string()) + " is there already", "choose another name with --out");
  const data::Overview overview = data::overview(data.string(), options.text("target"));
  const fs::path folder = fs::path(absolute_path(out.string())).parent_path();
  const std::string text =
      study::starter_study(overview, options.text("target"),
                           {out.string(), fs::path(absolute_path(data.string())).lexically_proximate(folder).string(),
                            study::slug(stem.string())});
  study::write_file(out.string(), text);
  std::cout << "wrote " << escaped(out.string()) << "\n";
  // What is wrong with the data shows now, not at the first run.
  study::StudyFile file = study::read_study(out.string());
  const data::Prepared prepared = study::prepare(file);
  for (const std::string& notice : prepared.notices) std::cout << "note: " << escaped(notice) << "\n";
  std::cout << "next: holdout run " << shell_quoted(out.string()) << "\n";
  return kDone;
}

}  // namespace holdout::cli
