#include "options.hpp"

#include <algorithm>
#include <cassert>
#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "commands.hpp"

namespace holdout::cli {
namespace {

namespace po = boost::program_options;

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options())
    if (option->long_name() != "argument") names.push_back("--" + option->long_name());
  return names;
}

void print_help(const Command& command, const Syntax& syntax) {
  std::cout << "usage: holdout " << command.name << " " << command.arguments << " [options]\n\n"
            << syntax.help << "\n\n";
  for (const auto& option : syntax.options.options()) {
    std::string head = "  --" + option->long_name() + " " + option->format_parameter();
    if (option->format_parameter().empty()) head.pop_back();
    head.resize(std::max<std::size_t>(head.size() + 1, 26), ' ');
    std::cout << head << option->description() << "\n";
  }
  std::cout << "\n" << syntax.example;
}

[[noreturn]] void refuse(const Command& command, const std::string& text, const std::string& hint = {}) {
  const std::string see = "holdout " + std::string(command.name) + " --help";
  throw Error(text, hint.empty() ? see : hint + " (" + see + ")");
}

void check_count(const Command& command, const std::vector<std::string>& words) {
  const std::string name = "holdout " + std::string(command.name);
  const std::vector<Positional> places = positionals(command.arguments);
  if (words.size() > places.size() && !places.back().many)
    refuse(command, name + " takes " + std::string(command.arguments) + ", not also " + quoted(words[places.size()]));
  if (words.size() >= places.size() || places[words.size()].optional) return;
  std::string example;
  for (const Positional& place : places) example += " " + std::string(place.argument.example);
  refuse(command, name + " needs " + std::string(places[words.size()].argument.is), "for example: " + name + example);
}

// What usage lines are made of.
constexpr Argument kArguments[] = {
    {"STUDY", "a study", "studies/diabetes.yaml"},
    {"RUN", "a run folder", "runs/diabetes"},
    {"DATA", "a data file", "new.csv"},
    {"SHELL", "a shell", "bash"},
    {"FAMILY", "a family", "optimizers"},
};

}  // namespace

std::vector<Positional> positionals(std::string_view usage) {
  constexpr std::string_view kMany = "…";
  std::vector<Positional> places;
  while (!usage.empty()) {
    const std::size_t end = std::min(usage.find(' '), usage.size());
    std::string_view word = usage.substr(0, end);
    usage.remove_prefix(std::min(end + 1, usage.size()));
    const bool many = word.ends_with(kMany), optional = word.starts_with('[');
    if (many) word.remove_suffix(kMany.size());
    if (optional) word = word.substr(1, word.size() - 2);
    const auto known = std::find_if(std::begin(kArguments), std::end(kArguments),
                                    [&](const Argument& argument) { return argument.name == word; });
    assert(known != std::end(kArguments));
    places.push_back({*known, optional, many});
  }
  return places;
}

std::optional<Options> read_options(const Command& command, const std::vector<std::string>& arguments) {
  Syntax syntax = command.syntax();
  syntax.options.add_options()("help", "show this");
  po::options_description all;
  all.add(syntax.options).add_options()("argument", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("argument", -1);
  po::variables_map values;
  try {
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(all).positional(positional).style(style).run(), values);
  } catch (const po::unknown_option& e) {
    refuse(command, "unknown option " + quoted(e.get_option_name()) + " of holdout " + std::string(command.name),
           did_you_mean(e.get_option_name(), option_names(syntax.options)));
  } catch (const po::multiple_occurrences& e) {
    refuse(command, "option " + e.get_option_name() + " is given twice");
  } catch (const po::error_with_option_name& e) {
    refuse(command, "option " + e.get_option_name() + " needs a value");
  } catch (const po::error&) {
    refuse(command, "the command line cannot be read");
  }
  if (values.count("help")) {
    print_help(command, syntax);
    return {};
  }
  const Options options(std::move(values));
  for (const auto& option : syntax.options.options())
    for (const std::string& text : options.texts(option->long_name()))
      if (text.starts_with("--"))
        refuse(command, "option --" + option->long_name() + " needs a value, not " + quoted(text));
  check_count(command, options.texts("argument"));
  return options;
}

std::vector<std::string> Options::texts(const std::string& name) const {
  if (!given(name)) return {};
  const auto& value = values_[name].value();
  if (const auto* many = boost::any_cast<std::vector<std::string>>(&value)) return *many;
  if (const auto* one = boost::any_cast<std::string>(&value)) return {*one};
  return {};
}

std::string Options::text(const std::string& name) const {
  const std::vector<std::string> all = texts(name);
  return all.empty() ? std::string() : all.front();
}

int Options::integer(const std::string& name, int min, int max, int otherwise) const {
  if (!given(name)) return otherwise;
  const std::optional<std::int64_t> n = to_integer(text(name));
  if (!n || *n < min || *n > max)
    throw Error("--" + name + " " + quoted(text(name)) + " is not an integer from " + std::to_string(min) + " to " +
                std::to_string(max));
  return static_cast<int>(*n);
}

}  // namespace holdout::cli
