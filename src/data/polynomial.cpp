#include <holdout/data/polynomial.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "table.hpp"

namespace holdout::data {
namespace {

[[noreturn]] void refuse(std::string text, std::string hint) {
  throw Error(Message{{}, std::move(text), std::move(hint), {}, "data.features.polynomial"});
}

// Which columns hold nothing but zeros and ones, and which pairs of them are never 1 in one row.
class Flags {
 public:
  explicit Flags(const Dataset& data) : features_(data.features), is_flag_(data.features, 1) {
    DenseRows rows(data);
    for (std::size_t i = 0; i < data.rows; ++i) {
      const std::span<const double> row = rows.row(i);
      for (std::size_t j = 0; j < features_; ++j)
        if (row[j] != 0 && row[j] != 1 && !std::isnan(row[j])) is_flag_[j] = 0;
    }
    meet_.resize(features_ * features_);
    std::vector<std::size_t> set;
    for (std::size_t i = 0; i < data.rows; ++i) {
      set.clear();
      const std::span<const double> row = rows.row(i);
      for (std::size_t j = 0; j < features_; ++j)
        if (is_flag_[j] && row[j] != 0) set.push_back(j);  // what is missing may be 1
      for (const std::size_t a : set)
        for (const std::size_t b : set) meet_[a * features_ + b] = 1;
    }
  }
  bool excludes(std::size_t a, std::size_t b) const {
    return is_flag_[a] && is_flag_[b] && (a == b || !meet_[a * features_ + b]);
  }

 private:
  std::size_t features_;
  std::vector<char> is_flag_, meet_;
};

// Factors of a product, ascending.
std::vector<std::uint32_t> factors_of(std::span<const Product> products, std::size_t features, std::size_t place) {
  std::vector<std::uint32_t> factors;
  for (; place >= features; place = products[place - features].parent)
    factors.push_back(products[place - features].factor);
  factors.push_back(static_cast<std::uint32_t>(place));
  std::reverse(factors.begin(), factors.end());
  return factors;
}

}  // namespace

std::vector<Product> products_of(const Dataset& data, std::int64_t degree) {
  constexpr double kCopies = 2.5, kGigabyte = 1e9;  // as in the encoder: as read, standardized, and room to work
  constexpr std::size_t kMax = 100'000;             // features: beyond, even few rows make a training crawl
  std::vector<Product> products;
  if (degree <= 1) return products;
  if (data.is_sparse())
    refuse("data.features.polynomial: products of sparse features are not made", "omit it, or use a CSV file");
  const double row = kCopies * static_cast<double>(data.rows) * sizeof(double), there = physical_memory();
  const std::size_t room = std::max<std::size_t>(data.features, static_cast<std::size_t>(there / row));
  const Flags flags(data);
  std::size_t first = 0, end = data.features;  // features and products of the degree before
  for (std::int64_t k = 2; k <= degree; ++k) {
    for (std::size_t parent = first; parent < end; ++parent) {
      const std::vector<std::uint32_t> factors = factors_of(products, data.features, parent);
      for (std::size_t j = factors.back(); j < data.features; ++j) {
        if (std::any_of(factors.begin(), factors.end(), [&](std::uint32_t f) { return flags.excludes(f, j); }))
          continue;
        products.push_back({static_cast<std::uint32_t>(parent), static_cast<std::uint32_t>(j)});
        if (data.features + products.size() <= std::min(room, kMax)) continue;
        std::string text = "data.features.polynomial: " + std::to_string(degree) + " makes more than " +
                           std::to_string(std::min(room, kMax)) + " features of " + std::to_string(data.features);
        if (room < kMax)
          text += "; " + std::to_string(data.rows) + " rows of so many need " +
                  to_text(row * static_cast<double>(room) / kGigabyte, 3) + " GB, and the machine has " +
                  to_text(there / kGigabyte, 3);
        refuse(std::move(text), "use a lower degree, or fewer columns: data.features.include");
      }
    }
    first = end, end = data.features + products.size();
  }
  return products;
}

std::vector<std::string> names_with_products(const std::vector<std::string>& features,
                                             std::span<const Product> products) {
  std::vector<std::string> names = features;
  for (std::size_t p = 0; p < products.size(); ++p) {
    const std::vector<std::uint32_t> factors = factors_of(products, features.size(), features.size() + p);
    std::string name;
    for (std::size_t i = 0; i < factors.size();) {
      std::size_t next = i;
      while (next < factors.size() && factors[next] == factors[i]) ++next;
      name += (name.empty() ? "" : "*") + features[factors[i]];
      if (next > i + 1) name += "^" + std::to_string(next - i);
      i = next;
    }
    names.push_back(std::move(name));
  }
  std::unordered_set<std::string_view> known(features.begin(), features.end());
  for (std::size_t p = features.size(); p < names.size(); ++p)
    if (!known.insert(names[p]).second)
      refuse("data.features.polynomial: two features would be called " + holdout::quoted(names[p]),
             "rename the columns of the data that are called like powers or products, or exclude them");
  return names;
}

Dataset with_products(const Dataset& data, std::span<const Product> products) {
  Dataset out;
  out.task = data.task, out.rows = data.rows, out.features = data.features + products.size();
  out.y = data.y, out.weights = data.weights, out.median = data.median, out.classes = data.classes,
  out.target_name = data.target_name;
  // Rows that a model reads have no names.
  if (data.feature_names.size() == data.features) out.feature_names = names_with_products(data.feature_names, products);
  out.x.resize(out.rows * out.features);
  DenseRows rows(data);
  for (std::size_t i = 0; i < data.rows; ++i) {
    const std::span<const double> from = rows.row(i);
    double* const row = out.x.data() + i * out.features;
    double* next = std::copy(from.begin(), from.end(), row);
    for (const Product& product : products) *next++ = row[product.parent] * from[product.factor];
  }
  return out;
}

Dataset with_products(const Dataset& data, std::int64_t degree) {
  if (degree <= 1) return data;
  Dataset out = with_products(data, products_of(data, degree));
  const auto beyond = std::find_if(out.x.begin(), out.x.end(), [](double x) { return std::isinf(x); });
  if (beyond == out.x.end()) return out;
  const auto at = static_cast<std::size_t>(beyond - out.x.begin());
  refuse("data.features.polynomial: " + holdout::quoted(out.feature_names[at % out.features]) +
             " is beyond the numbers in row " + std::to_string(at / out.features + 1),
         "use a lower degree, or other units for its columns");
}

}  // namespace holdout::data
