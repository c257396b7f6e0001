// The text that YAML is read from: a study file, or the value of one --set; and places in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/error.hpp>

namespace holdout::study::yaml {

/// A text and its lines. Nodes of the tree point to it, so it must outlive them and stay where it is.
struct Source {
  std::string name;   // the file as it was named, or `--set path=value`
  bool file = false;  // whether messages can point into it
  std::string text;   // without byte order mark, lines end with \n
  std::vector<std::string> lines;
};

/// A place in a source. Line and column count from 1, columns in characters; 0: the source as a whole.
struct Mark {
  const Source* source = nullptr;
  int line = 0, column = 0;
};

/// The mark of a byte of the source's text.
Mark mark_at(const Source& source, std::size_t offset);

/// A message at a mark: with place and source line for a file; for --set its text begins with the option.
Message message_at(const Mark& mark, const std::string& text, const std::string& hint = {});

/// The line with that number, from 1, as far as a message shows it.
std::string shown_line(const std::vector<std::string>& lines, int line);

/// A mark as StudyFile::places keeps it; for --set, `file` is the option and the line is 0.
Place place_of(const Mark& mark);

/// Reads a whole study file: a regular file of at most 1 MiB of UTF-8 without control characters.
/// @throws Error that says why it cannot be read, with the line and column of the first odd byte
Source read_source(const std::string& file);

/// A text as if it were the content of the file `name`. @throws Error as above
Source text_source(std::string name, std::string text);

/// The source of `--set path=value`: its text is the value.
/// @throws Error as above
Source override_source(const std::string& option, std::string_view value);

/// Where the quoted text that opens at `offset` closes (the offset of its last quote), or npos.
std::size_t closing_quote(std::string_view text, std::size_t offset);

/// Where the bracket or brace at `offset` closes, quotes and comments passed over, or npos.
std::size_t closing_bracket(std::string_view text, std::size_t offset);

}  // namespace holdout::study::yaml
