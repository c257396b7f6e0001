// The report as sections of paragraphs, lists, tables and figures: written once, laid out by the Markdown and the HTML
// writer, which escape every text themselves.
#pragma once

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include <holdout/report/findings.hpp>

#include "writers.hpp"

namespace holdout::report {

/// A run of text; `code`: a path or file name, set in a fixed width.
struct Span {
  std::string text;
  bool code = false;
};

using Text = std::vector<Span>;

struct Paragraph {
  Text text;
};

struct List {
  std::vector<Text> items;
};

struct Table {
  std::vector<Text> header;
  std::vector<std::vector<Text>> rows;
  std::size_t numbers_from = 1;  // columns from here on are set to the right
};

/// Where the HTML report draws, and where it lists all trials; Markdown has no figures.
enum class Figure { search, certificate, parameters, training, predictions, all_trials, run };

using Block = std::variant<Paragraph, List, Table, Figure>;

struct Section {
  std::string title;
  std::vector<Block> blocks;
};

struct Document {
  std::string title;
  std::vector<Text> warnings;  // on top, before everything
  std::vector<Section> sections;
};

Document document(const Findings& findings, const Page& page);

}  // namespace holdout::report
