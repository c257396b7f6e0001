#include "random.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>
#include <holdout/search/transform.hpp>

namespace holdout::search {

void RandomOptions::fields(FieldVisitor& f) {
  f({"trials", "configurations to draw"}, trials, between<std::int64_t>(1, kMaxTrials));
}

namespace {

bool is_continuous(const Interval& interval) { return std::isinf(count(interval)); }

// The space as a grid of all its values, if it has no continuous range and at most kMaxTrials configurations.
std::unique_ptr<Grid> every_configuration(const SearchSpace& space) {
  std::vector<Parameter> parameters = space.parameters();
  for (Parameter& parameter : parameters) {
    if (!parameter.interval) continue;
    if (is_continuous(*parameter.interval)) return nullptr;
    parameter.interval->points = 0;
  }
  const SearchSpace whole(std::move(parameters));
  return Grid::holds(whole) ? std::make_unique<Grid>(whole, Seed{}, Grid::Options{}) : nullptr;
}

// FNV-1a (Fowler, Noll, Vo), 64 bits, of the values as text. Two configurations of one hash would only cost a draw.
std::uint64_t hash_of(const Configuration& configuration) {
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  };
  for (const std::optional<Value>& value : configuration.values) {
    if (value) add(to_text(*value));
    add(std::string_view("\0", 1));
  }
  return hash;
}

}  // namespace

Random::Random(const SearchSpace& space, Seed seed, const Options& options)
    : space_(space), seed_(seed), trials_(space.size() > 0 ? options.trials : 1), all_(every_configuration(space)) {
  for (const Parameter& parameter : space.parameters()) purposes_.push_back("search " + parameter.path);
  if (!all_ || space.size() == 0 || all_->planned() >= trials_) return;
  fewer_ = true;
  trials_ = all_->planned();
}

std::string Random::notice() const {
  if (!fewer_) return {};
  return "the search space has " + std::to_string(trials_) + (trials_ == 1 ? " configuration" : " configurations") +
         ": each is tried once, and no more trials are made";
}

Configuration Random::draw(std::int64_t trial, std::uint64_t attempt) const {
  Configuration configuration;
  configuration.values.resize(space_.size());
  for (std::size_t i = 0; i < space_.size(); ++i) {
    if (!space_.active(i, configuration)) continue;
    const double u = stream(seed_, purposes_[i], static_cast<std::uint64_t>(trial), attempt).uniform();
    configuration.values[i] = value_at(space_.parameters()[i], u);
  }
  return configuration;
}

// @return whether it is new; draws from a continuous range always count as new
bool Random::keep(const Configuration& configuration) {
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const Parameter& parameter = space_.parameters()[i];
    const auto& value = configuration.values[i];
    if (!value || !parameter.interval || !is_continuous(*parameter.interval)) continue;
    if (std::find(parameter.values.begin(), parameter.values.end(), *value) == parameter.values.end()) return true;
  }
  return drawn_.insert(hash_of(configuration)).second;
}

std::optional<Configuration> Random::next_new(std::int64_t trial) {
  // Where one configuration in 100 is new, it is found with a chance of 1 − 0.99^1000 = 0.99996. What chance does not
  // find is looked up; where it cannot be, nearly all that can be drawn has been.
  constexpr std::uint64_t kAttempts = 1000;
  for (std::uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
    Configuration configuration = draw(trial, attempt);
    if (keep(configuration)) return configuration;
  }
  if (!all_) return draw(trial, 0);
  for (std::vector<Request> next = all_->ask(1); !next.empty(); next = all_->ask(1))
    if (keep(next[0].configuration)) return std::move(next[0].configuration);
  return {};
}

std::vector<Request> Random::ask(int at_most) {
  std::vector<Request> requests;
  for (const std::int64_t end = std::min(trials_, next_ + at_most); next_ < end; ++next_) {
    std::optional<Configuration> configuration = next_new(next_);
    if (!configuration) break;
    requests.push_back({std::move(*configuration)});
  }
  return requests;
}

}  // namespace holdout::search
