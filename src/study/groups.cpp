#include "groups.hpp"

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::study {
namespace {

constexpr std::string_view kPath = "model.l2", kGroups = "model.l2.groups.";

std::string path_of(const std::string& group) { return std::string(kGroups) + group; }

// A feature's name, the column of a one-hot feature, or the beginning of a name and *.
bool means(std::string_view column, std::string_view feature) {
  if (column == feature) return true;
  if (column.ends_with('*')) return feature.starts_with(column.substr(0, column.size() - 1));
  return feature.size() > column.size() && feature.starts_with(column) && feature[column.size()] == '=';
}

void find_features(StudyFile& file, const std::vector<std::string>& features) {
  Errors errors;
  std::vector<const train::PenaltyGroup*> owner(features.size());
  for (train::PenaltyGroup& group : file.study.config.model.l2_groups) {
    group.features.clear();
    for (std::size_t i = 0; i < group.columns.size(); ++i) {
      const std::string path = path_of(group.name) + ".columns." + std::to_string(i);
      bool found = false;
      for (std::size_t j = 0; j < features.size(); ++j) {
        if (!means(group.columns[i], features[j])) continue;
        found = true;
        if (owner[j] == &group) continue;
        if (owner[j]) {
          errors.add(file.located({{},
                                   "feature " + quoted(features[j]) + " is in the groups " + quoted(owner[j]->name) +
                                       " and " + quoted(group.name),
                                   "a weight has one λ: name it in one of them",
                                   {},
                                   path}));
          break;
        }
        owner[j] = &group;
        group.features.push_back(static_cast<std::uint32_t>(j));
      }
      if (!found)
        errors.add(file.located({{},
                                 path_of(group.name) + ": no feature is called " + quoted(group.columns[i]),
                                 did_you_mean(group.columns[i], features),
                                 {},
                                 path}));
    }
  }
  errors.throw_if_any();
}

// The parameter of all becomes that of the first feature; those of the others follow at the end, so that conditions,
// which count parameters, stay true.
void separate(StudyFile& file, const std::vector<std::string>& features) {
  Study& study = file.study;
  train::ModelSettings& model = study.config.model;
  std::vector<search::Parameter> parameters = study.space.parameters();
  const auto common = study.space.find(kPath);
  for (std::size_t j = 0; j < features.size(); ++j) {
    const std::string& name = features[j];
    model.l2_groups.push_back({name, {name}, model.l2, {static_cast<std::uint32_t>(j)}});
    if (!common) continue;
    search::Parameter own = study.space.parameters()[*common];
    own.path = path_of(name);
    if (j == 0)
      parameters[*common] = std::move(own);
    else
      parameters.push_back(std::move(own));
  }
  model.l2 = 0, model.l2_each = "model";
  try {
    study.space = search::SearchSpace(std::move(parameters));
    study.search.method.make(study.space, study.root());
  } catch (const Error& error) {
    std::vector<Message> messages;
    for (Message message : error.messages()) {
      message.path = std::string(kPath) + ".each";
      messages.push_back(file.located(std::move(message)));
    }
    throw Error(std::move(messages), error.fault());
  }
}

}  // namespace

void find_groups(StudyFile& file, const std::vector<std::string>& features) {
  if (file.study.config.model.l2_each == "feature") return separate(file, features);
  find_features(file, features);
}

}  // namespace holdout::study
