// What the YAML parser objects to, in words for people who write studies.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "source.hpp"

namespace holdout::study::yaml {

/// A list or mapping that was open when the parser gave up.
struct OpenCollection {
  std::size_t offset;  // of its first character: the bracket of a flow collection
  bool flow;
};

/// What was known when the parser gave up.
struct SyntaxProblem {
  std::size_t offset;                // where it did
  std::string complaint;             // in the parser's words, which nobody sees
  std::vector<OpenCollection> open;  // outermost first
  std::size_t quote;                 // where the last quoted text over several lines opens; npos: there is none
};

Message syntax_message(const Source& source, const SyntaxProblem& problem);

}  // namespace holdout::study::yaml
