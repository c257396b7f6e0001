// Reads the small tables of tests/data/reference: a header, then rows of cells without quotes.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/folder.hpp"

namespace holdout::testing {

/// Cells of tests/data/reference/NAME, [row][column], the header first.
inline std::vector<std::vector<std::string>> reference_table(const std::string& name) {
  std::ifstream in(tests_folder() + "/data/reference/" + name);
  if (!in) throw std::runtime_error("cannot read " + name);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    std::istringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    if (line.ends_with(',')) rows.back().emplace_back();
  }
  return rows;
}

}  // namespace holdout::testing
