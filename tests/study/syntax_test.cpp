#include "syntax.hpp"

#include <doctest/doctest.h>

#include "study/study_text.hpp"
#include "yaml.hpp"

namespace holdout::study {
namespace {

// With the hint, but without the line that is shown.
std::string said(const std::string& text) {
  try {
    Errors errors;
    const yaml::Source source = yaml::text_source("x", text);
    yaml::parse(source, errors);
    errors.throw_if_any();
    return {};
  } catch (const Error& error) {
    const Message& m = error.messages().at(0);
    return std::to_string(m.place.line) + ":" + std::to_string(m.place.column) + ": " + m.text + " | " + m.hint;
  }
}

TEST_CASE("syntax: what YAML objects to, where, and what to do") {
  struct {
    const char *text, *message;
  } const cases[] = {
      // indentation
      {"data:\n\tb: 1\n", "2:1: a tab as indentation | indent with spaces"},
      {"a: >\n\tx\n", "2:1: a tab as indentation | indent with spaces"},
      {"a: b\n\t\n c: d\n", "2:1: a tab as indentation | indent with spaces, or leave the line empty"},
      {"data:\n  file: a\n target: y\n",
       "3:2: the indentation of this line, 1 space, fits nothing above it | keys of one section start in one column; "
       "the lines above have 0 or 2"},
      {"a:\n  b:\n    c: 1\n\n# d\n   e: 1\n",
       "6:4: the indentation of this line, 3 spaces, fits nothing above it | keys of one section start in one column; "
       "the lines above have 0 or 2 or 4"},
      {"a: 1\n- b\n", "2:1: this line does not go on with what is above it | keys of one section start in one column"},
      {"- a: 1\n- name b\n  c: 1\n", "2:1: expected `key: value`, found '- name b'"},
      {"a:\n\n  b:\n    c: 1\n    d: 2\n   e: 3\n", "6:4: the indentation of this line, 3 spaces, fits nothing"},
      {"a: 1\n- b: 2\n", "2:1: this line does not go on with what is above it"},
      {"a: 1\n[b]\n", "2:1: expected `key: value`, found '[b]'"},
      {"a: \n  b\n c: 1\n", "2:3: expected `key: value`, found 'b' | a key is followed by a colon and a space"},
      {"a: 1 # b\n  c: 2\n", "2:3: the indentation of this line, 2 spaces, fits nothing above it"},
      // values that have ended
      {"a: 'x' y\n", "1:8: the value has ended: nothing can follow it on this line | delete what follows"},
      {"x: 1\na: [1] 2\n", "2:8: the value has ended: nothing can follow it on this line"},
      {"a: {b: 1} c\nd: 1\n", "1:11: the value has ended: nothing can follow it on this line"},
      {"- 'x' y\n", "1:7: the value has ended: nothing can follow it on this line"},
      {"a: &x 1\nb: *x c\n", "2:7: the value has ended: nothing can follow it on this line"},
      // quotes
      {"a: \"x", "1:6: the text ends inside a quote | close the quote"},
      {"a: 'it''s\nb: 'y'\n", "1:4: the quote that opens here closes on a later line: is one missing?"},
      {"a: \"x\n---\n", "2:1: `---` or `...` inside a text | is a quote missing above?"},
      {"a: \"\\ud800\"\n", "1:11: an escape in double quotes that is no character | \\uXXXX, not D800 to DFFF"},
      {"a: \"\\xq\"\n", "an escape in double quotes without enough hexadecimal digits | \\xNN or \\uNNNN"},
      {"a: [\"\\q\"]\n", "1:8: an escape in double quotes that YAML does not know | write \\\\ for a backslash"},
      // brackets
      {"a: {b: 1, c\n", "1:4: the brace '{' that opens here is never closed | add the '}'"},
      {"a: {b, c]\n", "1:9: inside {}, expected a comma or '}'"},
      {"a: {b: 1 c: 2}\n", "1:11: inside {}, expected a comma or '}' | {key: value, key: value}"},
      {"a: [ \"open ]\n", "1:6: the quote that opens here is never closed"},
      {"a: }\n", "1:4: a closing bracket that opens nowhere | delete it, or add the opening one"},
      // colons and dashes
      {"a: - b\n", "1:4: a `- ` item where none can stand | a list starts on a line of its own"},
      {"a\nb: c: d\n", "2:2: a `: ` too many"},
      {"x: 1\na\n\nb: c: d\n", "2:1: expected `key: value`, found 'a'"},
      {"x: 1\na: b\n  c: d\n", "3:4: a `: ` too many | one `key: value` on a line"},
      {"x: 1\nb: c: d\n", "2:5: a `: ` too many"},
      {"x:\n  - a\ny: c: d\n", "3:5: a `: ` too many"},
      // anchors, tags, directives, blocks
      {"a: *\nb: 1\n", "1:5: a `*` without a name | text that starts with `*` needs quotes"},
      {"a: &\nb: 1\n", "1:5: a `&` without a name | text that starts with `&` needs quotes"},
      {"a: [*x]\n", "1:5: this alias has no anchor"},
      {"a: &x &y 1\n", "1:7: two anchors or tags for one value | leave one"},
      {"%YAML 1.9x\n---\na: 1\n", "1:1: a %YAML line that is not `%YAML 1.2` | delete it"},
      {"%TAG x\n---\na: 1\n", "1:1: a line with % that cannot stand here | delete it"},
      {"a: |x\n  y\n", "1:5: a block of text whose indentation is not clear | indent all its lines alike"},
      {"a: `x\n", "1:4: a character that no value starts with | text that starts with @, ` or % needs quotes"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const std::string got = said(c.text);
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

TEST_CASE("syntax: a complaint that nobody has met yet has words all the same") {
  const yaml::Source source = yaml::text_source("x", "a: 1\n");
  const Message m = yaml::syntax_message(source, {3, "something new", {}, std::string_view::npos});
  CHECK(m.place.column == 4);
  CHECK(m.text == "this is not YAML");
  CHECK(m.hint == "check the lines above for a missing quote, colon or bracket");
}

}  // namespace
}  // namespace holdout::study
