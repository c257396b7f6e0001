// A strict YAML tree: places for everything, aliases expanded within limits, merge keys merged, and an error for what
// YAML readers usually pass over (duplicate keys, unclosed quotes, tags, a second document).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/error.hpp>

#include "source.hpp"

namespace holdout::study::yaml {

struct Entry;

/// A value of the tree.
struct Node {
  enum class Kind { null, scalar, list, mapping };
  Kind kind = Kind::null;
  Mark mark;
  std::string text;            // scalar
  bool plain = true;           // scalar: written without quotes; quoted numbers are text
  std::vector<Node> items;     // list
  std::vector<Entry> entries;  // mapping, in the order of the text

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_mapping() const { return kind == Kind::mapping; }
  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);
};

/// A key and its value.
struct Entry {
  std::string key;
  Mark mark;  // of the key
  Node value;
};

/// What a tree may have at most.
inline constexpr int kMaxDepth = 64;
inline constexpr std::size_t kMaxNodes = 100'000;
inline constexpr std::size_t kMaxAliases = 1000;
inline constexpr std::size_t kMaxExpansion = 100'000;  // nodes copied for anchors and aliases

/// The one document of a source; null if the source says nothing.
/// @param errors  gets what is wrong; the tree is then as far as it was understood
Node parse(const Source& source, Errors& errors);

/// The node on one line, as YAML; cut after about `most` characters.
std::string flow_text(const Node& node, std::size_t most = 80);

/// Text as a YAML scalar that reads back as text: plain where it can be, else in double quotes.
std::string yaml_text(std::string_view text);

/// `{name: adma, …}` and the like in a message: what kind of thing stands there.
std::string kind_name(const Node& node);

}  // namespace holdout::study::yaml
