#include "options.hpp"

#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::cli {
namespace {

namespace po = boost::program_options;

std::vector<std::string> option_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options())
    if (option->long_name() != "argument") names.push_back("--" + option->long_name());
  return names;
}

void print_help(const Syntax& syntax) {
  std::cout << "usage: holdout " << syntax.command << " " << syntax.positional << " [options]\n\n"
            << syntax.help << "\n\n";
  for (const auto& option : syntax.options.options()) {
    std::string head = "  --" + option->long_name() + " " + option->format_parameter();
    if (option->format_parameter().empty()) head.pop_back();
    head.resize(std::max<std::size_t>(head.size() + 1, 26), ' ');
    std::cout << head << option->description() << "\n";
  }
  std::cout << "\n" << syntax.example;
}

[[noreturn]] void refuse(const Syntax& syntax, const std::string& text, const std::string& hint = {}) {
  const std::string see = "holdout " + std::string(syntax.command) + " --help";
  throw Error(text, hint.empty() ? see : hint + " (" + see + ")");
}

}  // namespace

std::optional<Options> read_options(Syntax& syntax, const std::vector<std::string>& arguments) {
  const std::string command(syntax.command);
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
    refuse(syntax, "unknown option " + quoted(e.get_option_name()) + " of holdout " + command,
           did_you_mean(e.get_option_name(), option_names(syntax.options)));
  } catch (const po::multiple_occurrences& e) {
    refuse(syntax, "option " + e.get_option_name() + " is given twice");
  } catch (const po::error_with_option_name& e) {
    refuse(syntax, "option " + e.get_option_name() + " needs a value");
  } catch (const po::error&) {
    refuse(syntax, "the command line cannot be read");
  }
  if (values.count("help")) {
    print_help(syntax);
    return {};
  }
  const Options options(std::move(values));
  for (const auto& option : syntax.options.options())
    for (const std::string& text : options.texts(option->long_name()))
      if (text.starts_with("--")) refuse(syntax, "option --" + option->long_name() + " needs a value, not " + quoted(text));
  const std::vector<std::string> words = options.texts("argument");
  if (words.size() > 1)
    refuse(syntax, "holdout " + command + " takes one " + std::string(syntax.positional) + ", not also " + quoted(words[1]));
  if (words.empty() && !syntax.positional.starts_with('['))
    refuse(syntax, "holdout " + command + " needs a " + (command == "report" ? "run folder" : "study"),
           "for example: holdout " + command + (command == "report" ? " runs/diabetes" : " studies/diabetes.yaml"));
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
