// How the cells of a CSV file are written: a study says it, and a model keeps it for the rows that it predicts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/settings.hpp>

namespace holdout::data {

/// Words that mean "no value" where a study names no others.
std::vector<std::string> usual_missing_words();

inline constexpr std::string_view kEncodings[] = {"utf-8", "windows-1252"}, kDecimals[] = {".", ","},
                                  kThousands[] = {"none", ",", ".", "'", "space"};

struct CellFormat {
  std::string encoding = "utf-8";  // or windows-1252
  std::string decimal = ".";       // in front of the fraction: "." or ","
  std::string thousands = "none";  // between groups of three digits: "," "." "'" space; none: nothing stands there
  /// Cells that are missing values, beside empty ones. Words that are numbers stand for every spelling of theirs.
  std::vector<std::string> missing_words = usual_missing_words();

  /// The keys of `data:` that fill it.
  void fields(FieldVisitor& f);
  friend bool operator==(const CellFormat&, const CellFormat&) = default;
};

}  // namespace holdout::data
