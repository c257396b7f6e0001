#include <algorithm>
#include <array>
#include <cctype>

#include <holdout/base/number.hpp>

#include "yaml.hpp"

namespace holdout::study::yaml {
namespace {

// Letters, digits and _ . / - in between: whatever else is legal without quotes is not worth the risk.
bool reads_back_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.' && c != '/' && c != '-') return false;
  if (text.front() == '-' || to_real(text)) return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array kTaken{"true", "false", "null", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "..."};
  if (std::find(kTaken.begin(), kTaken.end(), lower) != kTaken.end()) return false;
  return !std::isdigit(static_cast<unsigned char>(text.front())) && text.front() != '.' ? true
                                                                                        : text.find('/') != text.npos;
}

// Of three bytes: what readers of YAML 1.1 take for the end of a line, the mark of a file's beginning, and what is no
// character.
std::string_view named_escape(std::string_view character) {
  if (character == "\u2028") return "\\L";
  if (character == "\u2029") return "\\P";
  if (character == "\uFEFF") return "\\uFEFF";
  if (character == "\xEF\xBF\xBE") return "\\uFFFE";
  if (character == "\xEF\xBF\xBF") return "\\uFFFF";
  return {};
}

}  // namespace

std::string yaml_text(std::string_view text) {
  if (reads_back_plain(text)) return std::string(text);
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\')
      (out += '\\') += text[i];
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c < 0x20 || c == 0x7F)
      ((out += "\\x") += kDigits[c >> 4]) += kDigits[c & 15];
    else if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {  // C1 controls
      const unsigned char next = static_cast<unsigned char>(text[++i]);
      ((out += "\\x") += kDigits[next >> 4]) += kDigits[next & 15];
    } else if (const std::string_view escape = named_escape(text.substr(i, 3)); !escape.empty()) {
      out += escape, i += 2;
    } else
      out += text[i];
  }
  return out + '"';
}

std::string flow_text(const Node& node, std::size_t most) {
  if (node.is_null()) return "~";
  if (node.is_scalar()) return node.plain ? node.text : yaml_text(node.text);
  std::string out;
  for (const Node& item : node.items) {
    if (out.size() > most) return "[" + out + ", ...]";
    out += (out.empty() ? "" : ", ") + flow_text(item, most);
  }
  for (const Entry& entry : node.entries) {
    if (out.size() > most) return "{" + out + ", ...}";
    out += (out.empty() ? "" : ", ") + yaml_text(entry.key) + ": " + flow_text(entry.value, most);
  }
  return node.is_list() ? "[" + out + "]" : "{" + out + "}";
}

std::string kind_name(const Node& node) {
  if (node.is_null()) return "nothing";
  if (node.is_scalar()) return quoted(node.text);
  return node.is_list() ? "a list" : "a mapping";
}

}  // namespace holdout::study::yaml
