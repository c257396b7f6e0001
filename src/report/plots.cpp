#include "plots.hpp"

namespace holdout::report {
namespace plots {

std::string certificate(const Findings&), confusion(const Findings&), contours(const Findings&),
    curves(const Findings&), history(const Findings&), importances(const Findings&), one_parameter(const Findings&),
    parallel(const Findings&), residuals(const Findings&), roc(const Findings&), slices(const Findings&),
    thresholds(const Findings&), times(const Findings&);

}  // namespace plots
namespace {

// The list: a plot is added here, and its function above.
constexpr PlotKind kPlots[] = {
    {"history", Figure::search, plots::history},
    {"certificate", Figure::certificate, plots::certificate},
    {"one-parameter", Figure::parameters, plots::one_parameter},
    {"importances", Figure::parameters, plots::importances},
    {"slices", Figure::parameters, plots::slices},
    {"contours", Figure::parameters, plots::contours},
    {"parallel", Figure::parameters, plots::parallel},
    {"curves", Figure::training, plots::curves},
    {"residuals", Figure::predictions, plots::residuals},
    {"confusion", Figure::predictions, plots::confusion},
    {"roc", Figure::predictions, plots::roc},
    {"thresholds", Figure::predictions, plots::thresholds},
    {"times", Figure::run, plots::times},
};

}  // namespace

std::span<const PlotKind> plot_kinds() { return kPlots; }

std::string figures(const Findings& f, Figure where) {
  std::string all;
  for (const PlotKind& kind : kPlots)
    if (kind.where == where && f.best()) all += kind.draw(f);
  return all.empty() ? all : "<div class=\"figures\">\n" + all + "</div>\n";
}

}  // namespace holdout::report
