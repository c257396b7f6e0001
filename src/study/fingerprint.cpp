#include <holdout/study/fingerprint.hpp>

#include <filesystem>
#include <string_view>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include <holdout/search/searchers.hpp>

#include "attributes.hpp"
#include "yaml.hpp"

namespace holdout::study {
namespace {

std::string shown(const yaml::Node* node) { return node ? yaml::flow_text(*node) : std::string(); }

// The values of a mapping by their keys: there may be a group for each of thousands of features.
std::unordered_map<std::string_view, const yaml::Node*> values_of(const yaml::Node& mapping) {
  std::unordered_map<std::string_view, const yaml::Node*> all;
  for (const yaml::Entry& entry : mapping.entries) all.emplace(entry.key, &entry.value);
  return all;
}

// Whether two spellings say the same: a switch of earlier versions, whose `true` was the default and never written.
bool same_meaning(const std::string& path, const std::string& was, const std::string& is) {
  return was == is || (path == "data.standardize" && was == "false" && is == "none");
}

// Both texts are in normal form: what stands in the one and not in the other has its default there.
void compare(const std::string& path, const yaml::Node* was, const yaml::Node* is, std::vector<Change>& changes) {
  static const yaml::Node kNothing = [] {
    yaml::Node node;
    node.kind = yaml::Node::Kind::mapping;
    return node;
  }();
  if (path.find('.') == std::string::npos) {  // a section: its keys are told one by one
    if (!was && is->is_mapping()) was = &kNothing;
    if (!is && was->is_mapping()) is = &kNothing;
  }
  if (!was || !is || !was->is_mapping() || !is->is_mapping()) {
    if (Change change{path, shown(was), shown(is)}; !same_meaning(path, change.was, change.is))
      changes.push_back(std::move(change));
    return;
  }
  const auto below = [&path](const std::string& key) { return path.empty() ? key : path + "." + key; };
  const auto before = values_of(*was), after = values_of(*is);
  for (const yaml::Entry& entry : is->entries) {
    const auto found = before.find(entry.key);
    compare(below(entry.key), found == before.end() ? nullptr : found->second, &entry.value, changes);
  }
  for (const yaml::Entry& entry : was->entries)
    if (!after.contains(entry.key)) compare(below(entry.key), &entry.value, nullptr, changes);
}

yaml::Node tree_of(const yaml::Source& source) {
  Errors errors;
  yaml::Node root = yaml::parse(source, errors);
  errors.throw_if_any();
  return root;
}

std::int64_t planned(const std::string& text) {
  const Study study = read_study_text("study.db", text, ".").study;
  return study.search.method.make(study.space, study.root())->planned();
}

// A longer search of the same kind asks for the same trials first. Where their number is not known beforehand, it may
// decide what is asked for.
bool only_longer(const StudyRecord& stored, const StudyRecord& now) {
  try {
    const std::int64_t was = planned(stored.text);
    return was > 0 && planned(now.text) > was;
  } catch (const Error&) {
    return false;  // a study of another version
  }
}

std::string what_of(const nlohmann::json& mark) {
  return "data file " + holdout::quoted(mark.at("path").get<std::string>());
}

std::string state_of(const nlohmann::json& mark) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string crc;
  for (int shift = 28; shift >= 0; shift -= 4) crc += kDigits[mark.at("crc32").get<std::uint32_t>() >> shift & 15];
  return std::to_string(mark.at("bytes").get<std::uint64_t>()) + " bytes with CRC-32 " + crc;
}

}  // namespace

StudyRecord record_of(const StudyFile& file, const data::Prepared& data) {
  const Study& study = file.study;
  StudyRecord record;
  record.name = study.name;
  record.metric = metric_of(study).label();
  record.maximize = metric_of(study).maximize;
  record.text = to_yaml(study);
  record.space = study.space;
  record.folder = std::filesystem::absolute(file.folder).lexically_normal().string();
  nlohmann::ordered_json fingerprint{{"study", record.text}, {"files", nlohmann::json::array()}};
  for (const data::FileMark& mark : data.files)
    fingerprint["files"].push_back({{"path", mark.path}, {"bytes", mark.bytes}, {"crc32", mark.crc32}});
  record.fingerprint = fingerprint.dump();
  return record;
}

std::vector<Change> changes(const StudyRecord& stored, const StudyRecord& now) {
  std::vector<Change> all;
  const auto was = nlohmann::json::parse(stored.fingerprint), is = nlohmann::json::parse(now.fingerprint);
  const yaml::Source old_text = yaml::text_source("study.db", was.at("study")),
                     text = yaml::text_source("study", now.text);
  const yaml::Node old_tree = tree_of(old_text), tree = tree_of(text);
  compare("", &old_tree, &tree, all);
  for (Change& change : all)
    change.harmless =
        change.what.starts_with("report.") || (change.what == "search.trials" && only_longer(stored, now));
  for (std::size_t i = 0; i < is.at("files").size(); ++i) {
    const auto& file = is["files"][i];
    if (i >= was.at("files").size())
      all.push_back({what_of(file), {}, state_of(file)});
    else if (was["files"][i] != file)
      all.push_back({what_of(file), state_of(was["files"][i]), state_of(file)});
  }
  return all;
}

void check_space(const StudyRecord& stored, const StudyRecord& now) {
  if (space_json(stored.space) == space_json(now.space)) return;
  throw Error(Message{{"study.db", 0, 0},
                      "the stored search space is not that of the stored study: another program changed it",
                      "start a new run with --out",
                      {}});
}

std::string to_string(const Change& change) {
  const auto value = [](const std::string& text) { return text.empty() ? "not given" : escaped(text); };
  return escaped(change.what) + ": " + value(change.is) + ", was " + value(change.was);
}

}  // namespace holdout::study
