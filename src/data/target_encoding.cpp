#include <holdout/data/target_encoding.hpp>

#include <cmath>
#include <limits>
#include <span>

#include <holdout/base/random.hpp>

namespace holdout::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A row as far as it matters for one feature.
struct Labelled {
  double category, y, weight;  // NaN: missing
};

struct Sums {
  double weight = 0, mean = 0, squares = 0;  // of deviations from the mean
  std::size_t rows = 0;
};

// West's update of mean and squares (Communications of the ACM 22, 1979).
void add(Sums& sums, const Labelled& row) {
  sums.weight += row.weight, ++sums.rows;
  const double difference = row.y - sums.mean;
  sums.mean += difference * (row.weight / sums.weight);
  sums.squares += row.weight * difference * (row.y - sums.mean);
}

// σ²/τ²; infinite where categories say nothing.
double shrinkage(std::span<const Sums> categories, const Sums& all) {
  double within = 0, between = 0, weights = 0, seen = 0;
  for (const Sums& c : categories) {
    if (c.rows == 0) continue;
    ++seen, within += c.squares, weights += c.weight * c.weight;
    between += c.weight * (c.mean - all.mean) * (c.mean - all.mean);
  }
  const double inside = all.weight - seen, outside = seen - 1;
  if (!(inside > 0) || !(outside > 0)) return std::numeric_limits<double>::infinity();
  const double error = within / inside, each = (all.weight - weights / all.weight) / outside;
  const double effect = (between / outside - error) / each;
  return effect > 0 ? error / effect : std::numeric_limits<double>::infinity();
}

// @param part  of the rows is left out; none where it is as large as kEncodingParts
TargetEncoding fit(std::span<const Labelled> rows, std::span<const std::size_t> parts, std::size_t part,
                   std::size_t categories) {
  std::vector<Sums> sums(categories);
  Sums all;
  double unit = 0, count = 0;  // the mean weight
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (parts[i] != part && rows[i].weight > 0) unit += rows[i].weight, ++count;
  unit /= count;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (parts[i] == part || !(rows[i].weight > 0)) continue;
    const Labelled row{rows[i].category, rows[i].y, rows[i].weight / unit};
    add(all, row);
    if (!std::isnan(row.category)) add(sums[static_cast<std::size_t>(row.category)], row);
  }
  Sums known;  // of the rows that have a category
  for (const Sums& c : sums)
    if (c.rows > 0) {
      const double weight = known.weight + c.weight;
      known.mean += (c.mean - known.mean) * (c.weight / weight), known.weight = weight;
    }
  const double m = shrinkage(sums, known);
  TargetEncoding encoding{std::vector<double>(categories, all.mean), all.mean};
  for (std::size_t c = 0; c < categories; ++c)
    if (sums[c].rows > 0 && std::isfinite(m))
      encoding.values[c] = (sums[c].weight * sums[c].mean + m * all.mean) / (sums[c].weight + m);
  return encoding;
}

double value_of(const TargetEncoding& encoding, double category) {
  return std::isnan(category) ? kNaN : encoding.values[static_cast<std::size_t>(category)];
}

// [row of `rows`] for one feature
std::vector<Labelled> labelled(const Dataset& dataset, const RowList& rows, std::size_t feature,
                               const TargetTransform& transform) {
  std::vector<Labelled> out;
  DenseRows dense(dataset);
  for (const std::uint32_t i : rows)
    out.push_back({dense.row(i)[feature], transform.apply(dataset.y[i]), dataset.weight(i)});
  return out;
}

std::vector<std::size_t> parts_of(std::size_t rows) {
  std::vector<std::size_t> parts(rows);
  std::size_t next = 0;
  for (const std::uint32_t i : stream(Seed{}, "target encoding").permutation(static_cast<std::uint32_t>(rows)))
    parts[i] = next++ % kEncodingParts;
  return parts;
}

}  // namespace

std::vector<TargetEncoding> fit_encodings(const Dataset& dataset, const RowList& rows,
                                          const TargetTransform& transform) {
  std::vector<TargetEncoding> all;
  const std::vector<std::size_t> parts(rows.size());
  for (const auto& [feature, categories] : dataset.encoded)
    all.push_back(fit(labelled(dataset, rows, feature, transform), parts, kEncodingParts, categories));
  return all;
}

EncodedRows::EncodedRows(const Dataset& dataset, const RowList& train, const TargetTransform& transform)
    : dataset_(dataset) {
  if (dataset.encoded.empty()) return;
  Dataset& out = encoded_.emplace();
  out.task = dataset.task, out.rows = dataset.rows, out.features = dataset.features, out.y = dataset.y;
  out.median = dataset.median, out.weights = dataset.weights, out.feature_names = dataset.feature_names;
  out.classes = dataset.classes, out.target_name = dataset.target_name;
  out.x.reserve(dataset.rows * dataset.features);
  DenseRows dense(dataset);
  for (std::size_t i = 0; i < dataset.rows; ++i) {
    const std::span<const double> row = dense.row(i);
    out.x.insert(out.x.end(), row.begin(), row.end());
  }
  const std::vector<std::size_t> parts = parts_of(train.size()), none(train.size());
  for (const auto& [feature, categories] : dataset.encoded) {
    const std::vector<Labelled> rows = labelled(dataset, train, feature, transform);
    const TargetEncoding whole = fit(rows, none, kEncodingParts, categories);
    for (std::size_t i = 0; i < dataset.rows; ++i) {
      double& x = out.x[i * dataset.features + feature];
      x = value_of(whole, x);
    }
    for (std::size_t part = 0; part < kEncodingParts; ++part) {
      const TargetEncoding others = fit(rows, parts, part, categories);
      for (std::size_t i = 0; i < train.size(); ++i)
        if (parts[i] == part) out.x[train[i] * dataset.features + feature] = value_of(others, rows[i].category);
    }
  }
}

}  // namespace holdout::data
