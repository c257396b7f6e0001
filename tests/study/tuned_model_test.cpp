// The tuned model: predictions by hand, and model.json.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include <holdout/study/tuned_model.hpp>

#include "records.hpp"

namespace holdout::study {
namespace {

using testing::contains;
using testing::message_of;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TunedModel linear() {
  TunedModel m;
  m.study = "λ \"quoted\"", m.trial = 4, m.type = "linear", m.loss = "squared", m.target = "y";
  m.columns = {{"a", {}}, {"color", {"blue", "red"}}};
  m.features = {"a", "color=blue", "color=red"};
  m.scaling = {{0.1 + 0.2, 0.5, 0.25}, {2, 0.5, 1.0 / 3}, {0.3, 0.5, 0.25}};
  m.layers = {{1, 3, {0.7, -0.0, 1e-300}, {1.0 / 7}}};
  return m;
}

// Two inputs, two hidden units, three classes.
TunedModel perceptron(const char* activation) {
  TunedModel m;
  m.type = "mlp", m.loss = "softmax", m.activation = activation, m.target = "y", m.classes = {"1", "2", "10"};
  m.columns = {{"a", {}}, {"b", {}}}, m.features = {"a", "b"};
  m.scaling = {{1, 2}, {2, 4}, {1, 2}};
  m.layers = {{2, 2, {0.5, -1, 2, 0.25}, {0.1, -0.2}}, {3, 2, {1, 2, -1, 0.5, 0.3, -0.7}, {0, 0.1, 0.2}}};
  return m;
}

data::Dataset rows(std::size_t features, std::vector<double> x) {
  data::Dataset d;
  d.features = features, d.rows = x.size() / features, d.x = std::move(x), d.y.assign(d.rows, 0);
  return d;
}

}  // namespace

TEST_CASE("tuned model: a linear one predicts b + Σ w (x − m)/s, and its fill where a cell is missing") {
  const TunedModel m = linear();
  const auto f = predict(m, rows(3, {1.5, 1, 0, kNaN, 0, 1}));
  const double a = 1.0 / 7 + 0.7 * (1.5 - 0.3) / 2;
  CHECK(f[0] == doctest::Approx(a).epsilon(1e-14));
  CHECK(f[1] == doctest::Approx(1.0 / 7).epsilon(1e-14));  // 0.3 counts: its z is 0 up to rounding
}

TEST_CASE("tuned model: a perceptron by hand, and its classes' probabilities") {
  for (const bool tanh : {true, false}) {
    const TunedModel m = perceptron(tanh ? "tanh" : "relu");
    const double z[2] = {(3.0 - 1) / 2, (-2.0 - 2) / 4};
    double h[2], f[3];
    const auto& [first, last] = std::pair(m.layers[0], m.layers[1]);
    for (std::size_t u = 0; u < 2; ++u) {
      const double s = first.biases[u] + first.weights[2 * u] * z[0] + first.weights[2 * u + 1] * z[1];
      h[u] = tanh ? std::tanh(s) : std::max(0.0, s);
    }
    double sum = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      f[k] = last.biases[k] + last.weights[2 * k] * h[0] + last.weights[2 * k + 1] * h[1];
      sum += std::exp(f[k]);
    }
    const auto scores = predict(m, rows(2, {3, -2}));
    const auto p = probabilities(m, scores);
    REQUIRE(p.size() == 3);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(scores[k] == doctest::Approx(f[k]).epsilon(1e-13));
      CHECK(p[k] == doctest::Approx(std::exp(f[k]) / sum).epsilon(1e-13));
    }
    CHECK(decided_class(scores) == static_cast<std::size_t>(std::max_element(f, f + 3) - f));
  }
}

TEST_CASE("tuned model: two classes, far odds too; an svm has none; counts are e^f") {
  TunedModel m = linear();
  m.type = m.loss = "logistic", m.classes = {"no", "yes"};
  for (const double f : {-800.0, -0.3, 0.0, 2.0, 800.0}) {
    const auto p = probabilities(m, std::vector{f});
    CAPTURE(f);
    REQUIRE(p.size() == 2);
    CHECK(p[1] == doctest::Approx(1 / (1 + std::exp(-f))).epsilon(1e-14));
    CHECK(p[0] == doctest::Approx(1 / (1 + std::exp(f))).epsilon(1e-14));
    CHECK(decided_class(std::vector{f}) == (f > 0 ? 1 : 0));
  }
  m.type = "svm", m.loss = "hinge";
  CHECK(probabilities(m, std::vector{1.0}).empty());
  m = linear();
  m.loss = "poisson";
  CHECK(predict(m, rows(3, {1.5, 1, 0}))[0] == doctest::Approx(std::exp(1.0 / 7 + 0.7 * 1.2 / 2)).epsilon(1e-13));
}

