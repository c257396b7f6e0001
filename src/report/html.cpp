#include <cmath>

#include "document.hpp"
#include "page/assets.hpp"
#include "plots.hpp"
#include "sha256.hpp"
#include "text.hpp"
#include "trial_data.hpp"
#include "trial_words.hpp"
#include "writers.hpp"

namespace holdout::report {
namespace {

// Paths may be broken behind their dots, where a phone is too narrow.
std::string code(const std::string& text) {
  std::string out = "<code>";
  for (const char c : html_escaped(text)) {
    out += c;
    if (c == '.') out += "<wbr>";
  }
  return out + "</code>";
}

std::string inline_text(const Text& text) {
  std::string out;
  for (const Span& span : text) out += span.code ? code(span.text) : html_escaped(span.text);
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

  void operator()(Figure figure) {
    out += figure == Figure::all_trials ? "<div id=\"trial-table\"></div>\n" : figures(findings, figure);
    if (figure != Figure::run) return;
    if (const std::string seconds = trial_seconds(findings); !seconds.empty())
      out += "<script type=\"application/json\" id=\"seconds\">" + seconds + "</script>\n";
  }

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
  if (f.best())
    writer.card(shown(f.best()->outcome.value, f.standard_error),
                "hold-out " + f.study.metric + (f.defaults ? ", at the defaults" : ""));
  if (f.winner) {
    const auto test = metric(f.winner->test, f.study.metric), refit = metric(f.winner->refit_test, f.study.metric);
    if (test)
      writer.card(shown(*test, test_error(f)), "test " + f.study.metric);
    else if (refit)
      writer.card(shown(*refit, test_error(f)), "test " + f.study.metric + ", refitted");
  }
  if (f.defaults)
    writer.card(shown(f.best_trial()->outcome.value), "best trial");
  else if (f.default_gain)
    writer.card(shown(f.winner->defaults->value), "at the defaults");
  if (f.facts && std::isfinite(f.facts->baseline)) writer.card(shown(f.facts->baseline), "constant model");
  std::string what = "of " + counted(f.trials.size(), "trial") + " complete";
  if (search_only(f) > 0) what += " (" + std::to_string(search_only(f)) + " for the search only)";
  if (f.pruned > 0) what += ", " + std::to_string(f.pruned) + " pruned";
  writer.card(std::to_string(f.complete + search_only(f)), what);
  writer.out += "</div>\n";
}

void contents(Writer& writer, const Document& d) {
  writer.out += "<nav aria-label=\"Sections\">\n";
  for (std::size_t i = 0; i < d.sections.size(); ++i)
    writer.out += "<a href=\"#s" + std::to_string(i) + "\">" + html_escaped(d.sections[i].title) + "</a>\n";
  writer.out += "</nav>\n";
}

}  // namespace

std::string html(const Findings& findings, const Page& page) {
  const Document d = document(findings, page);
  Writer writer{findings, {}};
  // Nothing is loaded, and of all scripts only the one below runs: whatever a study is called stays text.
  writer.out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'sha256-" +
      sha256_base64(kPageScript) +
      "'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" "
      "href=\"data:,\">\n<title>" +
      html_escaped(d.title) + "</title>\n<style>" + std::string(kPageStyle) +
      "</style>\n</head>\n<body>\n<main>\n<h1>" + html_escaped(d.title) + "</h1>\n";
  contents(writer, d);
  for (const Text& warning : d.warnings) writer.out += "<p class=\"warning\">" + inline_text(warning) + "</p>\n";
  cards(writer, findings);
  for (std::size_t i = 0; i < d.sections.size(); ++i) {
    writer.out += "<section id=\"s" + std::to_string(i) + "\">\n<h2>" + html_escaped(d.sections[i].title) + "</h2>\n";
    for (const Block& block : d.sections[i].blocks) std::visit(writer, block);
    writer.out += "</section>\n";
  }
  if (!findings.study.text.empty())
    writer.out += "<details><summary>The study in its normal form</summary><pre>" + html_escaped(findings.study.text) +
                  "</pre></details>\n";
  return writer.out + "</main>\n<script type=\"application/json\" id=\"trials\">" + trial_data(findings) +
         "</script>\n<script>" + std::string(kPageScript) + "</script>\n</body>\n</html>\n";
}

}  // namespace holdout::report
