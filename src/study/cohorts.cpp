#include "cohorts.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>

#include <holdout/study/study.hpp>

namespace holdout::study {
namespace {

constexpr std::size_t kVector = 64;     // bytes of the widest vector
constexpr std::size_t kBlock = 4;       // vectors that the matrix passes work on at once (kernels/columns-inl.hpp)
constexpr std::size_t kMaxLanes = 256;  // beyond, the scores of few rows fill the L1 cache

struct Group {
  std::vector<std::size_t> members;
  std::size_t vector = 0;  // lanes of one vector
  std::size_t most = 0;    // lanes whose working set fits into the cache
};

std::size_t l2_cache() {
  constexpr std::size_t kUsual = 512 * 1024;
  const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : kUsual;
}

std::size_t up_to_multiple(std::size_t n, std::size_t of) { return (n + of - 1) / of * of; }

// Lanes of a cohort when no cohort may have more than `limit`: as even as whole vectors allow.
std::size_t lanes_of(const Group& group, std::size_t limit) {
  const std::size_t most = std::min(group.most, limit), n = group.members.size();
  const std::size_t cohorts = (n + most - 1) / most, even = (n + cohorts - 1) / cohorts;
  const std::size_t unit = most < group.vector ? most : group.vector;
  return std::min(most, up_to_multiple(even, unit));
}

std::size_t cohort_count(const std::vector<Group>& groups, std::size_t limit) {
  std::size_t count = 0;
  for (const Group& g : groups) {
    const std::size_t lanes = lanes_of(g, limit);
    count += (g.members.size() + lanes - 1) / lanes;
  }
  return count;
}

}  // namespace

std::vector<std::vector<std::size_t>> cut_into_cohorts(std::span<const train::LaneConfig> configs,
                                                       const CohortSizes& sizes, std::span<const std::string> keys) {
  const std::size_t cache = sizes.cache > 0 ? sizes.cache : l2_cache();
  std::map<std::string, std::size_t> known;
  std::vector<Group> groups;  // in the order of their first members
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const auto [at, fresh] =
        known.emplace(values_of(configs[i], Scope::cohort) + (keys.empty() ? "" : keys[i]), groups.size());
    if (fresh) {
      Group g;
      g.vector = kVector / (configs[i].training.in_float32() ? sizeof(float) : sizeof(double));
      // Half of the cache: rows of data and scores pass through the other.
      const std::size_t fit = cache / 2 / train::working_set(configs[i], sizes.features, sizes.classes);
      const std::size_t unit = fit >= kBlock * g.vector ? kBlock * g.vector : g.vector;
      g.most = std::clamp(fit / unit * unit, g.vector, kMaxLanes);
      if (const auto starts = static_cast<std::size_t>(configs[i].training.starts); starts > 1)  // each a lane
        g.vector = std::max<std::size_t>(1, g.vector / starts), g.most = std::clamp(fit, g.vector, kMaxLanes);
      // A step over sparse rows meets single rows of the tables, and makes others wait: wide ones are worth their way.
      if (sizes.sparse) g.most = std::max(g.most, kBlock * g.vector);
      groups.push_back(std::move(g));
    }
    groups[at->second].members.push_back(i);
  }
  // Narrower cohorts until every thread has one; half vectors are the narrowest that lose nothing.
  const std::size_t threads = static_cast<std::size_t>(sizes.threads);
  const std::size_t narrowest = groups.empty() ? 1 : groups.front().vector / 2;
  std::size_t limit = kMaxLanes;
  while (limit > narrowest && cohort_count(groups, limit) * sizes.folds < threads) limit -= narrowest;
  std::vector<std::vector<std::size_t>> cohorts;
  for (const Group& g : groups) {
    const std::size_t lanes = lanes_of(g, limit);
    for (std::size_t first = 0; first < g.members.size(); first += lanes) {
      const auto from = g.members.begin() + static_cast<std::ptrdiff_t>(first);
      cohorts.emplace_back(from, from + static_cast<std::ptrdiff_t>(std::min(lanes, g.members.size() - first)));
    }
  }
  return cohorts;
}

}  // namespace holdout::study
