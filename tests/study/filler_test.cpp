#include "filler.hpp"

#include <doctest/doctest.h>

#include <array>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

// Settings that no study has: what a filler promises to every declaration.
class Shape final : public Choice {
 public:
  static constexpr std::array<Info, 2> kAll{Info{"flat", ""}, Info{"deep", ""}};
  std::span<const Info> alternatives() const override { return kAll; }
  std::size_t selected() const override { return selected_; }
  void select(std::size_t alternative) override { selected_ = alternative; }
  void fields(FieldVisitor& f) override {
    if (selected_ == 1) f({"sizes", "", Scope::lane}, sizes, between<std::int64_t>(1, 100));
  }
  std::vector<std::int64_t> sizes = {8};

 private:
  std::size_t selected_ = 0;
};

struct Settings {
  std::string title;
  std::vector<std::string> words;
  std::vector<std::int64_t> fixed = {1}, searched = {1};
  Shape shape;
  void fields(FieldVisitor& f) {
    f({"title", "what it is called", Scope::fixed, true}, title, {});
    f({"words", "", Scope::lane}, words, {});
    f({"fixed", ""}, fixed, between<std::int64_t>(-100, 100));
    f({"searched", "", Scope::cohort}, searched, between<std::int64_t>(1, 100));
    f({"shape", "", Scope::cohort}, shape, ChoiceStyle{"name", true});
  }
};

struct Filled {
  Settings settings;
  std::vector<search::Parameter> parameters;
  std::vector<Constant> constants;
  std::string complaints;
};

Filled fill(const std::string& text) {
  const yaml::Source source = yaml::text_source("x", text);
  Errors errors;
  const yaml::Node root = yaml::parse(source, errors);
  Filled result;
  Filler filler(errors);
  filler.fill([&](FieldVisitor& f) { result.settings.fields(f); }, root);
  if (!errors.empty()) result.complaints = Error(errors.messages()).what();
  result.parameters = filler.parameters, result.constants = filler.constants;
  return result;
}

TEST_CASE("filler: a setting that is required at the top") {
  const std::string missing = fill("fixed: [2]\n").complaints;
  CHECK(has(missing, "the study: 'title' is missing\n"));
  CHECK(has(missing, "title: what it is called"));
  CHECK(has(fill("title: ''\n").complaints, "title is empty\n"));
  CHECK(has(fill("title:\n").complaints, "title: the value is missing\n"));
  CHECK(fill("title: a\n").settings.title == "a");
}

TEST_CASE("filler: lists that are the same for a whole study cannot be searched, nor their items") {
  CHECK(fill("title: a\nfixed: [-2, 3]\n").settings.fixed == std::vector<std::int64_t>{-2, 3});
  CHECK(has(fill("title: a\nfixed: {values: [[2], [3]]}\n").complaints, "2:8: error: fixed cannot be searched"));
  const std::string item = fill("title: a\nfixed: [2, {min: 1, max: 3}]\n").complaints;
  CHECK(has(item, "2:12: error: fixed.1 cannot be searched: it is the same for the whole study\n"));
}

TEST_CASE("filler: where an item is searched the first of its values, or its least, stands in the list") {
  const Filled filled = fill("title: a\nsearched: [{min: 7, max: 9}, {values: [4, 5]}, 3]\n");
  CHECK(filled.settings.searched == std::vector<std::int64_t>{7, 4, 3});
  CHECK(filled.parameters.size() == 2);
  const std::string bad = fill("title: a\nsearched: [{min: 7}, {values: []}, {min: 1, max: 2, foo: 3}]\n").complaints;
  CHECK(has(bad, "searched.0: the range has no 'max'"));
  CHECK(has(bad, "searched.1: 'values' is empty"));
  CHECK(has(bad, "unknown key 'foo' in the range of searched.2"));
  const std::string more = fill("title: a\nsearched: [~, {min: 1, max: 2}, {foo: 3}]\n").complaints;
  CHECK(has(more, "2:12: error: searched: an empty item\n"));
  CHECK(has(more, "2:33: error: searched.2: expected an integer from 1 to 100, found a mapping"));
  CHECK(has(fill("title: a\nwords: {values: [[b], [c]]}\n").complaints, "words: expected a list, found a mapping"));
  const std::string nested = fill("title: a\nsearched: {values: [[3], [{foo: 3}], [{min: 3, max: 4}]]}\n").complaints;
  CHECK(has(nested, "2:27: error: searched.0: expected an integer from 1 to 100, found a mapping"));
  CHECK(has(nested, "2:39: error: searched.0: expected an integer from 1 to 100, found a mapping"));
}

