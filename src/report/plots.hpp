// The figures of report.html.
#pragma once

#include <string>

#include "document.hpp"

namespace holdout::report {

/// <figure> elements with plots and captions; empty where there is nothing to draw.
std::string figures(const Findings& findings, Figure which);

}  // namespace holdout::report
