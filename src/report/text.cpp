#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/base/quoting.hpp>
#include <holdout/base/utf8.hpp>

namespace holdout::report {

std::optional<double> number(const std::optional<Value>& value) {
  if (!value) return {};
  if (const auto* n = std::get_if<std::int64_t>(&*value)) return static_cast<double>(*n);
  if (const auto* x = std::get_if<double>(&*value)) return *x;
  return {};
}

std::string shown(double x) {
  constexpr int kDigits = 6;  // more than any hold-out error means; the exact number is in report.json
  return to_text(x, kDigits);
}

std::string shown(const std::optional<Value>& value) {
  if (!value) return "–";
  if (const auto* x = std::get_if<double>(&*value)) return shown(*x);
  return to_text(*value);
}

std::string shown(double x, const std::optional<double>& standard_error) {
  if (!standard_error) return shown(x);
  // Of an error only its size matters: two digits, but 370, not 3.7e+02.
  const double power =
      *standard_error >= 100 && *standard_error < 1e6 ? std::pow(10, std::floor(std::log10(*standard_error)) - 1) : 0;
  return shown(x) + " ± " +
         (power > 0 ? shown(std::round(*standard_error / power) * power) : to_text(*standard_error, 2));
}

std::string counted(std::size_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

namespace {

bool begins_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

std::size_t letters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), begins_letter));
}

std::string shortened(std::string_view utf8, std::size_t most) {
  if (letters(utf8) <= most) return std::string(utf8);
  std::size_t end = 0;
  for (std::size_t seen = 0; end < utf8.size(); ++end)
    if (begins_letter(utf8[end]) && ++seen == most) break;
  return std::string(utf8.substr(0, end)) + "…";
}

std::string_view to_word(study::TrialState state) {
  switch (state) {
    case study::TrialState::waiting:
      return "waiting";
    case study::TrialState::running:
      return "running";
    case study::TrialState::complete:
      return "complete";
    case study::TrialState::failed:
      return "failed";
    case study::TrialState::pruned:
      return "pruned";
  }
  return "unknown";
}

std::vector<std::string> short_names(const search::SearchSpace& space) {
  const auto end_of = [](const std::string& path, int parts) {
    std::size_t at = path.size();
    for (; parts > 0 && at != 0 && at != std::string::npos; --parts) at = path.rfind('.', at - 1);
    return at == std::string::npos || at == 0 ? path : path.substr(at + 1);
  };
  const auto& parameters = space.parameters();
  std::vector<std::string> names;
  std::vector<std::size_t> open(parameters.size());  // those whose names are not known yet
  std::iota(open.begin(), open.end(), std::size_t{0});
  names.resize(parameters.size());
  for (int parts = 1; !open.empty(); ++parts) {
    std::unordered_map<std::string, std::size_t> count;  // of the parameters whose paths end so
    for (const search::Parameter& parameter : parameters) ++count[end_of(parameter.path, parts)];
    std::erase_if(open, [&](std::size_t i) {
      names[i] = end_of(parameters[i].path, parts);
      return names[i] == parameters[i].path || count[names[i]] == 1;
    });
  }
  return names;
}

std::optional<double> metric(const study::Metrics& metrics, std::string_view name) {
  for (const auto& [key, value] : metrics)
    if (key == name && std::isfinite(value)) return value;
  return {};
}

std::string best_name(const Findings& f) {
  return f.defaults ? "the defaults" : "trial " + std::to_string(f.best()->number);
}

std::string range_text(const search::Parameter& parameter) {
  std::string text;
  for (const Value& value : parameter.values) text += (text.empty() ? "" : ", ") + to_text(value);
  if (const auto& range = parameter.interval) {
    if (!text.empty()) text += ", or ";
    text += to_text(range->min) + " to " + to_text(range->max);
    if (range->step) text += " in steps of " + to_text(*range->step);
    if (range->points) text += ", " + counted(static_cast<std::size_t>(range->points), "point");
  }
  return text;
}

std::string threshold_text(const Findings& f) {
  if (!f.winner || !f.winner->threshold || !f.facts || f.facts->classes.size() != 2) return {};
  const double score = *f.winner->threshold;
  const std::string text = holdout::quoted(f.facts->classes[1]) + " where its ", at = to_text(score, 6);
  if (!f.winner->model || f.winner->model->link() != train::Link::odds) return text + "score is above " + at;
  return text + "probability is above " + to_text(1 / (1 + std::exp(-score)), 6) + " (score " + at + ")";
}

