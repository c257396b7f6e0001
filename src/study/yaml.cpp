#include "yaml.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include <holdout/base/number.hpp>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "syntax.hpp"

namespace holdout::study::yaml {
namespace {

struct Stop {};  // thrown through the parser after an error that leaves nothing to go on with

std::size_t count(const Node& node) {
  std::size_t n = 1;
  for (const Node& item : node.items) n += count(item);
  for (const Entry& entry : node.entries) n += count(entry.value);
  return n;
}

int height(const Node& node) {
  int h = 0;
  for (const Node& item : node.items) h = std::max(h, height(item));
  for (const Entry& entry : node.entries) h = std::max(h, height(entry.value));
  return h + (node.is_list() || node.is_mapping());
}

// Where the parser stands. Those who use it take what is behind the end, also npos, for the end.
std::size_t offset(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.pos); }

bool is_null_word(std::string_view text, std::size_t at) {
  const std::string_view word = text.substr(std::min(at, text.size()), text.find_first_of(" \t\n,:]}", at) - at);
  return word == "~" || word == "null" || word == "Null" || word == "NULL";
}

// Builds the tree from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Source& source, Errors& errors) : source_(source), errors_(errors), last_{&source, 1, 1} {}

  Node root;
  bool refused = false;  // something in the document is wrong, though it could be parsed

