#include "grid.hpp"

#include <algorithm>
#include <map>
#include <string>

#include <holdout/base/error.hpp>
#include <holdout/search/grid_size.hpp>

namespace holdout::search {
namespace {

std::vector<Axis> axes_of(const SearchSpace& space) {
  std::vector<Axis> axes;
  Errors errors;
  for (const Parameter& parameter : space.parameters()) {
    try {
      axes.emplace_back(parameter);
    } catch (const Error& error) {
      errors.add(error);
    }
  }
  errors.throw_if_any();
  return axes;
}

__extension__ using Count = unsigned __int128;

constexpr Count kMany = [] {
  Count power = 1;
  for (int i = 0; i < 38; ++i) power *= 10;  // the largest power of ten that a Count holds
  return power;
}();

// Everything above kMany is kMany + 1.
Count capped(Count n) { return std::min(n, kMany + 1); }
Count times(Count a, Count b) { return b != 0 && a > kMany / b ? kMany + 1 : capped(a * b); }
Count whole(double x) { return x > 1e38 ? kMany + 1 : static_cast<Count>(x); }

// A choice multiplies by the combinations of the parameters that exist only with it. Those stand behind the parameter
// they depend on, so that going backwards finds each one complete.
Count combinations(const SearchSpace& space, const std::vector<Axis>& axes) {
  Count all = 1;
  std::vector<Count> sizes(axes.size());
  std::vector<std::vector<std::size_t>> children(axes.size());  // ascending
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (const auto& condition = space.parameters()[i].condition) children[condition->parameter].push_back(i);
  for (std::size_t i = axes.size(); i-- > 0;) {
    sizes[i] = whole(axes[i].points());
    std::map<Value, Count> with;  // of the children that exist only with a value
    for (const std::size_t child : children[i]) {
      Count& count =
          with.try_emplace(space.parameters()[i].values[space.parameters()[child].condition->choice], 1).first->second;
      count = times(count, sizes[child]);
    }
    for (const Value& value : axes[i].listed()) {
      const auto found = with.find(value);
      sizes[i] = capped(sizes[i] + (found == with.end() ? 1 : found->second));
    }
    if (!space.parameters()[i].condition) all = times(all, sizes[i]);
  }
  return all;
}

std::string to_text(Count n) {
  if (n > kMany) return "more than 10^38";
  std::string digits;
  for (; n > 0 || digits.empty(); n /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(n % 10)));
  return digits;
}

}  // namespace

std::string grid_size(const SearchSpace& space) { return to_text(combinations(space, axes_of(space))); }

bool Grid::holds(const SearchSpace& space) {
  return combinations(space, axes_of(space)) <= static_cast<Count>(kMaxTrials);
}

Grid::Grid(const SearchSpace& space, Seed, const Options&) : space_(space), axes_(axes_of(space)) {
  const Count all = combinations(space_, axes_);
  if (all > static_cast<Count>(kMaxTrials))
    throw Error("the grid has " + to_text(all) + " points, and at most " + std::to_string(kMaxTrials) + " are allowed",
                "lower `points`, raise `step`, list fewer values, or use `method: random`");
  size_ = static_cast<std::int64_t>(all);
  now_.values.resize(space_.size());
  places_.resize(space_.size());
  start_from(0);
}

void Grid::start_from(std::size_t parameter) {
  for (std::size_t i = parameter; i < axes_.size(); ++i) {
    now_.values[i].reset();
    if (!space_.active(i, now_)) continue;
    places_[i] = axes_[i].first().value();  // an axis is never empty
    now_.values[i] = axes_[i].at(places_[i]);
  }
}

bool Grid::advance() {
  for (std::size_t i = axes_.size(); i-- > 0;) {
    if (!now_.values[i]) continue;
    const auto next = axes_[i].after(places_[i]);
    if (!next) continue;
    places_[i] = *next;
    now_.values[i] = axes_[i].at(*next);
    start_from(i + 1);
    return true;
  }
  return false;
}

std::vector<Request> Grid::ask(int at_most) {
  std::vector<Request> requests;
  for (int k = 0; k < at_most && !done_; ++k) {
    requests.push_back({now_});
    done_ = !advance();
  }
  return requests;
}

}  // namespace holdout::search
