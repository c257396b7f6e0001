// Errors as users see them: where, what, and how to mend it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace holdout {

/// A place in a file. Line and column count from 1; 0 means unknown. Columns count characters, not bytes.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

/// One thing that is wrong.
struct Message {
  Place place;              // file may be empty: the message is then about no file
  std::string text;         // what is wrong, the value quoted: unknown key 'learnin_rate' in training
  std::string hint = {};    // how to mend it: did you mean 'learning_rate'?
  std::string source = {};  // the line of the file, shown with a caret below the column; may be empty
  std::string path = {};    // the setting to blame (data.target) where its place is not known yet: the reader finds it
};

/// `file:line:column: error: text`, the source line with a caret, and the hint; control characters are escaped.
std::string to_string(const Message& message);

/// Whose turn it is to mend it; decides the command's exit code.
enum class Fault {
  input,    // the study, the data or the command line is wrong: exit code 2
  failure,  // the machine could not: disk full, out of memory, interrupted: exit code 1
};

/// The one exception type for what a user can cause. Thrown at a layer's edge with everything that was found.
class Error : public std::runtime_error {
 public:
  explicit Error(Message message, Fault fault = Fault::input);
  explicit Error(std::vector<Message> messages, Fault fault = Fault::input);
  /// About no file: `text`, and how to mend it.
  explicit Error(std::string text, std::string hint = {}, Fault fault = Fault::input);

  const std::vector<Message>& messages() const { return messages_; }
  Fault fault() const { return fault_; }

 private:
  std::vector<Message> messages_;
  Fault fault_;
};

/// Collects messages, so that all mistakes of a file are reported at once.
class Errors {
 public:
  void add(Message message) { messages_.push_back(std::move(message)); }
  void add(const Error& error);
  bool empty() const { return messages_.empty(); }
  const std::vector<Message>& messages() const { return messages_; }
  /// @throws Error with all messages in the order of their places, if there are any.
  void throw_if_any() const;

 private:
  std::vector<Message> messages_;
};

/// `text` with control characters and invalid UTF-8 escaped (\n, \t, \x1b), safe for a terminal.
std::string escaped(std::string_view text);

/// 'text', escaped and cut after 40 characters: how a value is quoted in a message.
std::string quoted(std::string_view text);

}  // namespace holdout
