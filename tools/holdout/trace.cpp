#include <iostream>

#include <holdout/report/trace.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/runner.hpp>

#include "commands.hpp"
#include "options.hpp"

namespace holdout::cli {
namespace po = boost::program_options;

Syntax trace_syntax() {
  po::options_description options;
  options.add_options()("out", po::value<std::string>()->value_name("DIR"), "folder of the files (runs/NAME)")(
      "set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
      "change a setting of the study; may be given many times")("quiet", "print nothing");
  return {
      "Draws what update rules do where it can be seen: over two parameters. Each configuration of the\n"
      "study's listed values is a path. Writes DIR/trace.csv (every step, exact numbers), trajectories.svg\n"
      "(the paths over contours) and loss.svg (how high they are at each step).\n\n"
      "The study is one of a function (holdout list functions), which needs no data:\n\n"
      "  model: {type: function, name: rosenbrock, start: [-1.5, 2]}\n"
      "  training:\n"
      "    optimizer: {values: [gd, momentum, adam]}\n"
      "    learning_rate: 0.001\n"
      "    epochs: 500        # steps\n"
      "    noise: 0.5         # on each partial derivative, the same for all paths: what sampling does\n\n"
      "or one of data whose model has two parameters (linear, logistic or svm with one feature): a real\n"
      "training, over the contours of J on its training rows; then also loss_examples.svg and\n"
      "loss_seconds.svg, which compare batch sizes by the rows they saw and by time.",
      "examples:\n"
      "  holdout trace studies/lecture-ravine.yaml\n"
      "  holdout trace studies/lecture-ravine.yaml --set 'training.learning_rate={values: [0.01, 0.07]}'\n",
      options};
}

namespace {

struct Tracer {
  std::string out;  // as it was given, or where folders of runs are
  study::Trace operator()(const study::FunctionStudy& study) const { return study::trace(study); }
  study::Trace operator()(study::StudyFile file) const {
    const data::Prepared data = study::prepare(file, study::spill_near(out));
    return study::trace(file, data);
  }
};

}  // namespace

int trace(const Options& options) {
  const study::Trace trace = std::visit(Tracer{options.given("out") ? options.text("out") : "runs"},
                                        study::read_traced_study(options.text("argument"), options.texts("set")));
  const study::RunFolder folder(options.given("out") ? options.text("out") : "runs/" + study::slug(trace.study));
  holdout::report::write_trace(trace, folder.path());
  if (!options.given("quiet")) std::cout << holdout::report::trace_summary(trace, folder.path());
  return kDone;
}

}  // namespace holdout::cli
