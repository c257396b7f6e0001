#include "forest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace holdout::report {
namespace {

class Grower {
 public:
  Grower(const Sample& sample, std::size_t leaf, Stream& draw) : s_(sample), leaf_(leaf), draw_(draw) {}

  Tree grow() {
    const auto n = static_cast<std::uint32_t>(s_.values.size());
    std::vector<std::size_t> members(n);
    for (std::size_t& member : members) member = draw_.below(n);
    split(std::move(members), {std::vector<double>(s_.dimensions, 0), std::vector<double>(s_.dimensions, 1), 0});
    return std::move(tree_);
  }

 private:
  struct Cut {
    std::size_t dimension = 0;
    double at = 0, gain = 0;
  };

  void split(std::vector<std::size_t> members, Box box) {
    double sum = 0;
    for (const std::size_t i : members) sum += s_.values[i];
    box.value = sum / static_cast<double>(members.size());
    const Cut cut = members.size() < 2 * leaf_ ? Cut{} : best_cut(members, box.value);
    if (!(cut.gain > 0)) {
      tree_.push_back(std::move(box));
      return;
    }
    const auto middle = std::stable_partition(members.begin(), members.end(),
                                              [&](std::size_t i) { return s_.at(i, cut.dimension) < cut.at; });
    Box left = box, right = std::move(box);
    left.high[cut.dimension] = right.low[cut.dimension] = cut.at;
    split({members.begin(), middle}, std::move(left));
    split({middle, members.end()}, std::move(right));
  }

  // The cut after which the values vary least around the means of both sides.
  Cut best_cut(const std::vector<std::size_t>& members, double mean) {
    Cut best;
    const auto dimensions = static_cast<std::uint32_t>(s_.dimensions);
    std::vector<std::uint32_t> tried = draw_.permutation(dimensions);
    tried.resize((5 * tried.size() + 5) / 6);
    const double n = static_cast<double>(members.size());
    std::vector<std::pair<double, double>> line(members.size());  // place, value above the mean
    for (const std::uint32_t dimension : tried) {
      for (std::size_t i = 0; i < members.size(); ++i)
        line[i] = {s_.at(members[i], dimension), s_.values[members[i]] - mean};
      std::sort(line.begin(), line.end());
      double left = 0, right = 0;
      for (const auto& [place, value] : line) right += value;
      for (std::size_t i = 1; i < line.size(); ++i) {
        left += line[i - 1].second, right -= line[i - 1].second;
        if (i < leaf_ || line.size() - i < leaf_ || line[i].first == line[i - 1].first) continue;
        const double k = static_cast<double>(i), gain = left * left / k + right * right / (n - k);
        if (gain > best.gain * (1 + 1e-12)) best = {dimension, (line[i - 1].first + line[i].first) / 2, gain};
      }
    }
    if (best.gain < 1e-14 * n * mean * mean) best.gain = 0;  // nothing but rounding
    return best;
  }

  const Sample& s_;
  std::size_t leaf_;
  Stream& draw_;
  Tree tree_;
};

}  // namespace

std::vector<Tree> grow_forest(const Sample& sample, std::size_t trees, std::size_t leaf, Seed seed) {
  std::vector<Tree> forest;
  for (std::size_t t = 0; t < trees; ++t) {
    Stream draw = stream(seed, "forest", t);
    forest.push_back(Grower(sample, leaf, draw).grow());
  }
  return forest;
}

}  // namespace holdout::report
