#include <holdout/base/version.hpp>

#include "commands.hpp"
#include "completion.hpp"

namespace holdout::cli {
namespace {

// Text as roff prints it.
std::string plain(std::string_view text) {
  std::string out;
  bool at_line = true;
  for (const char c : text) {
    if (at_line && (c == '.' || c == '\'')) out += "\\&";
    at_line = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

// As it stands, line by line.
std::string listing(std::string_view text) {
  std::string out = ".nf\n" + plain(text);
  if (!out.ends_with('\n')) out += '\n';
  return out + ".fi\n";
}

std::string command_text(const Command& command) {
  Syntax syntax = command.syntax();
  std::string text =
      ".SS \"holdout " + plain(command.name) + " " + plain(command.arguments) + "\"\n" + listing(syntax.help);
  for (const auto& option : syntax.options.options()) {
    text += ".TP\n.B \\-\\-" + plain(option->long_name());
    if (!option->format_parameter().empty()) text += " \\fI" + plain(option->format_parameter()) + "\\fR";
    text += "\n" + plain(option->description()) + "\n";
  }
  return text + ".PP\n" + listing(syntax.example);
}

}  // namespace

std::string manual() {
  std::string text =
      ".TH HOLDOUT 1 \"\" \"holdout " + plain(version()) +
      "\" \"User Commands\"\n.SH NAME\nholdout \\- hyperparameter tuning where one SIMD lane trains one configuration\n"
      ".SH SYNOPSIS\n";
  for (const Command& command : commands())
    text += ".B holdout " + plain(command.name) + "\n\\fI" + plain(command.arguments) + "\\fR [options]\n.br\n";
  text +=
      ".SH DESCRIPTION\nA study, a YAML file, says what is trained; a range stands where a value is not known. holdout "
      "trains\n"
      "many configurations side by side and reports which one is best.\n.SH COMMANDS\n";
  for (const Command& command : commands()) text += command_text(command);
  return text +
         ".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\ncould not finish\n.TP\n.B 2\nthe input is wrong\n.TP\n.B 3\n"
         "every trial failed\n.TP\n.B 130, 143, 129\ninterrupted by SIGINT, SIGTERM or SIGHUP: finished trials are "
         "stored; run the study again "
         "to go on.\nA signal that is ignored when holdout starts (nohup, background jobs of a script) stays ignored.\n"
         ".SH FILES\nA run's folder holds study.db (the trials), report.html, report.md, report.json, trials.csv,\n"
         "best.yaml (the best configuration as a study) and model.json (the tuned model).\n";
}

}  // namespace holdout::cli
