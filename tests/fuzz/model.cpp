// A model.json of any bytes: refused in words, or understood. Then it reads as the same again, it predicts rows of a
// file with its columns, and the exported script has the model's words and numbers as literals and nothing else: its
// rest is that of a model of the same shape whose words and numbers are harmless.
#include <cmath>
#include <sstream>

#include <holdout/base/number.hpp>
#include <holdout/base/quoting.hpp>
#include <holdout/data/rows.hpp>
#include <holdout/report/export.hpp>
#include <holdout/study/tuned_model.hpp>

#include "script_literals.hpp"

using namespace holdout;
using study::TunedModel;

namespace {

// The model with other words and numbers in every place, and which stood there: word w7 is words[7], number 9007.5 is
// numbers[7].
struct Harmless {
  static constexpr double kFirst = 9000.5;
  static constexpr std::int64_t kFirstIndex = 1'000'000'000;
  TunedModel model;
  std::vector<std::string> words;
  std::vector<double> numbers;

  explicit Harmless(const TunedModel& original) : model(original) {
    for (std::string* word : {&model.study, &model.target}) change(*word);
    for (data::InputColumn& column : model.columns) {
      change(column.name);
      for (std::string& level : column.levels) change(level);
    }
    for (std::string& name : model.classes) change(name);
    for (std::string& word : model.cells.missing_words)
      if (!to_real(word)) change(word);  // numbers among them are compared as such
    if (model.sparse)
      for (std::size_t j = 0; j < model.features.size(); ++j)
        model.features[j] = std::to_string(kFirstIndex + static_cast<std::int64_t>(j));
    for (auto* list : {&model.scaling.mean, &model.scaling.scale, &model.scaling.fill}) change(*list);
    for (TunedModel::Layer& layer : model.layers) change(layer.weights), change(layer.biases);
  }

 private:
  void change(std::string& word) {
    words.push_back(word);
    word = "w" + std::to_string(words.size() - 1);
  }
  void change(std::vector<double>& list) {
    for (double& x : list) {
      numbers.push_back(x);
      x = kFirst + static_cast<double>(numbers.size() - 1);
    }
  }
};

// "" where the literal is no word of the harmless model.
const std::string* word_for(const Harmless& harmless, const std::string& literal) {
  if (!literal.starts_with('w') || literal.size() < 2) return nullptr;
  const auto n = to_integer(literal.substr(1));
  return n && *n >= 0 && static_cast<std::size_t>(*n) < harmless.words.size()
             ? &harmless.words[static_cast<std::size_t>(*n)]
             : nullptr;
}

void check_number(const Harmless& harmless, const TunedModel& model, const std::string& mine,
                  const std::string& other) {
  const double k = to_real(other).value_or(0) - Harmless::kFirst;
  const std::int64_t index = to_integer(other).value_or(0) - Harmless::kFirstIndex;
  if (k >= 0 && std::trunc(k) == k && k < static_cast<double>(harmless.numbers.size())) {
    // The sign stands outside of the literal.
    const std::optional<double> x = to_real(mine);
    if (!x || *x != std::abs(harmless.numbers[static_cast<std::size_t>(k)])) fuzz::find("a number differs: " + mine);
  } else if (model.sparse && index >= 0) {
    if (mine != model.features.at(static_cast<std::size_t>(index))) fuzz::find("an index differs: " + mine);
  } else if (mine != other) {
    fuzz::find("a number differs: " + mine + " " + other);
  }
}

std::string without_minus(std::string text) {
  std::erase(text, '-');
  return text;
}

void check_script(const TunedModel& model) {
  const Harmless harmless(model);
  const fuzz::ScriptLiterals mine(report::export_model(model, "python")),
      other(report::export_model(harmless.model, "python"));
  if (without_minus(mine.rest) != without_minus(other.rest)) fuzz::find("data in the code:\n" + mine.rest);
  if (mine.strings.size() != other.strings.size() || mine.numbers.size() != other.numbers.size())
    fuzz::find("literals are missing");
  for (std::size_t i = 0; i < mine.strings.size(); ++i) {
    const std::string* const word = word_for(harmless, other.strings[i]);
    if (mine.strings[i] != (word ? *word : other.strings[i])) fuzz::find("a word differs: " + mine.strings[i]);
  }
  for (std::size_t i = 0; i < mine.numbers.size(); ++i)
    check_number(harmless, model, mine.numbers[i], other.numbers[i]);
}

void predict_rows(const TunedModel& model) {
  std::string header, row, line = "1";
  for (const data::InputColumn& column : model.columns) {
    header += (header.empty() ? "" : model.delimiter == "tab" ? "\t" : model.delimiter) + csv_quoted(column.name);
    row += (row.empty()                ? ""
            : model.delimiter == "tab" ? "\t"
                                       : model.delimiter) +
           csv_quoted(column.levels.empty() ? "1.5" : column.levels.front());
  }
  for (const std::string& index : model.features) line += " " + index + ":0.5";
  const std::string text = model.sparse ? line + "\n" : header + "\n" + row + "\n";
  const fuzz::MemoryFile file(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const auto rows = data::open_rows(
      file.path(), {model.sparse, model.delimiter, model.columns, model.features, {}, model.cells, model.classes});
  data::RowBlock block;
  while (rows->next(block)) {
    const std::vector<double> scores = study::predict(model, block.rows);
    if (scores.size() != block.rows.rows * model.outputs()) fuzz::find("scores are missing");
    const auto first = std::span(scores).first(model.outputs());
    study::probabilities(model, first);
    if (!model.classes.empty() && study::decided_class(first) >= model.classes.size()) fuzz::find("a class of nobody");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  std::optional<TunedModel> model;
  fuzz::understood_or_refused([&] { model = study::model_from(text, "model.json"); });
  if (!model) return 0;
  const std::string again = study::model_json(*model);
  if (study::model_json(study::model_from(again, "again")) != again) fuzz::find("it does not read as the same again");
  check_script(*model);
  fuzz::understood_or_refused([&] { predict_rows(*model); });
  return 0;
}
