// Options of a command, read strictly: no abbreviations, no stray words, numbers checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options.hpp>

namespace holdout::cli {

/// What a command says of itself in its help.
struct Syntax {
  std::string_view help;     // shown above the options
  std::string_view example;  // shown below
  boost::program_options::options_description options;
};

/// A kind of positional argument, as usage lines name it.
struct Argument {
  std::string_view name;     // STUDY
  std::string_view is;       // a study
  std::string_view example;  // studies/diabetes.yaml
};

/// One place of a usage line: RUN, [FAMILY] (may be left out), RUN… (one or more).
struct Positional {
  const Argument& argument;
  bool optional = false, many = false;
};

/// @param usage  of a command: "RUN DATA"
std::vector<Positional> positionals(std::string_view usage);

/// What was given.
class Options {
 public:
  explicit Options(boost::program_options::variables_map values) : values_(std::move(values)) {}
  /// The text of an option, or of the first positional argument ("argument"); empty if it was not given.
  std::string text(const std::string& name) const;
  /// All of an option that may come many times; of "argument": the positional arguments.
  std::vector<std::string> texts(const std::string& name) const;
  bool given(const std::string& name) const { return values_.count(name) > 0; }
  /// An integer option. @throws Error if it is none or not in [min, max]
  int integer(const std::string& name, int min, int max, int otherwise) const;

 private:
  boost::program_options::variables_map values_;
};

struct Command;

/// @return the options; for --help, prints it and returns nothing
/// @throws Error naming what is wrong with the command line
std::optional<Options> read_options(const Command& command, const std::vector<std::string>& arguments);

}  // namespace holdout::cli
