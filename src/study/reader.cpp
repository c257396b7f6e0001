#include <holdout/study/reader.hpp>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "checks.hpp"
#include "filler.hpp"
#include "overrides.hpp"

namespace holdout::study {
namespace {

constexpr std::size_t kMostMessages = 20;  // more would hide the first ones

[[noreturn]] void throw_sorted(const Errors& errors, const std::string& file) {
  try {
    errors.throw_if_any();
  } catch (const Error& sorted) {
    std::vector<Message> messages = sorted.messages();
    if (messages.size() <= kMostMessages) throw;
    const std::size_t more = messages.size() - kMostMessages;
    messages.resize(kMostMessages);
    messages.push_back({{file}, "and " + std::to_string(more) + " more"});
    throw Error(std::move(messages));
  }
  std::abort();  // only called with errors
}

}  // namespace

Message StudyFile::located(Message message) const {
  if (message.path.empty() || !message.place.file.empty()) return message;
  for (std::string path = message.path; !path.empty();) {
    if (const auto found = places.find(path); found != places.end()) {
      if (found->second.line == 0) {  // from --set: there is no line to show
        message.text = escaped(found->second.file) + ": " + message.text;
        return message;
      }
      message.place = found->second;
      message.source = yaml::shown_line(lines, message.place.line);
      return message;
    }
    const std::size_t dot = path.rfind('.');
    path.resize(dot == std::string::npos ? 0 : dot);
  }
  message.place.file = file;
  return message;
}

StudyFile read_study(const std::string& file, std::span<const std::string> overrides) {
  StudyFile result;
  result.file = file;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  result.folder = folder.empty() ? "." : folder.string();
  std::deque<yaml::Source> sources;
  sources.push_back(yaml::read_source(file));
  const yaml::Source& source = sources.front();
  result.lines = source.lines;
  Errors errors;
  yaml::Node root = yaml::parse(source, errors);
  if (!errors.empty()) throw_sorted(errors, file);
  if (root.is_null())
    throw Error(yaml::message_at({&source, 0, 0}, "the study is empty",
                                 "the least is: data: {file: data.csv, target: y}"));
  if (!root.is_mapping())
    throw Error(
        yaml::message_at(root.mark, "a study is a mapping of keys to values, not " + kind_name(root), "name: ..."));
  apply_overrides(root, overrides, sources, errors);
  Filler filler(errors);
  filler.fill(result.study, root);
  for (const auto& [path, mark] : filler.marks) result.places[path] = yaml::place_of(mark);
  for (const yaml::Entry& entry : root.entries) result.places.emplace(entry.key, yaml::place_of(entry.mark));
  check_study(result, filler, errors);
  if (!errors.empty()) throw_sorted(errors, file);
  return result;
}

}  // namespace holdout::study