TEST_CASE("model.json: everything comes back to the last bit, and says the same") {
  for (const TunedModel& m : {linear(), perceptron("sigmoid")}) {
    const std::string text = model_json(m);
    const TunedModel again = model_from(text, "model.json");
    CHECK(model_json(again) == text);
    CHECK(again.scaling.mean == m.scaling.mean);
    CHECK(again.study == m.study);
    CHECK(again.columns.back().levels == m.columns.back().levels);
    const data::Dataset x = rows(m.features.size(), std::vector<double>(m.features.size(), 1.25));
    CHECK(predict(again, x) == predict(m, x));
  }
}

TEST_CASE("model.json: coefficients in the data's units predict the same") {
  const TunedModel m = linear();
  const auto json = nlohmann::json::parse(model_json(m));
  const auto& c = json.at("coefficients").at(0);
  const double x[3] = {-7.5, 0, 1};
  double f = c.at("intercept");
  for (std::size_t j = 0; j < 3; ++j) f += c.at("weights").at(m.features[j]).get<double>() * x[j];
  CHECK(f == doctest::Approx(predict(m, rows(3, {x[0], x[1], x[2]}))[0]).epsilon(1e-13));
  CHECK(!nlohmann::json::parse(model_json(perceptron("relu"))).contains("coefficients"));
}

TEST_CASE("model.json: a coefficient that overflows in the data's units is null") {
  TunedModel m = linear();
  m.layers[0].weights[0] = 1e200, m.scaling.scale[0] = 1e-200;
  const auto json = nlohmann::json::parse(model_json(m));
  const auto& c = json.at("coefficients").at(0);
  CHECK(c.at("weights").at("a").is_null());
  CHECK(c.at("weights").at("color=red").is_number());
  CHECK(c.at("intercept").is_null());
}

TEST_CASE("model.json: softmax has coefficients for each class, and sparse rows have no columns") {
  TunedModel m = linear();
  m.type = m.loss = "softmax", m.classes = {"x", "y", "z"}, m.sparse = true, m.columns.clear();
  m.features = {"0", "7", "4294967295"};
  m.layers = {{3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {0.5, 0.25, 0}}};
  const std::string text = model_json(m);
  CHECK(model_json(model_from(text, "x")) == text);
  CHECK(model_from(text, "x").sparse);
  const auto json = nlohmann::json::parse(text);
  CHECK(json.at("format") == "libsvm");
  CHECK(!json.contains("columns"));
  REQUIRE(json.at("coefficients").size() == 3);
  CHECK(json.at("coefficients").at(2).at("class") == "z");
  CHECK(json.at("coefficients").at(2).at("weights").at("0") == 7.0 / 2);
  m.products = {{0, 1}};  // of columns, which there are none of
  CHECK(contains(message_of([&] { model_from(model_json(m), "x"); }), "columns do not go with the features"));
}

TEST_CASE("model.json: products are of features that come before them") {
  TunedModel m = linear();
  m.columns = {{"a", {}}, {"b", {}}}, m.features = {"a", "b", "a*b", "a*b^2"};
  m.products = {{0, 1}, {2, 1}};
  m.scaling = {{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}};
  m.layers = {{1, 4, {1, 2, 3, 4}, {0}}};
  const std::string text = model_json(m);
  CHECK(model_json(model_from(text, "x")) == text);
  for (const auto& wrong : {data::Product{3, 1}, data::Product{2, 2}}) {
    m.products[1] = wrong;
    CHECK(
        contains(message_of([&] { model_from(model_json(m), "x"); }), "a product of features that do not come before"));
  }
}

TEST_CASE("model.json: a run without one, and what is no run") {
  const testing::Scratch scratch;
  const auto refused = [](const std::string& run) { return message_of([&] { read_model(run); }); };
  CHECK(contains(refused(scratch.path()), "is not the folder of a run: it has no model.json"));
  std::ofstream(scratch / "study.db") << "x";
  CHECK(contains(refused(scratch.path()), "has no model.json yet"));
  CHECK(contains(refused(scratch / "nowhere"), "no such run, and no such file"));
  CHECK(contains(refused("/dev/null"), "/dev/null: error: it is a device, not a regular file"));
  std::ofstream(scratch / "model.json") << model_json(linear());
  CHECK(read_model(scratch.path()).trial == 4);
  CHECK(read_model(scratch / "model.json").trial == 4);
}

