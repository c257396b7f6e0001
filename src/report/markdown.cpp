#include <algorithm>

#include "document.hpp"
#include "text.hpp"
#include "writers.hpp"

namespace holdout::report {
namespace {

// Inside `…` no escape works: text that could end the code, or a table's cell, is written as escaped text instead.
std::string code(const std::string& text) {
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/:").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return "`" + text + "`";
  return markdown_escaped(text);
}

std::string inline_text(const Text& text) {
  std::string out;
  for (const Span& span : text) out += span.code ? code(span.text) : markdown_escaped(span.text);
  return out;
}

// What stands first in its line.
std::string line_text(const Text& text) {
  if (text.empty() || text.front().code) return inline_text(text);
  return markdown_line(text.front().text) + inline_text({text.begin() + 1, text.end()});
}

struct Writer {
  std::string out;

  void operator()(const Paragraph& paragraph) { out += line_text(paragraph.text) + "\n\n"; }

  void operator()(const List& list) {
    for (const Text& item : list.items) out += "- " + line_text(item) + "\n";
    out += "\n";
  }

  void operator()(const Table& table) {
    row(table.header);
    out += "|";
    for (std::size_t i = 0; i < table.header.size(); ++i) out += i < table.numbers_from ? " --- |" : " ---: |";
    out += "\n";
    for (const auto& cells : table.rows) row(cells);
    out += "\n";
  }

  void operator()(Figure) {}

  void row(const std::vector<Text>& cells) {
    out += "|";
    for (const Text& cell : cells) out += " " + inline_text(cell) + " |";
    out += "\n";
  }
};

}  // namespace

std::string markdown(const Findings& findings, const Page& page) {
  const Document d = document(findings, page);
  Writer writer;
  writer.out = "# " + markdown_escaped(d.title) + "\n\n";
  for (const Text& warning : d.warnings) writer.out += "> **" + inline_text(warning) + "**\n\n";
  for (const Section& section : d.sections) {
    writer.out += "## " + markdown_escaped(section.title) + "\n\n";
    for (const Block& block : section.blocks) std::visit(writer, block);
  }
  writer.out.pop_back();  // one line feed at the end, not two
  return writer.out;
}

}  // namespace holdout::report
