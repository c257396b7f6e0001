#include "groups.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::study {
namespace {

constexpr std::string_view kPath = "model.l2", kGroups = "model.l2.groups.";

std::string path_of(const std::string& group) { return std::string(kGroups) + group; }

// Finds features by what groups call them. In the order of their names, those that begin alike are neighbours.
class Names {
 public:
  explicit Names(const std::vector<std::string>& features) : features_(features), order_(features.size()) {
    std::iota(order_.begin(), order_.end(), 0u);
    std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return features_[a] < features_[b]; });
  }

  /// A feature's name, the column of a one-hot feature, or the beginning of a name and *.
  /// @return features, ascending
  std::vector<std::uint32_t> meant_by(const std::string& column) const {
    std::vector<std::uint32_t> found;
    if (const auto at = first(column); at != order_.end() && features_[*at] == column) found.push_back(*at);
    if (column.ends_with('*'))
      add(std::string_view(column).substr(0, column.size() - 1), found);
    else
      add(column + "=", found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

 private:
  using Place = std::vector<std::uint32_t>::const_iterator;
  Place first(std::string_view name) const {
    return std::lower_bound(order_.begin(), order_.end(), name,
                            [&](std::uint32_t j, std::string_view wanted) { return features_[j] < wanted; });
  }
  void add(std::string_view beginning, std::vector<std::uint32_t>& to) const {
    for (Place at = first(beginning); at != order_.end() && features_[*at].starts_with(beginning); ++at)
      to.push_back(*at);
  }

  const std::vector<std::string>& features_;
  std::vector<std::uint32_t> order_;
};

void find_features(StudyFile& file, const std::vector<std::string>& features) {
  constexpr std::size_t kMaxErrors = 20;  // each may take a search through all features
  const Names names(features);
  Errors errors;
  std::vector<const train::PenaltyGroup*> owner(features.size());
  for (train::PenaltyGroup& group : file.study.config.model.l2_groups) {
    group.features.clear();
    for (std::size_t i = 0; i < group.columns.size(); ++i) {
      const std::string path = path_of(group.name) + ".columns." + std::to_string(i);
      const std::vector<std::uint32_t> meant = names.meant_by(group.columns[i]);
      if (errors.messages().size() >= kMaxErrors) errors.throw_if_any();
      for (const std::uint32_t j : meant) {
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
        group.features.push_back(j);
      }
      if (meant.empty())
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
