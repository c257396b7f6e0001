// The figures of report.html.
#pragma once

#include <string>

#include "document.hpp"

namespace holdout::report {

/// A kind of plot. Its function gives <figure> elements (plots/drawing.hpp), or nothing where there is nothing to draw.
struct PlotKind {
  std::string_view name;
  Figure where;
  std::string (*draw)(const Findings&);
};

std::span<const PlotKind> plot_kinds();

/// All plots of a place, in the order of the list.
std::string figures(const Findings& findings, Figure where);

}  // namespace holdout::report
