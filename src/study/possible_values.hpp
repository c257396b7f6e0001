// Which values a setting may have in the configurations of a study: the one in the file, or those that are searched.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <holdout/search/space.hpp>
#include <holdout/study/study.hpp>

namespace holdout::study {

/// Checks ask it, so that a list is refused for what one of its values is refused for, and for nothing else.
class PossibleValues {
 public:
  /// Both outlive it.
  PossibleValues(std::span<const search::Parameter> parameters, std::span<const Constant> constants)
      : parameters_(parameters), constants_(constants) {}

  /// Null if the setting is not searched.
  const search::Parameter* parameter(std::string_view path) const;

  /// Whether a word, or the name of an alternative, can occur.
  /// @param fixed  what the setting is where it is not searched
  bool may_be(std::string_view path, std::string_view word, std::string_view fixed) const;

  /// Of alternatives those that can occur, in the order of the list.
  std::vector<std::string_view> names(std::string_view path, const Choice& choice) const;

  /// The ends of the numbers that can occur; words among the values, such as auto, are none.
  double smallest(std::string_view path, double fixed) const;
  double largest(std::string_view path, double fixed) const;

 private:
  std::vector<double> numbers(std::string_view path, double fixed) const;

  std::span<const search::Parameter> parameters_;
  std::span<const Constant> constants_;
};

}  // namespace holdout::study