  std::vector<OpenCollection> open() const {
    std::vector<OpenCollection> all;
    for (const Frame& frame : stack_) all.push_back({frame.offset, frame.flow});
    return all;
  }
  std::size_t long_quote() const { return long_quote_; }
  std::size_t long_quote_end() const { return long_quote_end_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0)
      stop(mark_of(mark), "a second document begins here",
           "a study is one document: delete what follows, or the `---`");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // Where nothing is written the parser's mark is that of what comes next: another key, perhaps.
    const bool written = anchor != 0 || is_null_word(source_.text, offset(mark));
    add(make(Node::Kind::null, written ? mark_of(mark) : Mark{}), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Mark here = mark_of(mark);
    if (++aliases_ > kMaxAliases)
      stop(here, "more than " + std::to_string(kMaxAliases) + " aliases", "write values out");
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) stop(here, "this alias stands inside the value that it repeats", "it would never end");
    charge(found->second, here);
    if (static_cast<int>(stack_.size()) + height(found->second) > kMaxDepth) too_deep(here);
    Node copy = found->second;
    copy.mark = here;
    add(std::move(copy), 0);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::size_t begin = content(offset(mark));
    Node node = make(Node::Kind::scalar, this->at(begin));
    node.text = value;
    node.plain = tag != "!";
    if (!node.plain) check_quotes(begin);
    if (value.find('\0') != std::string::npos) refuse(node.mark, "a NUL character in a text", "delete the escape");
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    begin(Node::Kind::list, mark, anchor, style);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    begin(Node::Kind::mapping, mark, anchor, style);
  }
  void OnMapEnd() override {
    check_keys(stack_.back().node);
    merge(stack_.back().node);
    end();
  }

 private:
  struct Frame {
    Node node;
    std::size_t offset;
    bool flow;
    YAML::anchor_t anchor;
    std::optional<Entry> key;  // a key that waits for its value
  };

  Mark mark_of(const YAML::Mark& mark) { return at(offset(mark)); }

  // The mark of a byte. Events come in the order of the text, so counting goes on from the last one: a line of a
  // megabyte would else be counted from its start for every value on it.
  Mark at(std::size_t offset) {
    offset = std::min(offset, source_.text.size());
    if (offset < last_offset_) return mark_at(source_, offset);
    for (; last_offset_ < offset; ++last_offset_) {
      const char c = source_.text[last_offset_];
      if (c == '\n')
        ++last_.line, last_.column = 1;
      else
        last_.column += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }
    return last_;
  }

  void refuse(const Mark& mark, const std::string& text, const std::string& hint) {
    errors_.add(message_at(mark, text, hint));
    refused = true;
  }
  [[noreturn]] void stop(const Mark& mark, const std::string& text, const std::string& hint) {
    refuse(mark, text, hint);
    throw Stop();
  }
  [[noreturn]] void too_deep(const Mark& mark) {
    stop(mark, "nested more than " + std::to_string(kMaxDepth) + " levels deep", "a study needs a handful");
  }

  Node make(Node::Kind kind, const Mark& mark) {
    if (++nodes_ > kMaxNodes)
      stop(mark, "more than " + std::to_string(kMaxNodes) + " values", "no study is that large");
    Node node;
    node.kind = kind;
    node.mark = mark;
    return node;
  }

  // Copies of nodes are made for anchors and aliases; a few lines of aliases of aliases would fill the memory.
  void charge(const Node& node, const Mark& mark) {
    if ((expansion_ += count(node)) > kMaxExpansion)
      stop(mark, "aliases expand to more than " + std::to_string(kMaxExpansion) + " values", "write values out");
  }

  // Where a node's content begins, after its anchor. A tag is refused: values are what they look like.
  std::size_t content(std::size_t at) {
    const std::string& text = source_.text;
    bool tagged = false;
    std::size_t tag_at = at;
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
      if (text[at] == '!') tagged = true, tag_at = at;
      at = std::min(text.find_first_of(" \n\t", at), text.size());
      at = std::min(text.find_first_not_of(" \n\t", at), text.size());
    }
    if (tagged)
      refuse(this->at(tag_at), "a tag (!)", "studies have no tags: delete it; text that starts with ! needs quotes");
    return at;
  }

  void check_quotes(std::size_t begin) {
    if (const char c = source_.text[begin]; c != '\'' && c != '"') return;  // a block of text
    const std::size_t close = closing_quote(source_.text, begin);
    if (close == std::string::npos)
      stop(mark_at(source_, begin), "the quote that opens here is never closed", "close it on this line");
    if (source_.text.substr(begin, close - begin).find('\n') != std::string::npos)
      long_quote_ = begin, long_quote_end_ = close;
  }

  void begin(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    if (static_cast<int>(stack_.size()) >= kMaxDepth) too_deep(mark_of(mark));
    const std::size_t at = content(offset(mark));
    Frame frame{make(kind, this->at(at)), at, style == YAML::EmitterStyle::Flow, anchor, {}};
    stack_.push_back(std::move(frame));
  }

  void end() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    add(std::move(frame.node), frame.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    if (anchor) {
      charge(node, node.mark);
      anchors_[anchor] = node;
    }
    if (stack_.empty()) {
      if (!node.mark.source) node.mark = {&source_, 0, 0};
      root = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.is_list()) {
      if (!node.mark.source) node.mark = frame.node.mark;  // an empty item
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      if (!node.is_scalar())
        refuse(node.mark.source ? node.mark : frame.node.mark, "a key must be a word, not " + kind_name(node),
               "key: value");
      frame.key = Entry{std::move(node.text), node.mark, {}};
    } else {
      if (!node.mark.source) node.mark = frame.key->mark;  // nothing after `key:`
      frame.key->value = std::move(node);
      frame.node.entries.push_back(std::move(*frame.key));
      frame.key.reset();
    }
  }

  void check_keys(const Node& mapping) {
    std::unordered_map<std::string_view, const Entry*> first;
    for (const Entry& entry : mapping.entries)
      if (const auto [seen, is_new] = first.emplace(entry.key, &entry); !is_new)
        refuse(entry.mark,
               "key " + quoted(entry.key) + " is a duplicate: it stands on line " +
                   std::to_string(seen->second->mark.line) + " already",
               "delete one of the two");
  }

  // `<<: *defaults`: the entries of the mapping (or of a list of mappings) that are not given here.
  void merge(Node& mapping) {
    const auto at =
        std::find_if(mapping.entries.begin(), mapping.entries.end(), [](const Entry& e) { return e.key == "<<"; });
    if (at == mapping.entries.end()) return;
    Entry merged = std::move(*at);
    mapping.entries.erase(at);
    std::vector<Node> sources;
    if (merged.value.is_list())
      sources = std::move(merged.value.items);
    else
      sources.push_back(std::move(merged.value));
    std::unordered_set<std::string> taken;
    for (const Entry& entry : mapping.entries) taken.insert(entry.key);
    for (Node& from : sources) {
      if (!from.is_mapping()) {
        refuse(merged.mark, "`<<` merges a mapping, not " + kind_name(from), "<<: *name, where &name marks a mapping");
        continue;
      }
      for (Entry& entry : from.entries)
        if (taken.insert(entry.key).second) mapping.entries.push_back(std::move(entry));
    }
  }

  const Source& source_;
  Errors& errors_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, Node> anchors_;
  Mark last_;
  std::size_t last_offset_ = 0;
  int documents_ = 0;
  std::size_t nodes_ = 0, aliases_ = 0, expansion_ = 0;
  std::size_t long_quote_ = std::string::npos, long_quote_end_ = 0;  // the last quoted text over several lines
};

}  // namespace

const Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

Entry* Node::find(std::string_view key) { return const_cast<Entry*>(std::as_const(*this).find(key)); }

Node parse(const Source& source, Errors& errors) {
  Builder builder(source, errors);
  builder.root.mark = {&source, 0, 0};
  std::istringstream stream(source.text);
  try {
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);  // the second one only stops
  } catch (const Stop&) {
  } catch (const YAML::Exception& problem) {
    const std::size_t at = offset(problem.mark);
    if (!builder.refused) {
      const bool near = builder.long_quote() != std::string::npos &&
                        mark_at(source, builder.long_quote_end()).line >= mark_at(source, at).line - 1;
      errors.add(
          syntax_message(source, {at, problem.msg, builder.open(), near ? builder.long_quote() : std::string::npos}));
    }
  }
  return std::move(builder.root);
}

}  // namespace holdout::study::yaml
