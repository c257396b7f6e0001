#include "syntax.hpp"

#include <algorithm>

namespace holdout::study::yaml {
namespace {

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

bool blank(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos || line[first] == '#';
}

// Lines are numbered from 1 here, as marks are.
std::string_view line_of(const Source& source, int line) { return source.lines[static_cast<std::size_t>(line) - 1]; }

// The next line above that says something; 0 if there is none.
int line_above(const Source& source, int line) {
  do --line;
  while (line > 0 && blank(line_of(source, line)));
  return line;
}

Mark first_character(const Source& source, int line) {
  return {&source, line, static_cast<int>(indentation(line_of(source, line))) + 1};
}

// The first line up to `last` that is indented with a tab; 0 if there is none. Only lines near the error count: tabs
// inside a block of text are harmless.
int tab_line(const Source& source, int last) {
  for (int line = std::max(1, last - 1); line <= last; ++line) {
    const std::string_view text = line_of(source, line);
    const std::size_t end = std::min(text.find_first_not_of(" \t"), text.size());
    if (text.substr(0, end).find('\t') != std::string_view::npos && !blank(text)) return line;
  }
  return 0;
}

bool has_key(std::string_view line) {
  const std::size_t colon = line.find(':');
  return colon != std::string_view::npos && (colon + 1 == line.size() || line[colon + 1] == ' ');
}

Message no_key(const Source& source, int line) {
  const std::string_view text = line_of(source, line);
  return message_at(first_character(source, line),
                    "expected `key: value`, found " + quoted(text.substr(indentation(text))),
                    "a key is followed by a colon and a space");
}

// A line whose indentation belongs to nothing above it, or that is no `key: value`, or in which something stands behind
// a value that has ended.
Message bad_line(const Source& source, const Mark& mark) {
  const int line = mark.line;
  if (mark.column > first_character(source, line).column)
    return message_at(mark, "the value has ended: nothing can follow it on this line",
                      "delete what follows, or put all of the value in quotes");
  const std::string_view text = line_of(source, line);
  const int above = line_above(source, line);
  const std::size_t here = indentation(text);
  if (above > 0 && indentation(line_of(source, above)) != here) {
    std::string levels;  // indentations that the lines above have open: fewer and fewer going up
    std::size_t least = std::string_view::npos;
    for (int l = above; l > 0 && least > 0; --l) {
      const std::size_t n = indentation(line_of(source, l));
      if (blank(line_of(source, l)) || n >= least) continue;
      least = n;
      levels.insert(0, std::to_string(n) + (levels.empty() ? "" : " or "));
    }
    return message_at(first_character(source, line),
                      "the indentation of this line, " + std::to_string(here) + (here == 1 ? " space" : " spaces") +
                          ", fits nothing above it",
                      "keys of one section start in one column; the lines above have " + levels);
  }
  if (!has_key(text) && !text.substr(here).starts_with("- ")) return no_key(source, line);
  return message_at(first_character(source, line), "this line does not go on with what is above it",
                    "keys of one section start in one column, `- ` items too; text with `: ` or ` #` needs quotes");
}

struct Words {
  std::string_view inside, text, hint;
};

// The first that is part of the parser's complaint is shown in its place.
constexpr Words kWords[] = {
    {"anchor is not defined", "this alias has no anchor: nothing above is marked with that `&name`",
     "mark the value to repeat with `&name`, above"},
    {"alias not found", "a `*` without a name", "text that starts with `*` needs quotes"},
    {"anchor not found", "a `&` without a name", "text that starts with `&` needs quotes"},
    {"scanning alias", "the name of an alias ends with a character that it cannot have", "`*name`, letters and digits"},
    {"scanning anchor", "the name of an anchor ends with a character that it cannot have",
     "`&name`, letters and digits"},
    {"illegal tab", "a tab as indentation", "indent with spaces, or leave the line empty"},
    {"multiple", "two anchors or tags for one value", "leave one"},
    {"have any content", "an alias stands for a whole value: nothing can be added to it", "leave the rest away"},
    {"escape", "an escape in double quotes that YAML does not know",
     "write \\\\ for a backslash, or use single quotes"},
    {"invalid unicode", "an escape in double quotes that is no character", "\\uXXXX, not D800 to DFFF"},
    {"hex number", "an escape in double quotes without enough hexadecimal digits", "\\xNN or \\uNNNN"},
    {"document indicator", "`---` or `...` inside a text", "is a quote missing above?"},
    {"illegal flow end", "a closing bracket that opens nowhere", "delete it, or add the opening one"},
    {"block entry", "a `- ` item where none can stand", "a list starts on a line of its own, or is written [a, b]"},
    {"illegal map value", "a `: ` too many", "one `key: value` on a line; text with `: ` needs quotes"},
    {"illegal map key", "a key where none can stand", "one `key: value` on a line; text with `: ` needs quotes"},
    {"YAML", "a %YAML line that is not `%YAML 1.2`", "delete it"},
    {"directive", "a line with % that cannot stand here", "delete it"},
    {"tag", "a tag (!)", "studies have no tags: delete it; text that starts with ! needs quotes"},
    {"block scalar", "a block of text whose indentation is not clear", "indent all its lines alike"},
    {"unknown token", "a character that no value starts with", "text that starts with @, ` or % needs quotes"},
    {"illegal character", "a character that cannot stand here", "put the text in quotes"},
};

// [a, b} or a missing comma, or no end at all.
Message flow_problem(const Source& source, const SyntaxProblem& problem, const OpenCollection& open) {
  const char bracket = source.text[open.offset];
  const std::string opening(1, bracket), closing = bracket == '{' ? "}" : "]";
  const std::string kind = bracket == '{' ? "brace '{'" : "bracket '['";
  if (closing_bracket(source.text, open.offset) == std::string_view::npos)
    return message_at(mark_at(source, open.offset), "the " + kind + " that opens here is never closed",
                      "add the '" + closing + "'");
  return message_at(mark_at(source, problem.offset),
                    "inside " + opening + closing + ", expected a comma or '" + closing + "'",
                    bracket == '{' ? "{key: value, key: value}" : "[a, b, c]");
}

}  // namespace

Message syntax_message(const Source& source, const SyntaxProblem& problem) {
  const Mark mark = mark_at(source, problem.offset);
  const auto says = [&](std::string_view words) { return problem.complaint.find(words) != std::string::npos; };
  if (const int line = tab_line(source, mark.line); line > 0)
    return message_at(first_character(source, line), "a tab as indentation", "indent with spaces");
  // A forgotten closing quote swallows everything up to the next quote in the file, and what follows makes no sense.
  if (problem.quote != std::string_view::npos)
    return message_at(mark_at(source, problem.quote),
                      "the quote that opens here closes on a later line: is one missing?", "close it on this line");
  if (says("EOF in scalar")) return message_at(mark, "the text ends inside a quote", "close the quote");
  if (!problem.open.empty() && problem.open.back().flow && !says("anchor is not") && !says("escape"))
    return flow_problem(source, problem, problem.open.back());
  if (says("end of map not found") || says("end of sequence not found")) return bad_line(source, mark);
  if (says("illegal map value")) {  // a line above without a colon is read as more of the value before it
    const int above = line_above(source, mark.line);
    const std::string_view here = line_of(source, mark.line);
    if (above > 1 && !has_key(line_of(source, above)) && here.find(':') + 1 >= static_cast<std::size_t>(mark.column))
      return no_key(source, above);
  }
  for (const Words& words : kWords)
    if (says(words.inside)) return message_at(mark, std::string(words.text), std::string(words.hint));
  return message_at(mark, "this is not YAML", "check the lines above for a missing quote, colon or bracket");
}

}  // namespace holdout::study::yaml
