#include "random.hpp"

#include <algorithm>

#include <holdout/search/transform.hpp>

namespace holdout::search {

void RandomOptions::fields(FieldVisitor& f) {
  f({"trials", "configurations to draw"}, trials, between<std::int64_t>(1, kMaxTrials));
}

Random::Random(const SearchSpace& space, Seed seed, const Options& options)
    : space_(space), seed_(seed), trials_(space.size() > 0 ? options.trials : 1) {
  for (const Parameter& parameter : space.parameters()) purposes_.push_back("search " + parameter.path);
}

Configuration Random::draw(std::int64_t trial) const {
  Configuration configuration;
  configuration.values.resize(space_.size());
  for (std::size_t i = 0; i < space_.size(); ++i) {
    if (!space_.active(i, configuration)) continue;
    const double u = stream(seed_, purposes_[i], static_cast<std::uint64_t>(trial)).uniform();
    configuration.values[i] = value_at(space_.parameters()[i], u);
  }
  return configuration;
}

std::vector<Request> Random::ask(int at_most) {
  std::vector<Request> requests;
  for (const std::int64_t end = std::min(trials_, next_ + at_most); next_ < end; ++next_)
    requests.push_back({draw(next_)});
  return requests;
}

}  // namespace holdout::search
