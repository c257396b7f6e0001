#include "column_messages.hpp"

#include <algorithm>

#include "odd_number.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kShownColumns = 20;

std::string cells(std::size_t n, const char* rest) {
  return std::to_string(n) + (n == 1 ? " cell " : " cells ") + rest;
}

// "12 empty, 8 'NA'": which cells counted as missing.
// @param counted  with how many of each, in the whole file
std::string missing_cells(const Column& column, bool counted = true) {
  constexpr std::size_t kShown = 3;
  std::vector<std::pair<std::size_t, std::string>> words;
  for (const auto& [word, n] : column.missing_words) words.emplace_back(n, word);
  std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, words.size()); ++i)
    text += (i > 0 ? ", " : "") + (counted ? std::to_string(words[i].first) + " " : "") +
            (words[i].second.empty() ? "empty" : quoted(words[i].second));
  return words.size() > kShown ? text + ", …" : text;
}

// "column 'age': 12 of 80 cells are missing (12 empty), filled with the mean of the training rows"
std::string filled_text(const FilledColumn& filled, std::size_t rows) {
  const Column& c = *filled.column;
  std::string text = "column " + quoted(c.name) + ": " + std::to_string(filled.cells) + " of " + std::to_string(rows) +
                     " cells are missing (" + missing_cells(c, filled.cells == c.missing) + ")";
  if (filled.rule == "level") return text + ", a category of their own: " + missing_feature(c.name);
  const std::string what = c.text ? "shares of its values" : filled.rule == "median" ? "median" : "mean";
  text += ", filled with the " + what + " of the training rows";
  return filled.rule == "indicator" ? text + " and marked by " + missing_feature(c.name) : text;
}

}  // namespace

Message odd_cell(const Table& table, const Column& c, const CellFormat& format) {
  const Surprise& cell = *c.first_odd;
  const CellCounts& n = c.counts;
  const std::optional<OddNumber> odd = odd_number(cell.cell, format.decimal[0]);
  const std::string categories = "if the column holds categories, list it in data.categorical";
  const auto message = [&](const std::string& text, const std::string& hint) {
    return Message{{table.file, cell.line, 0}, "column " + quoted(c.name) + ": " + quoted(cell.cell) + text, hint};
  };
  if (cell.infinite) return message(" is no finite number up to 1e300", "fix the cell; " + categories);
  if (c.text && n.numbers + n.infinite > 0)
    return message(" is a number among " + cells(n.words, "of text"), "fix the cell; " + categories);
  if (c.text)
    return message(" " + (odd ? odd->what : "is no number") + "; " + std::to_string(n.odd_numbers) + " of " +
                       cells(n.words, "of the column are such texts, not numbers"),
                   (odd ? odd->hint + "; " : "") + categories);
  const std::size_t others = n.words + n.infinite;
  std::string text = " is not a number";
  if (odd) text += ": it " + odd->what;
  if (n.numbers > 0) text += "; " + cells(n.numbers, n.numbers == 1 ? "is one" : "are");
  if (others > 1) text += ", " + std::to_string(others) + " are not";
  return message(
      text, odd ? odd->hint + "; " + categories
                : "fix the cell; if it means that there is no value, name it in data.missing_words; " + categories);
}

Message missing_cell(const Table& table, const Column& c, bool target) {
  return {{table.file, c.first_missing->line, 0},
          "column " + quoted(c.name) + ": a missing value, " + quoted(c.first_missing->cell) +
              (c.missing > 1 ? ", the first of " + std::to_string(c.missing) : std::string()),
          target ? "missing: {columns: {" + c.name + ": drop_row}} below data: drops the rows; a target is never filled"
          : c.text ? "set data.missing to drop_row, mean or level; which words count as missing: data.missing_words"
                   : "set data.missing to drop_row, mean, median or indicator"};
}

std::vector<std::string> missing_notices(std::size_t rows, std::size_t kept, const std::vector<const Column*>& dropping,
                                         const std::vector<FilledColumn>& filled) {
  std::vector<std::string> notices;
  std::string because;
  std::size_t columns = 0, left = 0, cells_left = 0;
  for (const Column* column : dropping)
    if (column->missing > 0 && ++columns <= kShownColumns)
      because += (because.empty() ? " in " : ", ") + quoted(column->name) + " (" + missing_cells(*column) + ")";
  if (kept < rows)
    notices.push_back(std::to_string(rows - kept) + " of " + std::to_string(rows) + " rows dropped: missing values" +
                      because + (columns > kShownColumns ? ", …" : ""));
  columns = 0;
  for (const FilledColumn& column : filled) {
    if (column.cells == 0) continue;
    if (++columns <= kShownColumns)
      notices.push_back(filled_text(column, kept));
    else
      ++left, cells_left += column.cells;
  }
  if (left > 0)
    notices.push_back(cells(cells_left, "of ") + std::to_string(left) + " more columns are missing, and filled");
  return notices;
}

}  // namespace holdout::data
