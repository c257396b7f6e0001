#include "preprocessing_checks.hpp"

#include <algorithm>
#include <optional>

#include <holdout/base/number.hpp>
#include <holdout/data/target_transform.hpp>

#include "lane_config.hpp"

namespace holdout::study {

void check_target_transform(const StudyFile& file, data::Prepared& data, Errors& errors) {
  constexpr std::string_view kPath = "data.target_transform";
  const Study& study = file.study;
  const std::optional<std::size_t> searched = study.space.find(kPath);
  const std::vector<std::string> kinds =
      target_transforms(study.data.target_transform, searched ? &study.space.parameters()[*searched] : nullptr);
  if (kinds.empty()) return;
  const std::vector<double>& y = data.dataset.y;
  const double least = *std::min_element(y.begin(), y.end());
  for (const std::string& kind : kinds)
    if (const std::string problem = data::target_problem(data::target_kind_of(kind), least); !problem.empty()) {
      errors.add(Message{{study.data.file, data.least_target, 0},
                         problem,
                         "use a transform that takes it, add a constant to the target, or leave the row out"});
      return;
    }
  data.notices.push_back("target " + holdout::quoted(data.dataset.target_name) +
                         (searched ? " may be trained as " : " is trained as ") + joined(kinds) +
                         "; metrics and predictions are in its own units, training losses and λ in those of the "
                         "transformed one");
}

void check_encodings(const StudyFile& file, const data::Prepared& data, std::int64_t highest_degree, Errors& errors) {
  if (data.dataset.encoded.empty()) return;
  const auto refuse = [&](const std::string& why, const std::string& hint) {
    errors.add(file.located(Message{{}, "data.encode: target " + why, hint, {}, "data.encode"}));
  };
  if (data.dataset.classes.size() > 2)
    refuse("is for numbers and two classes; the target has " + std::to_string(data.dataset.classes.size()),
           "use onehot or ordinal");
  if (data.split.leave_one_out)
    refuse("is fitted to training rows, and leave_one_out has one training for all", "use method: kfold");
  if (highest_degree > 1)
    refuse("beside data.features.polynomial: products would be those of categories",
           "use onehot or ordinal, or degree 1");
}

}  // namespace holdout::study
