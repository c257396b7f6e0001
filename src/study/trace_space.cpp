#include "trace_space.hpp"

#include <algorithm>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/search/grid_size.hpp>
#include <holdout/search/searchers.hpp>

#include "leaf.hpp"

namespace holdout::study {
namespace {

// 0.0005 where six digits say it, else what reads back: two values never look the same.
std::string shown(const Value& value) {
  const auto* x = std::get_if<double>(&value);
  if (!x) return to_text(value);
  const std::string plain = to_text(*x, 6);
  return to_real(plain) == *x ? plain : to_text(*x);
}

}  // namespace

std::vector<search::Configuration> trace_configurations(const search::SearchSpace& space) {
  constexpr std::size_t kMaxPaths = 32;  // colours and dashes end there
  Errors errors;
  for (const search::Parameter& p : space.parameters())
    if (p.interval && p.interval->points == 0 && !p.interval->step && !p.interval->integer)
      errors.add({{},
                  p.path + ": a trace draws one path for each value, and this range has no `points`",
                  "list them: {values: [...]}, or add points: 4 to the range",
                  {},
                  p.path});
  errors.throw_if_any();
  search::SearcherChoice grid = search::searchers();
  const std::vector<std::string> methods = names(grid.alternatives());
  grid.select(static_cast<std::size_t>(std::ranges::find(methods, "grid") - methods.begin()));
  auto requests = grid.make(space, Seed{})->ask(kMaxPaths + 1);
  if (requests.size() > kMaxPaths)
    throw Error(Message{
        {},
        "the ranges make " + search::grid_size(space) + " paths; a picture holds at most " + std::to_string(kMaxPaths),
        "list fewer values, or give some settings one value with --set",
        {},
        space.parameters().front().path});
  std::vector<search::Configuration> all;
  for (search::Request& request : requests) all.push_back(std::move(request.configuration));
  return all;
}

std::string label_of(const search::SearchSpace& space, const search::Configuration& configuration,
                     const std::string& optimizer) {
  std::string label;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto& value = configuration.values[i];
    if (!value) continue;
    const std::string& path = space.parameters()[i].path;
    if (!label.empty()) label += ", ";
    if (path == "model.start.0" || path == "model.start.1")
      label += path.substr(path.find('.') + 1) + " ";
    else if (path != "training.optimizer")
      label += path.substr(path.rfind('.') + 1) + " ";
    label += shown(*value);
  }
  return label.empty() ? optimizer : label;
}

}  // namespace holdout::study