std::string better_defaults_text(const Findings& f) {
  if (f.outside.empty()) return {};
  constexpr std::size_t kMaxSettings = 3;
  const study::DefaultResult& defaults = *f.winner->defaults;
  std::string text =
      "the defaults are better (" + shown(defaults.value) + ") but lie outside of what is searched: widen ";
  for (std::size_t k = 0; k < std::min(f.outside.size(), kMaxSettings); ++k) {
    const std::size_t i = f.outside[k];
    const search::Parameter& parameter = f.study.space.parameters()[i];
    text += (k == 0 ? "" : ", ") + parameter.path + " (" + shortened(range_text(parameter), 60) +
            ") to include its default " + shown(defaults.configuration.values[i]);
  }
  if (f.outside.size() > kMaxSettings) text += " and " + counted(f.outside.size() - kMaxSettings, "more setting");
  return text;
}

std::string corrected_text(const Findings& f) {
  if (!f.winner || !f.winner->corrected || !f.winner->corrected->reason.empty()) return {};
  const study::CorrectedValue& c = *f.winner->corrected;
  return "corrected for the choice among " + std::to_string(c.candidates) +
         " configurations: " + shown(c.value, c.standard_error) + " (95 %: " + to_text(c.low, 3) + " to " +
         to_text(c.high, 3) + ")";
}

std::size_t repeats(const Findings& f) {
  return f.facts ? static_cast<std::size_t>(std::max<std::int64_t>(1, f.facts->repeats)) : 1;
}

std::optional<double> test_error(const Findings& findings) {
  if (!findings.winner || !std::isfinite(findings.winner->test_standard_error)) return {};
  if (findings.winner->test.empty() && findings.winner->refit_test.empty()) return {};
  return findings.winner->test_standard_error;
}

namespace {

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '`':
      return "&#96;";
    default:
      return {};
  }
}

// What XML has no character for: an SVG file with one of them is refused as a whole.
bool no_character(std::string_view text, std::size_t at, std::size_t length) {
  if (length == 0) return true;
  if (length == 1) return control(text[at]) && text[at] != '\n' && text[at] != '\t';
  const char32_t c = code_point(text.substr(at, length));
  return c < 0xA0 || (c & 0xFFFE) == 0xFFFE;
}

bool ends_line(std::string_view character) {
  return character == "\u2028" || character == "\u2029" || character == "\u0085";
}

// Whether a mark that begins a block of Markdown, or the number of a list's item, would stand first in its line.
bool begins_block(std::string_view text) {
  if (std::string_view("#+-=").find(text.front()) != std::string_view::npos) return true;
  return text.front() >= '0' && text.front() <= '9' &&
         std::string_view(".)").find(text[std::min(text.find_first_not_of("0123456789"), text.size() - 1)]) !=
             std::string_view::npos;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text, i);
    if (no_character(text, i, n))
      out += "\uFFFD";
    else if (const std::string_view named = entity(text[i]); !named.empty())
      out += named;
    else
      out += text.substr(i, n);
    i += std::max<std::size_t>(n, 1);
  }
  return out;
}

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text, i);
    const char c = text[i];
    if (n == 0)
      out += "\uFFFD";
    else if (control(c) || ends_line(text.substr(i, n)))
      out += ' ';
    else if (c == '&' || c == '<' || c == '>')
      out += entity(c);
    else if (std::string_view("\\|`*_[]~$").find(c) != std::string_view::npos)
      (out += '\\') += c;
    else if (text.substr(i).starts_with("://") || (c == '.' && text.substr(0, i).ends_with("www")))
      (out += '\\') += c;  // else a link
    else
      out += text.substr(i, n);
    i += std::max<std::size_t>(n, 1);
  }
  return out;
}

std::string markdown_line(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  text.remove_prefix(first);  // four spaces would make it code
  if (!begins_block(text)) return markdown_escaped(text);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size() - 1);
  return std::string(text.substr(0, digits)) + '\\' + markdown_escaped(text.substr(digits));
}

std::string csv_cell(std::string_view text) {
  std::string cell(text);
  std::replace(cell.begin(), cell.end(), '\0', ' ');  // where many readers would end the file
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos)
    cell.insert(0, 1, '\'');
  return csv_quoted(cell);
}

}  // namespace holdout::report
