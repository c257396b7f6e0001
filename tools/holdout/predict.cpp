#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/base/quoting.hpp>
#include <holdout/data/rows.hpp>
#include <holdout/study/tuned_model.hpp>

#include "commands.hpp"

namespace holdout::cli {

namespace po = boost::program_options;

Syntax predict_syntax() {
  po::options_description options;
  options.add_options()("keep", po::value<std::vector<std::string>>()->value_name("COLUMN"),
                        "put this column of DATA in front; may be given many times")(
      "delimiter", po::value<std::string>()->value_name("CHAR"), "between cells of DATA: , ; or tab (as in training)");
  return {
      "Predicts rows with the tuned model of RUN, a run's folder or a model.json. DATA is a file like the one it\n"
      "was trained on, CSV or libsvm, plain or .gz; - is standard input. Columns are found by their names, in any\n"
      "order; the target is not needed, and others are passed over.\n\n"
      "Prints CSV: the prediction in the last column, in front of it the probability of each class, or an\n"
      "svm's decision value. A row that is odd (a missing value that training did not fill, a word that training\n"
      "did not meet, unless the study says data.unseen: ignore, no index that the model knows) gets empty cells and a "
      "message with its line, and the exit code is 2; what is\n"
      "passed over in other rows is counted on stderr. Rows are read as they come, in bounded memory.",
      "examples:\n"
      "  holdout predict runs/diabetes new.csv > predictions.csv\n"
      "  zcat new.csv.gz | holdout predict runs/breast-cancer - --keep patient\n",
      options};
}

namespace {

class Printer {
 public:
  Printer(const study::TunedModel& model, const std::vector<std::string>& keep)
      : model_(model), keep_(keep.size()), odds_(model.link() == train::Link::odds) {
    for (const std::string& name : keep) line_ += csv_quoted(name) + ",";
    if (odds_)
      for (const std::string& name : model.classes) line_ += csv_quoted("probability=" + name) + ",";
    if (model.link() == train::Link::decision) line_ += "decision,";
    line_ += "prediction\n";
    std::cout << line_;
  }

  void print(const data::RowBlock& block) {
    const std::vector<double> scores = study::predict(model_, block.rows);
    const std::size_t outputs = model_.outputs();
    for (std::size_t i = 0; i < block.rows.rows; ++i) {
      line_.clear();
      for (std::size_t k = 0; k < keep_; ++k) line_ += csv_quoted(block.kept[i * keep_ + k]) + ",";
      if (block.good[i])
        add_row(std::span(scores).subspan(i * outputs, outputs));
      else
        line_.append(odds_ ? model_.classes.size() : model_.link() == train::Link::decision ? 1 : 0, ',');
      if (line_.empty()) line_ = "\"\"";  // many readers pass over an empty line
      std::cout << line_ << '\n';
    }
    std::cout << std::flush;  // whoever reads us through a pipe may wait for these rows before it sends more
  }

 private:
  void add_row(std::span<const double> scores) {
    if (model_.classes.empty()) {
      line_ += to_text(scores[0]);
      return;
    }
    for (const double p : study::probabilities(model_, scores)) line_ += to_text(p) + ",";
    if (!odds_) line_ += to_text(scores[0]) + ",";
    line_ += csv_quoted(model_.classes[study::decided_class(scores, model_.threshold)]);
  }

  const study::TunedModel& model_;
  std::size_t keep_;
  bool odds_;
  std::string line_;
};

}  // namespace

int predict(const Options& options) {
  const std::vector<std::string> words = options.texts("argument");
  const study::TunedModel model = study::read_model(words[0]);
  data::RowFormat format{model.sparse,          model.delimiter, model.columns, model.features,
                         options.texts("keep"), model.cells,     model.classes, model.ignore_unseen};
  if (options.given("delimiter")) format.delimiter = options.text("delimiter");
  if (const std::string& d = format.delimiter; d != "," && d != ";" && d != "tab")
    throw Error("--delimiter " + holdout::quoted(d) + " is none of , ; tab", "quote ';' for the shell");
  const auto reader = data::open_rows(words[1], format);
  Printer printer(model, format.keep);
  data::RowBlock block;
  std::size_t rows = 0;
  while (std::cout && reader->next(block)) {
    printer.print(block);
    rows += block.rows.rows;
  }
  for (const std::string& note : reader->notes()) std::cerr << "note: " << escaped(note) << "\n";
  if (reader->odd().empty()) return kDone;
  std::vector<Message> messages = reader->odd().messages();
  messages.push_back({{},
                      std::to_string(reader->odd_rows()) + " of " + std::to_string(rows) +
                          " rows are invalid: their predictions are empty"});
  throw Error(std::move(messages));
}

}  // namespace holdout::cli
