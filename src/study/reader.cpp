#include <holdout/study/reader.hpp>

#include <filesystem>
#include <utility>

#include "checks.hpp"
#include "filler.hpp"
#include "tree.hpp"

namespace holdout::study {

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

namespace {

StudyFile read_data_study(const std::string& file, const Tree& tree, Errors& errors) {
  if (const yaml::Node* function = function_type(tree))
    throw Error(yaml::message_at(function->mark, "model.type: 'function' has no data, and nothing to search for",
                                 "`holdout trace " + file + "` draws the paths of its update rules"));
  return read_study(file, tree, errors);
}

}  // namespace

StudyFile read_study(const std::string& file, std::span<const std::string> overrides) {
  Errors errors;
  return read_data_study(file, read_tree(file, overrides, errors), errors);
}

StudyFile read_study_text(const std::string& name, std::string text, const std::string& folder,
                          std::span<const std::string> overrides) {
  Errors errors;
  StudyFile result =
      read_data_study(name, tree_of(yaml::text_source(name, std::move(text)), overrides, errors), errors);
  result.folder = folder;
  return result;
}

StudyFile read_study(const std::string& file, const Tree& tree, Errors& errors) {
  StudyFile result;
  result.file = file;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  result.folder = folder.empty() ? "." : folder.string();
  result.lines = tree.sources.front().lines;
  Filler filler(errors);
  filler.fill([&](FieldVisitor& f) { result.study.fields(f); }, tree.root);
  for (const auto& [path, mark] : filler.marks) result.places[path] = yaml::place_of(mark);
  for (const yaml::Entry& entry : tree.root.entries) result.places.emplace(entry.key, yaml::place_of(entry.mark));
  check_study(result, filler, errors);
  throw_sorted_if_any(errors, file);
  return result;
}

}  // namespace holdout::study
