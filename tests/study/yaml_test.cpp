#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "study/study_text.hpp"
#include "support/folder.hpp"
#include "yaml.hpp"

namespace holdout::study {
namespace {

const std::string kHostile = holdout::testing::tests_folder() + "/data/hostile/";

std::vector<std::string> split(const std::string& line, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t at; (at = line.find(separator, begin)) != std::string::npos; begin = at + separator.size())
    parts.push_back(line.substr(begin, at - begin));
  parts.push_back(line.substr(begin));
  return parts;
}

// The tree of a text as one line, or the messages.
std::string tree(const std::string& text) {
  const StudyText file(text);
  try {
    const yaml::Source source = yaml::read_source(file.path());
    Errors errors;
    const yaml::Node root = yaml::parse(source, errors);
    if (errors.empty()) return flow_text(root, 1000);
    std::string all;
    for (const Message& m : errors.messages())
      all += std::to_string(m.place.line) + ":" + std::to_string(m.place.column) + ": " + m.text + "\n";
    return all;
  } catch (const Error& error) {
    const Message& m = error.messages().at(0);
    return std::to_string(m.place.line) + ":" + std::to_string(m.place.column) + ": " + m.text + "\n";
  }
}

TEST_CASE("hostile: each file gets the message that its index promises") {
  std::ifstream index(kHostile + "index.tsv");
  std::string line;
  int rows = 0;
  for (std::getline(index, line); std::getline(index, line); ++rows) {
    const auto cells = split(line, "\t");
    REQUIRE(cells.size() == 3);
    const std::string &name = cells[0], &place = cells[1], &words = cells[2];
    CAPTURE(name);
    try {
      read_study(kHostile + name);
      CHECK_MESSAGE(words.empty(), "the study was read");
    } catch (const Error& error) {
      const std::string text = error.what();
      CAPTURE(text);
      CHECK_FALSE(words.empty());
      CHECK(error.fault() == Fault::input);
      if (!place.empty()) CHECK(has(text, name + ":" + place + ":"));
      for (const std::string& word : split(words, ";;")) CHECK(has(text, word));
      for (const char* inside : {"yaml-cpp", "YAML::", "std::", "end of map", "bad conversion", "bad file"})
        CHECK_FALSE(has(text, inside));
    }
  }
  CHECK(rows == 48);
}

TEST_CASE("yaml: aliases, merge keys and block texts") {
  CHECK(tree("a: &x [1, two]\nb: *x\n") == "{a: [1, two], b: [1, two]}");
  CHECK(tree("d: &d {p: 1, q: 2}\ne:\n  <<: *d\n  q: 3\n") == "{d: {p: 1, q: 2}, e: {q: 3, p: 1}}");
  CHECK(tree("e:\n  <<: [{p: 1}, {p: 2, q: 3}]\n") == "{e: {p: 1, q: 3}}");  // the first wins (YAML's merge type)
  CHECK(tree("a: |\n  x\n  y\nb: >\n  x\n  y\n") == R"({a: "x\ny\n", b: "x y\n"})");
  CHECK(tree("%YAML 1.2\n---\na: 1\n...\n") == "{a: 1}");
  CHECK(tree("a: {b: , c: ~}\n") == "{a: {b: ~, c: ~}}");
}

TEST_CASE("yaml: nothing is nothing however it is written, and an anchor may mark it") {
  CHECK(tree("a: null\nb: Null\nc: NULL\nd: ~\ne:\nf: &x\ng: *x\nh: [~, ]\n") ==
        "{a: ~, b: ~, c: ~, d: ~, e: ~, f: ~, g: ~, h: [~]}");
  CHECK(tree("a: &x") == "{a: ~}");
  CHECK(tree("") == "~");
  CHECK(tree("# nothing\n") == "~");
  CHECK(tree("--- \n") == "~");
  CHECK(tree("null") == "~");
}

TEST_CASE("yaml: a value that is missing is missed at its key, whatever comes next") {
  for (const char* next : {"name: x\n", "null1: x\n", "&x seed: 1\n", "# null\n", ""}) {
    CAPTURE(next);
    const std::string got = complaints(with("training:\n" + std::string(next)));
    CHECK(has(got, "2:1: error: training: the value is missing\n"));
  }
  for (const char* key : {"null", "~"})
    CHECK(has(complaints(with("training:\n" + std::string(key) + ": x\n")), "3:1: error: a key must be a word"));
  CHECK(has(complaints(with("training: ~\n")), "2:11: error: training: the value is missing\n"));
  CHECK(has(complaints(with("training: &x\n")), "2:11: error: training: the value is missing\n"));
  CHECK(has(complaints(with("training: {epochs: , stop: ~}\n")), "2:12: error: training.epochs: the value is"));
  CHECK(has(complaints(with("training: {epochs: , stop: ~}\n")), "2:28: error: training.stop: the value is"));
}

TEST_CASE("yaml: long lists and mappings are cut in messages") {
  yaml::Node word, list, mapping;
  word.kind = yaml::Node::Kind::scalar, word.text = "word";
  list.kind = yaml::Node::Kind::list, list.items.assign(9, word);
  mapping.kind = yaml::Node::Kind::mapping, mapping.entries.assign(9, {"key", {}, word});
  CHECK(flow_text(list, 12) == "[word, word, word, ...]");
  CHECK(flow_text(mapping, 12) == "{key: word, key: word, ...}");
  mapping.entries.resize(2);
  CHECK(flow_text(mapping, 20) == "{key: word, key: word}");
}

TEST_CASE("yaml: columns count characters, not bytes") {
  CHECK(tree("ä: {é: 1, é: 2}\n") == "1:11: key 'é' is a duplicate: it stands on line 1 already\n");
}

TEST_CASE("yaml: what is wrong is said in our words, at the culprit") {
  struct {
    const char *text, *message;
  } const cases[] = {
      {"a: \"x\nb: \"y\"\n", "1:4: the quote that opens here closes on a later line"},
      {"a: \"x\n", "1:4: the quote that opens here is never closed"},
      {"a: b: c\n", "1:5: a `: ` too many"},
      {"a: 1\nbee\nc: 2\n", "2:1: expected `key: value`, found 'bee'"},
      {"a: [1, 2\nb: 3\n", "1:4: the bracket '[' that opens here is never closed"},
      {"a: [1, 2}\n", "1:"},
      {"a: 1]\nb: ]\n", "2:4: a closing bracket that opens nowhere"},
      {"a: &x [*x]\n", "1:8: this alias stands inside the value that it repeats"},
      {"a: !!int 1\n", "1:4: a tag (!)"},
      {"a: &x !t {b: 1}\n", "1:7: a tag (!)"},
      {"a: !", "1:4: a tag (!)"},
      {"a: ! \"x\"\n", "1:4: a tag (!)"},
      {"a: !<x> 1\n", "1:4: a tag (!)"},
      {"a: \"x\n  y\"\nb: 1\nc: 2\nd: [1}\n", "5:6: inside [], expected a comma or ']'"},
      {"a: \"\\q\"\n", "an escape in double quotes that YAML does not know"},
      {"a: \"\\0\"\n", "1:4: a NUL character in a text"},
      {"a: @x\n", "1:4: a character that no value starts with"},
      {"? [a]\n: 1\n", "1:3: a key must be a word, not a list"},
      {"a: [&x : 1]\n", "1:5: a key must be a word, not nothing"},
      {"<<: 1\n", "1:1: `<<` merges a mapping, not '1'"},
      {"a: 1\rb: 2\n", "1:5: a carriage return without a line feed"},
      {"a: \xed\xa0\x80\n", "1:4: byte 0xed is not UTF-8"},  // a surrogate
      {"a: \xc0\xaf\n", "1:4: byte 0xc0 is not UTF-8"},      // an overlong slash
      {"a: 1\n---\nb: 2\n", "2:1: a second document begins here"},
      {"[a]\nb: 1\n", "2:"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const std::string got = tree(c.text);
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

TEST_CASE("yaml: limits") {
  CHECK(has(tree("a: " + std::string(64, '[') + std::string(64, ']')), "nested more than 64 levels deep"));
  CHECK(tree("a: " + std::string(63, '[') + std::string(63, ']')).starts_with("{a: [[["));
  const std::string half = std::string(40, '[') + "x" + std::string(40, ']');
  CHECK(has(tree("a: &x " + half + "\nb: " + std::string(30, '[') + "*x" + std::string(30, ']')),
            "2:34: nested more than 64 levels deep"));
  std::string many = "a: [";
  for (int i = 0; i < 100'000; ++i) many += "1,";
  CHECK(has(tree(many + "]\n"), "more than 100000 values"));
  std::string aliases = "a: &x 1\nb: [";
  for (int i = 0; i < 1001; ++i) aliases += "*x,";
  CHECK(has(tree(aliases + "]\n"), "more than 1000 aliases"));
  CHECK(has(tree("a: " + std::string(std::size_t{1} << 20, 'x')), "larger than 1 MiB"));
  std::string chain = "b: 1\n";  // nested anchors would be copied once for every level
  for (int i = 0; i < 60; ++i) chain += std::string(i == 0 ? "a: " : "") + "&x" + std::to_string(i) + " [";
  for (int i = 0; i < 5000; ++i) chain += "1,";
  CHECK(has(tree(chain + std::string(60, ']')), "aliases expand to more than 100000 values"));
}

TEST_CASE("yaml: files that are none") {
  const auto reason = [](const std::string& path) -> std::string {
    try {
      yaml::read_source(path);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  CHECK(has(reason("/nowhere/at-all.yaml"), "/nowhere/at-all.yaml: error: no such file"));
  CHECK(has(reason("nowhere.yaml"), "looked for /"));
  CHECK(has(reason("/tmp"), "/tmp: error: it is a directory, not a regular file"));
  CHECK(has(reason("/dev/zero"), "it is a device, not a regular file"));
}

TEST_CASE("yaml: half a character is written as it is") { CHECK(yaml::yaml_text("\x01\xc2") == "\"\\x01\xc2\""); }

TEST_CASE("property: yaml_text reads back as the same text") {
  for (const std::string& text : {std::string("=1+1"),
                                  std::string("true"),
                                  std::string("12"),
                                  std::string("a: b"),
                                  std::string("é ü"),
                                  std::string("a #b"),
                                  std::string(""),
                                  std::string("~"),
                                  std::string("null"),
                                  std::string("x\ty\n\"z\"\\"),
                                  std::string("\xc2\x85 \xe2\x80\xa8"),
                                  std::string("\xc2\xa0:\t\xc2\xb5"),
                                  std::string("-"),
                                  std::string("---"),
                                  std::string(".5"),
                                  std::string("..."),
                                  std::string("../a/b.csv"),
                                  std::string("No"),
                                  std::string("'q'"),
                                  std::string("\x01\x1f\x7f"),
                                  std::string("1e3"),
                                  std::string("[a, b]"),
                                  std::string("*a"),
                                  std::string("&a"),
                                  std::string("!a"),
                                  std::string("0x1f"),
                                  std::string("a:")}) {
    const std::string written = "a: {b: " + yaml::yaml_text(text) + "}\n";
    CAPTURE(written);
    const StudyText file(written);
    const yaml::Source source = yaml::read_source(file.path());
    Errors errors;
    const yaml::Node root = yaml::parse(source, errors);
    REQUIRE(errors.empty());
    const yaml::Node& value = root.find("a")->value.find("b")->value;
    CHECK(value.is_scalar());
    CHECK(value.text == text);
  }
}

TEST_CASE("hostile: a valid study with any byte deleted, doubled or flipped is read or refused, nothing else") {
  std::ifstream file(kHostile + "Y00-control.yaml", std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str() + "# é\n";
  REQUIRE(text.size() > 300);
  int read = 0, refused = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::vector<std::string> mutants{text, text};
    mutants[0].erase(i, 1);
    mutants[1].insert(i, 1, text[i]);
    for (int bit = 0; bit < 8; ++bit) {
      mutants.push_back(text);
      mutants.back()[i] = static_cast<char>(mutants.back()[i] ^ (1 << bit));
    }
    for (const std::string& mutant : mutants) {
      const std::string said = complaints(mutant);
      (said.empty() ? read : refused)++;
      CHECK_MESSAGE(!has(said, "this is not YAML"), said);  // every mistake has words of its own
    }
  }
  CHECK(read > 100);
  CHECK(refused > 1000);
}

}  // namespace
}  // namespace holdout::study
