#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <holdout/base/number.hpp>
#include <holdout/report/compare.hpp>

#include "svg.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

constexpr double kWide = 640, kHigh = 360;

// Hues that stay apart on white and on black; what comes after the sixth run is dashed.
constexpr std::array<const char*, 6> kOnLight{"#0b66c3", "#d1344b", "#1f8a3d", "#8e44ad", "#b86a00", "#007f86"};
constexpr std::array<const char*, 6> kOnDark{"#6cb6ff", "#ff7b8a", "#6bd98a", "#d59bf0", "#ffb454", "#4fd6dc"};

std::string style_sheet() {
  std::string light, dark;
  for (std::size_t i = 0; i < kOnLight.size(); ++i) {
    light += " .c" + std::to_string(i) + " { --c: " + kOnLight[i] + "; }";
    dark += " .c" + std::to_string(i) + " { --c: " + kOnDark[i] + "; }";
  }
  return ":root { color-scheme: light dark; --ink: #1d2329; --soft: #5b6670; --page: #fff; --rule: #d9dfe4; }\n" +
         light +
         "\n@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --soft: #9aa6b1; --page: #14181c; "
         "--rule: #343c44; }" +
         dark +
         " }\n"
         "body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem; background: var(--page); color: var(--ink);\n"
         "  font: 16px/1.55 system-ui, \"Segoe UI\", Roboto, sans-serif; }\n"
         "h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } p, li { overflow-wrap: anywhere; }\n"
         ".table { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
         "th, td { padding: .3rem 1rem .3rem 0; text-align: left; border-bottom: 1px solid var(--rule); }\n"
         "figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }\n"
         ".grid { stroke: var(--rule); } .tick, .label, svg text { fill: var(--soft); font-size: 12px; }\n"
         ".path { fill: none; stroke: var(--c); stroke-width: 2; } .end { fill: var(--c); } .d1 { stroke-dasharray: 6 "
         "4; }\n";
}

std::string colour(std::size_t run) {
  return "c" + std::to_string(run % kOnLight.size()) + (run / kOnLight.size() % 2 == 1 ? " d1" : "");
}

// Best values with their standard errors, side by side.
std::string errors_plot(const Comparison& c) {
  std::vector<std::string> names;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < c.behind.size(); ++i) {
    const Findings& f = c.runs[i].findings;
    const double value = f.best()->outcome.value, error = f.standard_error.value_or(0);
    low = std::min(low, value - error), high = std::max(high, value + error);
    names.push_back(c.runs[i].name);
  }
  Plot plot(Axis::names(names), Axis::numbers(low, high, false), "", "hold-out " + c.metric, kWide, kHigh);
  for (std::size_t i = 0; i < c.behind.size(); ++i) {
    const Findings& f = c.runs[i].findings;
    const double x = static_cast<double>(i), value = f.best()->outcome.value;
    if (f.standard_error)
      plot.path({{{x, value - *f.standard_error}, {x, value + *f.standard_error}}}, "path " + colour(i));
    plot.dots({{x, value}}, "end " + colour(i), 5);
  }
  return "<figure>" + plot.svg("Best hold-out " + c.metric + " of each run, with standard errors") + "</figure>\n";
}

// The best value so far, after each trial.
std::vector<Point> history(const Findings& f, bool maximize) {
  std::vector<Point> line;
  for (const study::Trial& trial : f.trials) {
    const study::Outcome& o = trial.outcome;
    if (o.state != study::TrialState::complete || !std::isfinite(o.value)) continue;
    const double number = trial.number + 1;
    if (line.empty() || (maximize ? o.value > line.back().y : o.value < line.back().y)) {
      if (!line.empty()) line.push_back({number, line.back().y});
      line.push_back({number, o.value});
    }
  }
  if (!line.empty()) line.push_back({static_cast<double>(f.trials.back().number + 1), line.back().y});
  return line;
}

std::string history_plot(const Comparison& c) {
  std::vector<std::vector<Point>> lines;
  double low = std::numeric_limits<double>::infinity(), high = -low, most = 1;
  for (std::size_t i = 0; i < c.behind.size(); ++i) {
    lines.push_back(history(c.runs[i].findings, c.maximize));
    for (const Point& p : lines.back())
      low = std::min(low, p.y), high = std::max(high, p.y), most = std::max(most, p.x);
  }
  Plot plot(Axis::numbers(1, std::max(2.0, most), most > 50), Axis::numbers(low, high, low > 0 && high > 30 * low),
            "trials", "best " + c.metric + " so far", kWide, kHigh);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    plot.path({lines[i]}, "path " + colour(i));
    plot.legend("path " + colour(i), c.runs[i].name);
  }
  return "<figure>" + plot.svg("Best " + c.metric + " so far against trials") + "</figure>\n";
}

}  // namespace

std::string comparison_page(const Comparison& c) {
  std::string body = "<h1>Comparison of " + counted(c.runs.size(), "run") + "</h1>\n<ul>\n";
  for (const std::string& line : verdicts(c)) body += "<li>" + html_escaped(line) + "</li>\n";
  body += "</ul>\n<div class=\"table\"><table>\n";
  const auto rows = comparison_table(c);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    body += "<tr>";
    for (const std::string& cell : rows[i])
      body += (i == 0 ? "<th>" : "<td>") + html_escaped(cell) + (i == 0 ? "</th>" : "</td>");
    body += "</tr>\n";
  }
  body += "</table></div>\n";
  if (!c.behind.empty()) body += "<h2>Best values</h2>\n" + errors_plot(c) + "<h2>History</h2>\n" + history_plot(c);
  body += "<h2>Best configurations</h2>\n";
  for (std::size_t i = 0; i < c.behind.size(); ++i) {
    const Findings& f = c.runs[i].findings;
    body += "<p>" + html_escaped(c.runs[i].name) + ", " + best_name(f) + "</p>\n<ul>\n";
    const auto& values = f.best()->configuration.values;
    for (std::size_t k = 0; k < f.study.space.size() && k < values.size(); ++k)
      if (values[k])
        body += "<li>" + html_escaped(f.study.space.parameters()[k].path + ": " + to_text(*values[k])) + "</li>\n";
    body += "</ul>\n";
  }
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\">\n<title>Comparison</title>\n<style>" +
         style_sheet() + "</style>\n</head>\n<body>\n" + body + "</body>\n</html>\n";
}

}  // namespace holdout::report