TEST_CASE("filler: a list inside an alternative of a searched choice is a constant of that alternative") {
  const Filled filled = fill("title: a\nshape: {values: [flat, {name: deep, sizes: [3, 4]}]}\n");
  CHECK(filled.complaints == "");
  REQUIRE(filled.constants.size() == 1);
  CHECK(filled.constants[0].path == "shape.deep.sizes");
  CHECK(filled.constants[0].value == Value(std::string("[3, 4]")));
  CHECK(filled.constants[0].condition.choice == 1);
  CHECK(filled.settings.shape.selected() == 0);
}

TEST_CASE("reader: values, lists and choices that are no such thing") {
  struct {
    const char *text, *message;
  } const cases[] = {
      {"data: {file: '', target: y}\n", "1:14: error: data.file is empty\n"},
      {"data: {file: , target: y}\n", "1:8: error: data.file: the value is missing\n"},
      {"data: {file: , target: y}\n", "  expected CSV with a header"},
      {"data: {file: a, target: }\n", "  omit the key for the default"},
      {"data: {file: a, target: y, split: {method: kfold, stratify: 'true'}}\n", "  write it without quotes"},
      {"data: {file: a, target: y, split: {method: kfold, stratify: \"false\"}}\n", "  write it without quotes"},
      {"data: {file: a, target: y, split: {method: kfold, stratify: yes}}\n", "'yes' is neither true nor false"},
      {"data: {file: a, target: y, split: {method: kfold, stratify: yes}}\n", "  true, false"},
      {"data: {file: a, target: y, split: {method: kfold, stratify: []}}\n",
       "data.split.stratify: expected true or false, found a list\n"},
      {"data: {file: a, target: y, standardize: RobustScaler}\n", "  in holdout: 'robust'"},
      {"data: {file: a, target: y, standardize: {values: [deviation, true]}}\n",
       "data.standardize: 'true' is listed twice"},
      {"data: {file: a, target: y, standardize: {values: [none, auto]}}\nmodel: {type: linear}\n",
       "data.standardize: 'auto' among the values: it is deviation or max_abs, by the rows"},
      {"data: {file: a, target: [b]}\n", "1:25: error: data.target: expected a text, found a list\n"},
      {"data: {file: a, target: y, missing: {a: 1}}\n", "1:38: error: unknown key 'a' in data.missing"},
      {"data: {file: a, target: y, missing: [mean]}\n", "data.missing: expected one of refuse, drop_row, mean, median"},
      // choices
      {"data: {file: a, target: y, split: {method: }}\n", "1:36: error: data.split.method: the value is missing\n"},
      {"data: {file: a, target: y, split: {method: [kfold]}}\n",
       "1:44: error: data.split.method: expected a name, found a list\n"},
      {"data: {file: a, target: y, split: {method: {foo: 1}}}\n",
       "data.split.method: expected a name, found a mapping\n"},
      {"data: {file: a, target: y, split: {method: {values: [kfold, holdout]}}}\n",
       "data.split.method cannot be searched in one study\n"},
      {"data: {file: a, target: y, split: kfold}\n", "  split: {method: kfold}"},
      {"data: {file: a, target: y, split: [kfold]}\n", "  split: {method: holdout, ...}"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const std::string got = complaints(c.text);
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

TEST_CASE("reader: choices and lists that are searched, and what is wrong with them") {
  struct {
    const char *rest, *message;
  } const cases[] = {
      {"training: {optimizer: {name: {values: [gd, adam]}}}\n",
       "2:30: error: training.optimizer cannot be searched here\n"},
      {"training: {optimizer: {name: {values: [gd, adam]}}}\n", "  optimizer: {values: [gd, adam]}"},
      {"training: {optimizer: }\n", "2:12: error: training.optimizer: the value is missing\n"},
      {"training: {optimizer: {name: ~}}\n", "  one of gd, momentum"},
      {"training: {optimizer: {values: [gd, ~]}}\n",
       "2:37: error: training.optimizer: an alternative without a name\n"},
      {"training: {optimizer: {values: [{beta1: 0.5}, gd]}}\n",
       "2:33: error: training.optimizer: an alternative without a name\n"},
      {"training: {optimizer: {values: [{beta1: 0.5}, gd]}}\n", "  {name: gd, ...}"},
      {"training: {optimizer: {values: [[gd]]}}\n", "training.optimizer: expected a name, found a list\n"},
      {"training: {optimizer: {values: [gd, adma]}}\n", "2:37: error: training.optimizer: 'adma' is not known\n"},
      {"search: {method: gradient, optimizer: {values: [newton, adam]}}\n",
       "2:39: error: search.optimizer cannot be searched: it is the same for the whole study\n"},
      {"report: {formats: {values: [[json], [csv]]}}\n", "2:19: error: report.formats cannot be searched"},
      {"report: {formats: {a: 1}}\n", "2:19: error: report.formats: expected a list, found a mapping\n"},
      {"report: {formats: {a: 1}}\n", "  [a, b]"},
      {"report: {formats: [~, json]}\n", "2:20: error: report.formats: an empty item\n"},
      {"report: {formats: [jsno, json]}\n", "  did you mean 'json'?"},
      {"training: {learning_rate: {foo: 1}}\n", "  allowed: start, schedule, warmup"},
      {"training: {epochs: {foo: 1}}\n",
       "2:20: error: training.epochs: expected an integer from 1 to 100000000, found"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rest);
    const std::string got = complaints(with(c.rest));
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

TEST_CASE("reader: a list is taken for a search only where there can be one") {
  struct {
    const char *text, *end;
  } const cases[] = {
      {"data: {file: a, target: y}\ntraining: {epochs: [3, 9]}\n", "  to search: {values: [3, 9]}"},
      {"data: {file: a, target: y}\ntraining: {epochs: []}\n", "^"},
      {"data: {file: a, target: [y]}\n", "^"},  // the same for the whole study
      {"data: {file: a, target: y}\ntraining: {epochs: {values: [[3, 9]]}}\n", "^"},
      {"data: {file: a, target: y}\ntraining: {epochs: {min: [3], max: 9}}\n", "^"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const std::string got = complaints(c.text);
    CAPTURE(got);
    CHECK(has(got, "found a list\n"));
    CHECK(got.ends_with(c.end));
  }
}

TEST_CASE("reader: a key in the wrong section is answered with the line that sets it") {
  struct {
    const char *rest, *line;
  } const cases[] = {
      {"file: b.csv\n", "data: {file: b.csv}"},
      {"folds: 3\n", "data: {split: {folds: 3}}"},
      {"optimizer: adam\n", "training: {optimizer: adam}"},
      {"training: {beta1: 0.9}\n", "training: {optimizer: {name: adam, beta1: 0.9}}"},
      {"momentum: {min: 0.5, max: 0.9}\n", "training: {optimizer: {name: momentum, momentum: {min: 0.5, max: 0.9}}}"},
      {"model: {patience: 3}\n", "training: {stop: {patience: 3}}"},
      {"columns: [a]\n", "model: {l2: {groups: {NAME: {columns: [a]}}}}"},
      {"groups: {a: 1}\n", "model: {l2: {groups: {a: 1}}}"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rest);
    const std::string got = complaints(with(c.rest)) + "\n";
    CAPTURE(got);
    CHECK(has(got, "  it belongs elsewhere: " + std::string(c.line) + "\n"));
  }
}

}  // namespace
}  // namespace holdout::study
