// Options of a command, read strictly: no abbreviations, no stray words, numbers checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options.hpp>

namespace holdout::cli {

/// What a command takes: options, and one positional argument.
struct Syntax {
  std::string_view command;     // run
  std::string_view positional;  // STUDY; [FAMILY] if it may be left out
  std::string_view help;        // shown above the options
  std::string_view example;     // shown below
  boost::program_options::options_description options;
};

/// What was given.
class Options {
 public:
  explicit Options(boost::program_options::variables_map values) : values_(std::move(values)) {}
  /// The text of an option or of the positional argument ("argument"); empty if it was not given.
  std::string text(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  bool given(const std::string& name) const { return values_.count(name) > 0; }
  /// An integer option. @throws Error if it is none or not in [min, max]
  int integer(const std::string& name, int min, int max, int otherwise) const;

 private:
  boost::program_options::variables_map values_;
};

/// @return the options; for --help, prints it and returns nothing
/// @throws Error naming what is wrong with the command line
std::optional<Options> read_options(Syntax& syntax, const std::vector<std::string>& arguments);

}  // namespace holdout::cli
