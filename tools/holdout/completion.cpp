#include "completion.hpp"

#include <functional>
#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/base/quoting.hpp>
#include <holdout/report/export.hpp>
#include <holdout/report/report.hpp>
#include <holdout/study/schema.hpp>

#include "commands.hpp"

namespace holdout::cli {
namespace {

constexpr std::string_view kShells[] = {"bash", "zsh"};

// What may stand at a place of the command line.
struct Values {
  enum Kind { words, files, studies, folders, free } kind = free;
  std::string list = {};  // of words, with spaces between
};

template <class List, class Name>
std::string list_of(const List& items, Name name) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : " ") + std::string(name(item));
  return text;
}

// By the name that help gives an option's value, or a positional argument.
Values values_of(std::string_view name) {
  const auto plain = [](const auto& word) { return word; };
  const auto named = [](const Info& info) { return info.name; };
  if (name == "STUDY") return {Values::studies};
  if (name == "RUN" || name == "DIR") return {Values::folders};
  if (name == "DATA" || name == "FILE") return {Values::files};
  if (name == "FAMILY") return {Values::words, list_of(family_names(), plain)};
  if (name == "SHELL") return {Values::words, list_of(kShells, plain)};
  if (name == "FORMAT") return {Values::words, list_of(holdout::report::formats(), plain)};
  if (name == "LANGUAGE") return {Values::words, list_of(holdout::report::languages(), named)};
  if (name == "PATH=VALUE")
    return {Values::words, list_of(study::setting_paths(), [](const std::string& path) { return path + "="; })};
  return {};
}

struct Option {
  std::string name, value, help;  // --out, DIR
};

std::vector<Option> options_of(const Command& command) {
  std::vector<Option> all;
  Syntax syntax = command.syntax();
  for (const auto& option : syntax.options.options())
    all.push_back({"--" + option->long_name(), option->format_parameter(), option->description()});
  all.push_back({"--help", "", "show this"});
  return all;
}

std::string bash_values(const Values& values) {
  switch (values.kind) {
    case Values::words:
      return "COMPREPLY=($(compgen -W " + shell_quoted(values.list) + " -- \"$cur\"))";
    case Values::files:
      return "_holdout_files ''";
    case Values::studies:
      return "_holdout_files '@(*.yaml|*.yml)'";
    case Values::folders:
      return "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")";
    case Values::free:
      break;
  }
  return "COMPREPLY=()";
}

std::string bash() {
  std::string text =
      R"(# bash completion of holdout: source <(holdout completion bash)
_holdout_settings=)" +
      shell_quoted(values_of("PATH=VALUE").list) + R"(
_holdout_files() {
  local path
  compopt -o filenames 2>/dev/null
  COMPREPLY=()
  while IFS= read -r path; do
    if [[ -d $path || -z $1 ]] || (shopt -s extglob; [[ $path == $1 ]]); then COMPREPLY+=("$path"); fi
  done < <(compgen -f -- "$cur")
}
_holdout() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W )" +
      shell_quoted(list_of(commands(), [](const Command& c) { return c.name; }) + " --help --version") +
      R"( -- "$cur"))
    return
  fi
  case "$command $prev" in
)";
  for (const Command& command : commands())
    for (const Option& option : options_of(command)) {
      if (option.value.empty()) continue;
      text += "    '" + std::string(command.name) + " " + option.name + "') ";
      if (option.value == "PATH=VALUE")
        text += "COMPREPLY=($(compgen -W \"$_holdout_settings\" -- \"$cur\")); compopt -o nospace 2>/dev/null";
      else
        text += bash_values(values_of(option.value));
      text += "; return ;;\n";
    }
  text += "  esac\n  if [[ $cur == -* ]]; then\n    case $command in\n";
  for (const Command& command : commands())
    text += "      " + std::string(command.name) + ") COMPREPLY=($(compgen -W " +
            shell_quoted(list_of(options_of(command), [](const Option& o) { return o.name; })) + " -- \"$cur\")) ;;\n";
  text += "    esac\n    return\n  fi\n  case $command in\n";
  // The last place stands for all that follow: options are not counted.
  for (const Command& command : commands()) {
    const std::vector<Positional> places = positionals(command.arguments);
    text += "    " + std::string(command.name) + ") ";
    if (places.size() > 1)
      text += "if ((COMP_CWORD == 2)); then " + bash_values(values_of(places.front().argument.name)) + "; else " +
              bash_values(values_of(places.back().argument.name)) + "; fi";
    else
      text += bash_values(values_of(places.front().argument.name));
    text += " ;;\n";
  }
  return text + "  esac\n}\ncomplete -F _holdout holdout\n";
}

// Text inside '…[help]:…' of _arguments.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') out += "'\\'";
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string zsh_values(const Values& values) {
  switch (values.kind) {
    case Values::words:
      if (values.list.ends_with('='))  // no space behind them: a value follows
        return "{compadd \"$expl[@]\" -S \"\" -- " + values.list + "}";
      return "(" + values.list + ")";
    case Values::files:
      return "_files";
    case Values::studies:
      return "_files -g \"*.(yaml|yml)\"";
    case Values::folders:
      return "_directories";
    case Values::free:
      break;
  }
  return " ";
}

std::string zsh() {
  std::string text =
      "#compdef holdout\n# zsh completion of holdout: holdout completion zsh > ~/.zfunc/_holdout, with that folder in "
      "fpath\n"
      "_holdout() {\n  local curcontext=$curcontext state line\n  typeset -A opt_args\n"
      "  _arguments -C '1: :->command' '*:: :->arguments'\n  case $state in\n    command)\n      local -a commands\n"
      "      commands=(\n";
  for (const Command& command : commands())
    text += "        '" + std::string(command.name) + ":" + zsh_text(command.help) + "'\n";
  text += "      )\n      _describe command commands\n      ;;\n    arguments)\n      case $words[1] in\n";
  for (const Command& command : commands()) {
    text += "        " + std::string(command.name) + ")\n          _arguments";
    for (const Option& option : options_of(command)) {
      text += " \\\n            '*" + option.name + "[" + zsh_text(option.help) + "]";
      if (!option.value.empty()) text += ":" + zsh_text(option.value) + ":" + zsh_values(values_of(option.value));
      text += "'";
    }
    std::size_t place = 0;
    for (const Positional& positional : positionals(command.arguments))
      text += " \\\n            '" + (positional.many ? std::string("*") : std::to_string(++place)) + ":" +
              std::string(positional.argument.is) + ":" + zsh_values(values_of(positional.argument.name)) + "'";
    text += "\n          ;;\n";
  }
  return text + "      esac\n      ;;\n  esac\n}\n_holdout \"$@\"\n";
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  throw Error("unknown shell " + holdout::quoted(shell), did_you_mean(shell, std::vector<std::string>{"bash", "zsh"}));
}

Syntax completion_syntax() {
  return {
      "Prints a script that completes commands, options, files and names of settings when Tab is pressed.\n"
      "cmake --install puts both where shells look for them.",
      "examples:\n  source <(holdout completion bash)\n  holdout completion zsh > ~/.zfunc/_holdout\n",
      {}};
}

int completion(const Options& options) {
  std::cout << completion_script(options.text("argument"));
  return kDone;
}

}  // namespace holdout::cli
