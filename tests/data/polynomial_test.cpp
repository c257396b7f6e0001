// Products of features.
#include <holdout/data/polynomial.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "data_files.hpp"
#include "table.hpp"

namespace holdout::data {
namespace {

using namespace testing;

Dataset dataset(const std::vector<std::string>& names, const std::vector<std::vector<double>>& rows) {
  Dataset d;
  d.rows = rows.size(), d.features = names.size(), d.feature_names = names;
  for (const auto& row : rows) d.x.insert(d.x.end(), row.begin(), row.end()), d.y.push_back(1);
  return d;
}

std::size_t binomial(std::size_t n, std::size_t k) {
  std::size_t b = 1;
  for (std::size_t i = 1; i <= k; ++i) b = b * (n - k + i) / i;
  return b;
}

TEST_CASE("polynomial: names and values, by degree") {
  const Dataset d = with_products(dataset({"a", "b"}, {{2, 3}, {-1, 0.5}}), 3);
  CHECK(d.feature_names == std::vector<std::string>{"a", "b", "a^2", "a*b", "b^2", "a^3", "a^2*b", "a*b^2", "b^3"});
  CHECK(std::vector<double>(d.row(0).begin(), d.row(0).end()) == std::vector<double>{2, 3, 4, 6, 9, 8, 12, 18, 27});
  CHECK(std::vector<double>(d.row(1).begin(), d.row(1).end()) ==
        std::vector<double>{-1, 0.5, 1, -0.5, 0.25, -1, 0.5, -0.25, 0.125});
  CHECK(d.y.size() == 2);
}

TEST_CASE("closed form: d features have C(d + k, k) − 1 products up to degree k, and a lower degree's come first") {
  for (std::size_t features = 1; features <= 5; ++features) {
    std::vector<std::string> names;
    std::vector<double> row;
    for (std::size_t j = 0; j < features; ++j)
      names.push_back(std::string(1, static_cast<char>('a' + j))), row.push_back(1.5 + static_cast<double>(j));
    const Dataset d = dataset(names, {row, row});
    std::vector<std::string> before = names;
    for (std::int64_t degree = 1; degree <= 4; ++degree) {
      const Dataset p = with_products(d, degree);
      CHECK(p.features == binomial(features + static_cast<std::size_t>(degree), static_cast<std::size_t>(degree)) - 1);
      CHECK(std::vector<std::string>(p.feature_names.begin(),
                                     p.feature_names.begin() + static_cast<std::ptrdiff_t>(before.size())) == before);
      before = p.feature_names;
    }
  }
}

TEST_CASE("reference: degree 2 of rows of concrete are those of concrete_quad") {
  // Rows 1 and 225 of studies/data/concrete.csv; the products of the latter were made with numpy.
  const std::vector<std::string> names = {"cement",           "blast_furnace_slag", "fly_ash",        "water",
                                          "superplasticizer", "coarse_aggregate",   "fine_aggregate", "age"};
  const Dataset p = with_products(
      dataset(names, {{540, 0, 0, 162, 2.5, 1040, 676, 28}, {168, 42.1, 163.8, 121.8, 5.7, 1058.7, 780.1, 3}}), 2);
  const std::vector<double> expected = {
      168,     42.1,     163.8,    121.8,    5.7,       1058.7,     780.1,     3,        28224,     7072.8,    27518.4,
      20462.4, 957.6,    177861.6, 131056.8, 504,       1772.41,    6895.98,   5127.78,  239.97,    44571.27,  32842.21,
      126.3,   26830.44, 19950.84, 933.66,   173415.06, 127780.38,  491.4,     14835.24, 694.26,    128949.66, 95016.18,
      365.4,   32.49,    6034.59,  4446.57,  17.1,      1120845.69, 825891.87, 3176.1,   608556.01, 2340.3,    9};
  REQUIRE(p.features == expected.size());
  for (std::size_t j = 0; j < expected.size(); ++j) CHECK(p.row(1)[j] == doctest::Approx(expected[j]).epsilon(1e-14));
}

TEST_CASE("reference: scikit-learn's PolynomialFeatures, columns in the same order") {
  // PolynomialFeatures(3, include_bias=False) of scikit-learn 1.2.1, of rows (1.5, -2, 0.25) and (-1.25, 1, 0.75).
  const Dataset p = with_products(dataset({"a", "b", "c"}, {{1.5, -2, 0.25}, {-1.25, 1, 0.75}}), 3);
  CHECK(p.feature_names == std::vector<std::string>{"a", "b", "c", "a^2", "a*b", "a*c", "b^2", "b*c", "c^2", "a^3",
                                                    "a^2*b", "a^2*c", "a*b^2", "a*b*c", "a*c^2", "b^3", "b^2*c",
                                                    "b*c^2", "c^3"});
  CHECK(p.x == std::vector<double>{1.5,     -2,        0.25,     2.25,   -3,        0.375,   4,        -0.5,
                                   0.0625,  3.375,     -4.5,     0.5625, 6,         -0.75,   0.09375,  -8,
                                   1,       -0.125,    0.015625, -1.25,  1,         0.75,    1.5625,   -1.25,
                                   -0.9375, 1,         0.75,     0.5625, -1.953125, 1.5625,  1.171875, -1.25,
                                   -0.9375, -0.703125, 1,        0.75,   0.5625,    0.421875});
}

TEST_CASE("polynomial: rows for a model get its products, whatever they are themselves") {
  const Dataset train = dataset({"a", "b"}, {{2, 3}, {-1, 0.5}});
  const auto products = products_of(train, 2);
  Dataset rows = dataset({"a", "b"}, {{1, 0}});
  rows.feature_names.clear();
  const Dataset wide = with_products(rows, products);
  CHECK(wide.x == std::vector<double>{1, 0, 1, 0, 0});
  CHECK(wide.feature_names.empty());
  CHECK(products_of(train, 1).empty());
}

TEST_CASE("polynomial: of flags there are no powers, and of the levels of one column no products") {
  // c=x, c=y, c=z are one column's levels; f is a flag of its own.
  const Dataset d =
      dataset({"c=x", "c=y", "c=z", "f", "a"}, {{1, 0, 0, 1, 2}, {0, 1, 0, 0, 3}, {0, 0, 1, 1, 4}, {0, 1, 0, 1, 5}});
  CHECK(with_products(d, 2).feature_names == std::vector<std::string>{"c=x", "c=y", "c=z", "f", "a", "c=x*f", "c=x*a",
                                                                      "c=y*f", "c=y*a", "c=z*f", "c=z*a", "f*a",
                                                                      "a^2"});
}

TEST_CASE("polynomial: what is missing stays missing, weights and classes stay") {
  Dataset d = dataset({"a", "b"}, {{2, std::nan("")}, {1, 1.5}});
  d.weights = {1, 2}, d.classes = {"n", "y"};
  const Dataset p = with_products(d, 2);
  CHECK(p.row(0)[2] == 4);
  CHECK(std::isnan(p.row(0)[3]));
  CHECK(p.weights == d.weights);
  CHECK(p.classes == d.classes);
}

TEST_CASE("hostile: a polynomial of so many rows that memory ends before the features are too many") {
  // Rows for which memory has room for some 50,000 features: 2.5 times 8 bytes for each number.
  Dataset d;
  d.features = 15, d.rows = static_cast<std::size_t>(physical_memory() / (50'000 * 2.5 * 8));
  d.x.assign(d.rows * d.features, 1.5);
  const auto m = messages_of([&] { products_of(d, 10); });
  REQUIRE(m.size() == 1);
  CHECK(m[0].path == "data.features.polynomial");
  CHECK(has(m[0].text, "10 makes more than 5000"));
  CHECK(has(m[0].text, " features of 15; " + std::to_string(d.rows) + " rows of so many need "));
  CHECK(m[0].text.ends_with(" GB, and the machine has " + to_text(physical_memory() / 1e9, 3)));
  CHECK(products_of(d, 4).size() == binomial(19, 4) - 1 - 15);
}

TEST_CASE("hostile: polynomials that explode, overflow, or are of sparse data") {
  std::vector<std::string> names;
  std::vector<double> row;
  for (int j = 0; j < 60; ++j) names.push_back("x" + std::to_string(j)), row.push_back(1.5 + j);
  const Dataset wide = dataset(names, {row, row});
  const auto messages = messages_of([&] { with_products(wide, 6); });
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].path == "data.features.polynomial");
  CHECK(has(messages[0].text, "6 makes more than 100000 features of 60"));
  CHECK(has(messages[0].hint, "lower degree"));
  CHECK(has(error_of([] {
              with_products(dataset({"a"}, {{1e200}, {2}}), 2);
            }),
            "'a^2' is beyond the numbers in row 1"));
  CHECK(has(error_of([] {
              with_products(dataset({"a", "a^2"}, {{1.5, 2}, {2, 3}}), 2);
            }),
            "two features would be called 'a^2'"));
  Dataset sparse = dataset({"a"}, {{1}, {2}});
  sparse.x.clear(), sparse.sparse.start = {0, 0, 0};
  CHECK(has(error_of([&] { with_products(sparse, 2); }), "sparse"));
}

}  // namespace
}  // namespace holdout::data
