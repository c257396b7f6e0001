#include "fanova.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::report {
namespace {

double volume(const Box& box) {
  double v = 1;
  for (std::size_t i = 0; i < box.low.size(); ++i) v *= box.high[i] - box.low[i];
  return v;
}

// [box]: its share of the mean. Taken once, as a box has as many sides as there are dimensions.
std::vector<double> masses(const Tree& tree) {
  std::vector<double> out;
  for (const Box& box : tree) out.push_back(box.value * volume(box));
  return out;
}

// Where the boxes of a tree end along one dimension: cells in which its marginal is constant.
struct Cells {
  std::vector<double> edges;

  Cells(const Tree& tree, std::size_t dimension) {
    for (const Box& box : tree) edges.push_back(box.low[dimension]);
    edges.push_back(1);
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  std::size_t count() const { return edges.size() - 1; }
  double width(std::size_t cell) const { return edges[cell + 1] - edges[cell]; }
  std::size_t find(double edge) const {
    return static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), edge) - edges.begin());
  }
};

// The mean of the tree in each cell of one dimension.
std::vector<double> marginal(const Tree& tree, const std::vector<double>& mass, std::size_t dimension,
                             const Cells& cells) {
  std::vector<double> change(cells.count() + 1), mean(cells.count());
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const Box& box = tree[i];
    const double share = mass[i] / (box.high[dimension] - box.low[dimension]);
    change[cells.find(box.low[dimension])] += share, change[cells.find(box.high[dimension])] -= share;
  }
  double sum = 0;
  for (std::size_t cell = 0; cell < mean.size(); ++cell) mean[cell] = sum += change[cell];
  return mean;
}

double variance(const std::vector<double>& mean, const Cells& cells, double centre) {
  double sum = 0;
  for (std::size_t cell = 0; cell < mean.size(); ++cell)
    sum += (mean[cell] - centre) * (mean[cell] - centre) * cells.width(cell);
  return sum;
}

// Of the mean over all but two dimensions.
double variance(const Tree& tree, const std::vector<double>& mass, std::size_t a, const Cells& across, std::size_t b,
                const Cells& up, double centre) {
  const std::size_t columns = across.count() + 1, rows = up.count() + 1;
  std::vector<double> sum(columns * rows);
  for (std::size_t k = 0; k < tree.size(); ++k) {
    const Box& box = tree[k];
    const double share = mass[k] / ((box.high[a] - box.low[a]) * (box.high[b] - box.low[b]));
    const std::size_t left = across.find(box.low[a]), right = across.find(box.high[a]);
    const std::size_t bottom = columns * up.find(box.low[b]), top = columns * up.find(box.high[b]);
    sum[bottom + left] += share, sum[top + right] += share;
    sum[bottom + right] -= share, sum[top + left] -= share;
  }
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 1; column < columns; ++column)
      sum[row * columns + column] += sum[row * columns + column - 1];
  for (std::size_t i = columns; i < sum.size(); ++i) sum[i] += sum[i - columns];
  double total = 0;
  for (std::size_t row = 0; row + 1 < rows; ++row)
    for (std::size_t column = 0; column + 1 < columns; ++column) {
      const double above = sum[row * columns + column] - centre;
      total += above * above * across.width(column) * up.width(row);
    }
  return total;
}

void add_effect(const std::vector<double>& mean, const Cells& cells, double weight, std::vector<double>& effect) {
  std::size_t cell = 0;
  for (std::size_t bin = 0; bin < effect.size(); ++bin) {
    const double at = (static_cast<double>(bin) + 0.5) / static_cast<double>(effect.size());
    while (cell + 1 < cells.count() && cells.edges[cell + 1] <= at) ++cell;
    effect[bin] += weight * mean[cell];
  }
}

}  // namespace

VarianceShares variance_shares(const std::vector<Tree>& forest, const std::vector<std::size_t>& of_pairs) {
  VarianceShares shares;
  if (forest.empty()) return shares;
  const std::size_t d = forest[0][0].low.size();
  shares.alone.resize(d);
  shares.pairs.assign(of_pairs.size(), std::vector<double>(of_pairs.size()));
  shares.effect.assign(d, std::vector<double>(kEffectBins));
  double counted = 0;
  const double weight = 1 / static_cast<double>(forest.size());
  for (const Tree& tree : forest) {
    double mean = 0, whole = 0;
    const std::vector<double> mass = masses(tree);
    for (const double m : mass) mean += m;
    for (const Box& box : tree) whole += (box.value - mean) * (box.value - mean) * volume(box);
    std::vector<Cells> cells;
    std::vector<double> own(d);
    for (std::size_t i = 0; i < d; ++i) {
      cells.emplace_back(tree, i);
      const std::vector<double> means = marginal(tree, mass, i, cells[i]);
      own[i] = variance(means, cells[i], mean);
      add_effect(means, cells[i], weight, shares.effect[i]);
    }
    if (!(whole > 0)) continue;
    ++counted;
    for (std::size_t i = 0; i < d; ++i) shares.alone[i] += own[i] / whole;
    for (std::size_t i = 0; i < of_pairs.size(); ++i)
      for (std::size_t j = i + 1; j < of_pairs.size(); ++j) {
        const std::size_t a = of_pairs[i], b = of_pairs[j];
        const double both = variance(tree, mass, a, cells[a], b, cells[b], mean);
        shares.pairs[i][j] += std::max(0.0, both - own[a] - own[b]) / whole;
      }
  }
  if (counted == 0) return shares;
  shares.any = true;
  for (double& share : shares.alone) share /= counted;
  for (auto& row : shares.pairs)
    for (double& share : row) share /= counted;
  return shares;
}

}  // namespace holdout::report
