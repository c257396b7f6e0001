#include <holdout/data/target_encoding.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A feature of categories, and one of numbers.
Dataset categories(const std::vector<double>& category, const std::vector<double>& y) {
  Dataset d;
  d.rows = y.size(), d.features = 2, d.y = y;
  for (std::size_t i = 0; i < d.rows; ++i) d.x.push_back(static_cast<double>(i)), d.x.push_back(category[i]);
  d.encoded = {{1, 4}};
  return d;
}

Dataset ten() { return categories({0, 0, 0, 1, 1, 2, 2, 2, 2, 3}, {1, 2, 4, 8, 9, 3, 3.5, 2.5, 5, 20}); }

RowList all(const Dataset& d) {
  RowList rows(d.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

TEST_CASE("reference: values of categories are the shrunken means of the random effects model") {
  // By reference/make_preprocessing.py.
  const Dataset d = ten();
  const TargetEncoding e = fit_encodings(d, all(d), {}).at(0);
  const double values[] = {2.3762148789538786, 8.450210748155953, 3.5214038819462905, 19.485773409208484};
  CHECK(e.prior == doctest::Approx(5.8).epsilon(1e-14));
  for (std::size_t c = 0; c < 4; ++c) CHECK(e.values[c] == doctest::Approx(values[c]).epsilon(1e-13));
  Dataset weighted = d;
  weighted.weights.assign(10, 0.25);
  CHECK(fit_encodings(weighted, all(d), {}).at(0).values[2] == doctest::Approx(values[2]).epsilon(1e-13));
  // Of the logarithm of the target, if that is trained.
  const TargetEncoding logs = fit_encodings(d, all(d), TargetTransform{TargetKind::log}).at(0);
  CHECK(logs.values[3] < std::log(20));
  CHECK(logs.values[3] > 2.5);
}

TEST_CASE("target encoding: categories that say nothing, or that no training row has, are the mean of all") {
  const Dataset same = categories({0, 0, 1, 1, 2, 2}, {1, 5, 1, 5, 1, 5});  // means are equal
  const Dataset single = categories({0, 1, 2, 3}, {1, 5, 1, 5});            // each once
  const TargetEncoding none = fit_encodings(same, all(same), {}).at(0),
                       once = fit_encodings(single, all(single), {}).at(0);
  for (const double value : none.values) CHECK(value == 3);
  for (const double value : once.values) CHECK(value == 3);
  const Dataset d = ten();
  const TargetEncoding e = fit_encodings(d, {0, 1, 2, 3, 4}, {}).at(0);
  CHECK(e.values[3] == e.prior);
  CHECK(e.prior == doctest::Approx(4.8));
}

TEST_CASE("property: no training row sees its own target, nor any row those of rows that do not train") {
  Stream draw = stream(Seed{5}, "encoding");
  std::vector<double> category, y;
  for (int i = 0; i < 200; ++i) {
    category.push_back(i % 23 == 7 ? kNaN : std::floor(4 * draw.uniform()));
    y.push_back(i % 23 == 7 ? draw.normal() : category.back() + draw.normal());
  }
  RowList train;
  for (std::uint32_t i = 0; i < 150; ++i) train.push_back(i);
  const Dataset d = categories(category, y);
  const EncodedRows encoded(d, train, {});
  const auto value = [](const EncodedRows& rows, std::size_t i) { return (*rows).x[i * 2 + 1]; };
  std::size_t moved = 0;
  for (const std::size_t i : {std::size_t{3}, std::size_t{77}, std::size_t{149}}) {
    Dataset changed = d;
    changed.y[i] += 1000;
    const EncodedRows again(changed, train, {});
    CHECK(value(again, i) == value(encoded, i));
    for (std::size_t k = 0; k < d.rows; ++k)
      moved += !std::isnan(value(encoded, k)) && value(again, k) != value(encoded, k);
  }
  CHECK(moved > 300);  // all others that are trained with it or measured
  Dataset held = d;
  for (std::size_t i = 150; i < 200; ++i) held.y[i] = -1e6;
  CHECK((*EncodedRows(held, train, {})).x[2 * 199 + 1] == (*encoded).x[2 * 199 + 1]);
  const TargetEncoding whole = fit_encodings(d, train, {}).at(0);
  for (std::size_t i = 150; i < 200; ++i)
    if (!std::isnan(category[i])) CHECK(value(encoded, i) == whole.values[static_cast<std::size_t>(category[i])]);
  for (std::size_t i = 0; i < 200; ++i) {
    CHECK(std::isnan(value(encoded, i)) == std::isnan(category[i]));
    CHECK((*encoded).x[i * 2] == static_cast<double>(i));
  }
}

TEST_CASE("target encoding: without encoded features the rows are those that there are") {
  Dataset d = ten();
  d.encoded.clear();
  CHECK(&*EncodedRows(d, all(d), {}) == &d);
}

TEST_CASE("encode: places in order, categories for their targets, numbers as text; what is wrong is said") {
  const std::string text =
      "city,size,zip,y\nbern,10,8001,1\nbasel,9,8001,2\nbern,100,4000,3\nchur,9,4000,4\nbasel,10,8001,5\n"
      "bern,9,4000,6\nchur,100,8001,7\nbern,10,4000,8\n";
  DataSettings s = settings();
  s.target = "y";
  s.encode.columns = {{"city", "target"}, {"size", "ordinal"}, {"zip", "onehot"}};
  const Prepared p = load_text(text, Task::regression, s);
  CHECK(p.dataset.feature_names == std::vector<std::string>{"city", "size", "zip=4000", "zip=8001"});
  CHECK(p.columns[0].levels == std::vector<std::string>{"basel", "bern", "chur"});
  CHECK(p.columns[1].levels == std::vector<std::string>{"9", "10", "100"});
  REQUIRE(p.dataset.encoded.size() == 1);
  CHECK(p.dataset.encoded[0].feature == 0);
  CHECK(p.dataset.encoded[0].categories == 3);
  const auto row = p.dataset.row(2);
  CHECK(std::vector<double>(row.begin(), row.end()) == std::vector<double>{1, 2, 1, 0});
  s.encode.columns = {{"town", "target"}};
  CHECK(has(error_of([&] { load_text(text, Task::regression, s); }), "the data have no column 'town'"));
  s.encode.columns = {{"y", "ordinal"}};
  CHECK(has(error_of([&] { load_text(text, Task::regression, s); }), "'y' is the target"));
  s.encode.columns = {{"city", "target"}}, s.features.exclude = {"city"};
  CHECK(has(error_of([&] { load_text(text, Task::regression, s); }), "'city' is no feature"));
  s.features.exclude.clear(), s.encode.columns = {{"size", "ordinal"}}, s.weight.column = "size";
  CHECK(has(error_of([&] { load_text(text, Task::regression, s); }), "'size' is no feature"));
  s.weight.column.clear();
  s.encode.columns = {{"city", "target"}}, s.missing.usual = "level";
  CHECK(has(error_of([&] { load_text("city,y\na,1\nb,2\nNA,3\na,4\n", Task::regression, s); }), "indicator"));
  s.missing.usual = "indicator";
  const Prepared gaps = load_text("city,y\na,1\nb,2\nNA,3\na,4\nb,5\na,6\nb,7\na,8\n", Task::regression, s);
  CHECK(gaps.dataset.feature_names == std::vector<std::string>{"city", "city=(missing)"});
  CHECK(std::isnan(gaps.dataset.row(2)[0]));
  CHECK(gaps.dataset.row(2)[1] == 1);
}

}  // namespace
}  // namespace holdout::data
