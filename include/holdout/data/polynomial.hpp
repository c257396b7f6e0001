// Powers and products of features.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <holdout/data/dataset.hpp>

namespace holdout::data {

/// A product of features: of one with lower degree, and a feature of the data not before its last factor.
struct Product {
  std::uint32_t parent;  // place among the features of the data and, behind them, the products before this one
  std::uint32_t factor;  // a feature of the data
  friend bool operator==(const Product&, const Product&) = default;
};

/// The products of degree 2 to `degree`, by degree, so that a lower degree's are the first of a higher one's. Left out
/// is what says nothing new: powers of columns of zeros and ones, and products of two of them that are never 1
/// together, as the levels of one column are.
/// @param degree  1: none
/// @throws Error naming data.features.polynomial, with the size, if they would not fit into memory; or if the data are
///         sparse
std::vector<Product> products_of(const Dataset& dataset, std::int64_t degree);

/// Names of features, and behind them those of the products: a^2, a*b, a^2*b.
/// @throws Error naming data.features.polynomial if a feature has the name of a product
std::vector<std::string> names_with_products(const std::vector<std::string>& features,
                                             std::span<const Product> products);

/// The dataset with the products behind its features, in raw units and with their names. What is missing (NaN) stays
/// missing in its products.
Dataset with_products(const Dataset& dataset, std::span<const Product> products);

/// The same with all products up to a degree.
/// @throws Error as products_of, and where a product is beyond the numbers
Dataset with_products(const Dataset& dataset, std::int64_t degree);

}  // namespace holdout::data
