#include <cmath>

#include "document.hpp"
#include "plots.hpp"
#include "text.hpp"
#include "writers.hpp"

namespace holdout::report {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1d2329; --soft: #5b6670; --page: #ffffff; --panel: #f4f6f8; --rule: #d9dfe4;
  --dot: #7a9cc0; --line: #14508f; --best: #c2410c; --warn: #fff4e0; --warn-rule: #d98a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --soft: #9aa6b1; --page: #14181c; --panel: #1d2328;
  --rule: #343c44; --dot: #5f7f9f; --line: #8cc0f5; --best: #fb923c; --warn: #33270f; --warn-rule: #d98a00; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
p, ul { max-width: 46rem; margin: .6rem 0; overflow-wrap: anywhere; }
ul { padding-left: 1.3rem; } li { margin: .25rem 0; }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.warning { background: var(--warn); border-left: 4px solid var(--warn-rule); padding: .7rem 1rem; }
.cards { display: flex; flex-wrap: wrap; gap: .75rem; }
.card { background: var(--panel); border-radius: .5rem; padding: .7rem 1rem; min-width: 9rem; }
.card b { display: block; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: .85rem; }
.table { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 600; } .n { text-align: right; padding: .3rem .45rem; white-space: nowrap; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }
figure { margin: 0; max-width: 100%; } svg { max-width: 100%; height: auto; display: block; }
figcaption { color: var(--soft); font-size: .85rem; max-width: 44rem; }
.grid { stroke: var(--rule); stroke-width: 1; } .tick, .label { fill: var(--soft); font-size: 12px; }
.label { font-size: 13px; } .dot { fill: var(--dot); fill-opacity: .75; } .best { fill: var(--best); }
.outside { fill: none; stroke: var(--dot); } .line { fill: none; stroke: var(--line); stroke-width: 2; }
pre { background: var(--panel); padding: .8rem 1rem; border-radius: .5rem; overflow-x: auto; font-size: .85rem; }
summary { cursor: pointer; color: var(--soft); }
)";

std::string inline_text(const Text& text) {
  std::string out;
  for (const Span& span : text)
    out += span.code ? "<code>" + html_escaped(span.text) + "</code>" : html_escaped(span.text);
  return out;
}

struct Writer {
  const Findings& findings;
  std::string out;

  void operator()(const Paragraph& paragraph) { out += "<p>" + inline_text(paragraph.text) + "</p>\n"; }

  void operator()(const List& list) {
    out += "<ul>\n";
    for (const Text& item : list.items) out += "<li>" + inline_text(item) + "</li>\n";
    out += "</ul>\n";
  }

  void operator()(const Table& table) {
    out += "<div class=\"table\"><table>\n<thead>";
    row(table.header, table, "th");
    out += "</thead>\n<tbody>\n";
    for (const auto& cells : table.rows) row(cells, table, "td");
    out += "</tbody></table></div>\n";
  }

  void operator()(Figure figure) { out += figures(findings, figure); }

  void row(const std::vector<Text>& cells, const Table& table, const std::string& tag) {
    out += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i)
      out += "<" + tag + (i < table.numbers_from ? ">" : " class=\"n\">") + inline_text(cells[i]) + "</" + tag + ">";
    out += "</tr>\n";
  }

  void card(const std::string& value, const std::string& what) {
    out += "<div class=\"card\"><b>" + html_escaped(value) + "</b><span>" + html_escaped(what) + "</span></div>\n";
  }
};

// The numbers that people look for first.
void cards(Writer& writer, const Findings& f) {
  writer.out += "<div class=\"cards\">\n";
  if (f.best()) writer.card(shown(f.best()->outcome.value, f.standard_error), "hold-out " + f.study.metric);
  if (f.winner) {
    const auto test = metric(f.winner->test, f.study.metric), refit = metric(f.winner->refit_test, f.study.metric);
    if (test)
      writer.card(shown(*test, test_error(f)), "test " + f.study.metric);
    else if (refit)
      writer.card(shown(*refit, test_error(f)), "test " + f.study.metric + ", refitted");
  }
  if (f.facts && std::isfinite(f.facts->baseline)) writer.card(shown(f.facts->baseline), "constant model");
  std::string what = "of " + counted(f.trials.size(), "trial") + " complete";
  if (f.pruned > 0) what += ", " + std::to_string(f.pruned) + " pruned";
  writer.card(std::to_string(f.complete), what);
  writer.out += "</div>\n";
}

}  // namespace

std::string html(const Findings& findings, const Page& page) {
  const Document d = document(findings, page);
  Writer writer{findings, {}};
  writer.out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      html_escaped(d.title) + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<main>\n<h1>" +
      html_escaped(d.title) + "</h1>\n";
  for (const Text& warning : d.warnings) writer.out += "<p class=\"warning\">" + inline_text(warning) + "</p>\n";
  cards(writer, findings);
  for (const Section& section : d.sections) {
    writer.out += "<section>\n<h2>" + html_escaped(section.title) + "</h2>\n";
    for (const Block& block : section.blocks) std::visit(writer, block);
    writer.out += "</section>\n";
  }
  if (!findings.study.text.empty())
    writer.out += "<details><summary>The study in its normal form</summary><pre>" + html_escaped(findings.study.text) +
                  "</pre></details>\n";
  return writer.out + "</main>\n</body>\n</html>\n";
}

}  // namespace holdout::report