TEST_CASE("model.json: what is no model is refused by name, not with a crash") {
  const std::string text = model_json(perceptron("relu"));
  const auto refused = [](const std::string& json) { return message_of([&] { model_from(json, "x/model.json"); }); };
  for (std::size_t cut = 0; cut + 2 < text.size(); cut += 37)
    CHECK(refused(text.substr(0, cut)).starts_with("x/model.json: error: this is no JSON file, or it is cut"));
  CHECK(contains(refused("[1]"), "not a holdout model file"));
  CHECK(contains(refused("{}"), "not a holdout model file"));
  const auto changed = [&](const char* pointer, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(text);
    json[nlohmann::json::json_pointer(pointer)] = value;
    return refused(json.dump());
  };
  CHECK(contains(changed("/schema", 2), "newer holdout"));
  CHECK(contains(changed("/type", "forest"), "`type`: expected one of 'linear', "));
  CHECK(contains(changed("/loss", "cubic"), "`loss`: expected one of 'squared', 'logistic', 'softmax', found 'cubic'"));
  CHECK(contains(changed("/activation", "x"), "`activation`: expected one of "));
  CHECK(contains(changed("/layers/0/biases", {1}), "a bias for each row"));
  CHECK(contains(changed("/layers/0/weights/0", {1}), "differ in length"));
  CHECK(contains(changed("/layers/1/weights", {{1}, {1}, {1}}), "number of inputs"));
  CHECK(contains(changed("/classes", {"a", "b"}), "classes do not go with the loss"));
  CHECK(contains(changed("/columns", nlohmann::json::array()), "columns do not go"));
  CHECK(contains(changed("/features/0/scale", 0), "scale"));
  CHECK(contains(changed("/trial", "x"), "`trial`: expected an integer from 0 to 2147483647, found 'x'"));
  CHECK(contains(changed("/layers/0/biases", nlohmann::json::array()), "a bias for each row"));
  CHECK(contains(changed("/classes", {"a"}), "classes do not go with the loss"));
  CHECK(contains(changed("/classes", nlohmann::json::array()), "classes do not go with the loss"));
  CHECK(contains(changed("/layers", nlohmann::json::array()), "a wrong number of layers"));
  auto regression = nlohmann::json::parse(model_json(linear()));
  regression["classes"] = {"no", "yes"};
  CHECK(contains(refused(regression.dump()), "classes do not go with the loss"));
  auto json = nlohmann::json::parse(text);
  for (const auto& [key, value] : json.items()) {
    if (key == "link" || key == "schema") continue;  // link follows from the loss: there for other readers
    CAPTURE(key);
    auto without = json;
    without.erase(key);
    CHECK(contains(refused(without.dump()), "x/model.json: error: "));
  }
}

TEST_CASE("tuned model: model.json says how cells are written and what missing ones become, where it is not as usual") {
  using Missing = data::InputColumn::Missing;
  TunedModel m = linear();
  m.columns = {{"a", {}, Missing::indicator}, {"color", {"blue"}, Missing::refuse}};
  m.features = {"a", "a=(missing)", "color=blue"};
  m.cells = {"windows-1252", ",", ".", {"-"}};
  const TunedModel again = model_from(model_json(m), "model.json");
  CHECK(again.cells == m.cells);
  CHECK(again.columns[0].missing == Missing::indicator);
  CHECK(again.columns[1].missing == Missing::refuse);
  CHECK(!again.ignore_unseen);
  m.ignore_unseen = true;
  CHECK(model_from(model_json(m), "model.json").ignore_unseen);
  auto odd = nlohmann::json::parse(model_json(m));
  odd["unseen"] = "drop";
  CHECK(contains(message_of([&] { model_from(odd.dump(), "model.json"); }), "`unseen`"));
  const auto usual = nlohmann::json::parse(model_json(linear()));
  for (const char* key : {"encoding", "decimal", "thousands", "missing_words"}) CHECK(!usual.contains(key));
  CHECK(usual["missing"] == "refuse");
  CHECK(!usual["columns"][0].contains("missing"));
}

}  // namespace holdout::study
