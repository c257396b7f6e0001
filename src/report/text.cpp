#include "text.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

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
  for (const search::Parameter& parameter : parameters) {
    int parts = 1;
    const auto ambiguous = [&] {
      const std::string name = end_of(parameter.path, parts);
      return name != parameter.path && std::any_of(parameters.begin(), parameters.end(), [&](const auto& other) {
               return other.path != parameter.path && end_of(other.path, parts) == name;
             });
    };
    while (ambiguous()) ++parts;
    names.push_back(end_of(parameter.path, parts));
  }
  return names;
}

std::optional<double> metric(const study::Metrics& metrics, std::string_view name) {
  for (const auto& [key, value] : metrics)
    if (key == name && std::isfinite(value)) return value;
  return {};
}

std::optional<double> test_error(const Findings& findings) {
  if (!findings.winner || !std::isfinite(findings.winner->test_standard_error)) return {};
  if (findings.winner->test.empty() && findings.winner->refit_test.empty()) return {};
  return findings.winner->test_standard_error;
}

namespace {

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view entity(char c) { return c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;"; }

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
      case '<':
      case '>':
        out += entity(c);
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '`':
        out += "&#96;";
        break;
      case '\n':
      case '\t':
        out += c;
        break;
      default:
        if (control(c))
          out += "\uFFFD";
        else
          out += c;
    }
  return out;
}

std::string markdown_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
      case '<':
      case '>':
        out += entity(c);
        break;
      case '\\':
      case '|':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '~':
      case '$':
        out += '\\';
        out += c;
        break;
      default:
        out += control(c) ? ' ' : c;
    }
  return out;
}

std::string csv_cell(std::string_view text) {
  std::string cell(text);
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos)
    cell.insert(0, 1, '\'');
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string out = "\"";
  for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

}  // namespace holdout::report
