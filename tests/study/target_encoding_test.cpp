// data.encode, from the file to predictions.
#include <doctest/doctest.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "designs.hpp"
#include "study/ran.hpp"
#include "study/study_text.hpp"

namespace holdout::study::testing {
namespace {

// 12 cities with means of their own, a size with an order, and gaps.
std::string cities(bool classes = false) {
  std::string text = "city,size,x,y\n";
  for (int i = 0; i < 120; ++i) {
    const int city = (i * 7) % 12, size = i % 3;
    const double y = (city * 5) % 12 + 2 * size + 0.5 * (i % 7);
    text += (i % 17 == 16 ? "NA" : "c" + std::to_string(city)) + "," + std::to_string(size + 8) + "," +
            std::to_string(i % 5) + "," + (classes ? (y > 8 ? "high" : "low") : to_text(y)) + "\n";
  }
  return text;
}

std::string study_of(const std::string& file, const std::string& encode, const std::string& rest = "") {
  return "data: {file: " + file + ", target: y, missing: mean, encode: " + encode + rest +
         "}\nmodel: {type: linear, l2: 0.001}\ntraining: {optimizer: exact}\n";
}

}  // namespace

TEST_CASE("target encoding: it is fitted in every fold, and the model has that of all rows") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << cities();
  const Ran ran(study_of(scratch / "a.csv", "{city: target, size: ordinal}", ", split: {method: kfold, folds: 3}"));
  const std::optional<Winner> winner = ran.storage->winner();
  REQUIRE((winner && winner->model));
  const TunedModel& model = *winner->model;
  CHECK(model.features == std::vector<std::string>{"city", "size", "x"});
  data::RowList rows;
  for (std::uint32_t i = 0; i < 120; ++i) rows.push_back(i);
  const data::TargetEncoding whole = data::fit_encodings(ran.data.dataset, rows, {}).at(0);
  CHECK(model.columns[0].values == whole.values);
  CHECK(model.columns[0].prior == whole.prior);
  Designs designs(ran.data);
  designs.make<double>(Workers(2), DesignKey(1));
  for (std::size_t k = 0; k < 3; ++k) {
    const data::Fold& fold = ran.data.split.folds[k];
    const data::TargetEncoding of_fold = data::fit_encodings(ran.data.dataset, fold.train, {}).at(0);
    CHECK(of_fold.values != whole.values);
    const data::EncodedRows encoded(ran.data.dataset, fold.train, {});
    const data::Scaling scaling = data::fit_scaling(*encoded, fold.train, data::Standardize::deviation);
    const train::Part<double>& part = designs.get<double>(k, DesignKey(1)).holdout;
    for (std::size_t i = 0; i < part.n; ++i)
      if (const double city = ran.data.dataset.row(fold.holdout[i])[0]; !std::isnan(city))
        CHECK(part.x[i * 3] == scaling.apply(0, of_fold.values[static_cast<std::size_t>(city)]));
  }
  // Read back, all is there; cells that are changed are refused.
  const std::string text = model_json(model);
  const TunedModel again = model_from(text, "model.json");
  CHECK(again.columns[0].values == whole.values);
  CHECK(again.columns[1].encoding == data::InputColumn::Encoding::ordinal);
  CHECK(model_json(again) == text);
  const auto refused = [&](std::size_t column, const std::string& key, const nlohmann::json& value) {
    auto changed = nlohmann::json::parse(text);
    changed["columns"][column][key] = value;
    return message_of([&] { model_from(changed.dump(), "model.json"); });
  };
  CHECK(contains(refused(0, "values", {1, 2}), "needs a number for each level"));
  CHECK(contains(refused(0, "encoding", "hash"), "columns[0].encoding"));
  CHECK(contains(refused(1, "prior", 1), "values and prior are for encoding target"));
  CHECK(contains(refused(2, "encoding", "ordinal"), "is for columns of words"));
  CHECK(contains(refused(0, "missing", "level"), "level is for one-hot columns"));
}

TEST_CASE("target encoding: of two classes it is their share; what it does not go with is refused") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << cities();
  std::ofstream(scratch / "c.csv") << cities(true);
  const Ran ran("data: {file: " + (scratch / "c.csv") +
                ", target: y, missing: mean, encode: {city: target}}\nmodel: {type: logistic, l2: 0.01}\n"
                "training: {optimizer: exact}\n");
  const std::optional<Winner> winner = ran.storage->winner();
  REQUIRE((winner && winner->model));
  for (const double share : winner->model->columns[0].values) {
    CHECK(share >= 0);
    CHECK(share <= 1);
  }
  const auto refused = [&](const std::string& text) {
    return message_of([&] {
      StudyFile file = read_text(text);
      prepare(file);
    });
  };
  CHECK(contains(refused(study_of(scratch / "a.csv", "{city: target}", ", split: {method: leave_one_out}")),
                 "leave_one_out has one training for all"));
  CHECK(contains(refused(study_of(scratch / "a.csv", "{city: target}", ", features: {polynomial: 2}")),
                 "products would be those of categories"));
  CHECK(refused(study_of(scratch / "a.csv", "{city: ordinal}", ", features: {polynomial: 2}")) == "nothing was thrown");
  CHECK(contains(refused("data: {file: " + (scratch / "a.csv") +
                         ", target: size, missing: mean, encode: {city: target}}\nmodel: {type: softmax}\n"
                         "training: {optimizer: exact}\n"),
                 "two classes"));
}

}  // namespace holdout::study::testing
