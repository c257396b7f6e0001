// Numbers as a study spells them.
#pragma once

#include <string>

#include <holdout/base/settings.hpp>

namespace holdout {

/// The word that stands for the number, if the range has one, else the number.
template <class T>
Value spelled(T value, const Range<T>& range) {
  for (const NamedNumber<T>& word : range.words)
    if (word.value == value) return std::string(word.name);
  return value;
}

}  // namespace holdout
