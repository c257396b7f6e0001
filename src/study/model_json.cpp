#include "model_json.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/base/version.hpp>
#include <holdout/train/activation.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::study {
namespace {

constexpr int kSchema = 1;
constexpr std::string_view kLinks[] = {"identity", "log", "odds", "decision"};

Json columns_json(const TunedModel& model) {
  Json all = Json::array();
  for (const data::InputColumn& column : model.columns) {
    all.push_back({{"name", column.name}});
    if (!column.levels.empty()) all.back()["levels"] = column.levels;
  }
  return all;
}

Json layers_json(const TunedModel& model) {
  Json all = Json::array();
  for (const TunedModel::Layer& layer : model.layers) {
    Json weights = Json::array();
    for (std::size_t u = 0; u < layer.units; ++u) {
      const auto row = layer.weights.begin() + static_cast<std::ptrdiff_t>(u * layer.inputs);
      weights.push_back(std::vector<double>(row, row + static_cast<std::ptrdiff_t>(layer.inputs)));
    }
    all.push_back({{"weights", std::move(weights)}, {"biases", layer.biases}});
  }
  return all;
}

// w z + b = Σ (w/s) x + b − Σ (w/s) m. What overflows is null.
Json coefficients_json(const TunedModel& model) {
  const TunedModel::Layer& layer = model.layers.front();
  const auto json = [](double x) { return std::isfinite(x) ? Json(x + 0.0) : Json(); };
  Json all = Json::array();
  for (std::size_t u = 0; u < layer.units; ++u) {
    double intercept = layer.biases[u];
    Json weights = Json::object();
    for (std::size_t j = 0; j < layer.inputs; ++j) {
      const double weight = layer.weights[u * layer.inputs + j] / model.scaling.scale[j];
      intercept -= weight * model.scaling.mean[j];
      weights[model.features[j]] = json(weight);
    }
    Json entry = Json::object();
    if (layer.units > 1) entry["class"] = model.classes[u];
    entry["intercept"] = json(intercept);
    entry["weights"] = std::move(weights);
    all.push_back(std::move(entry));
  }
  return all;
}

// A line for each member, and for each item of a list of mappings: readable, and not a line for each number.
std::string pretty(const Json& json) {
  std::string text = "{\n";
  for (const auto& [key, value] : json.items()) {
    text += "  " + text_of(Json(key)) + ": ";
    if (value.is_array() && !value.empty() && value[0].is_object()) {
      text += "[\n";
      for (std::size_t i = 0; i < value.size(); ++i)
        text += "    " + text_of(value[i]) + (i + 1 < value.size() ? ",\n" : "\n");
      text += "  ]";
    } else {
      text += text_of(value);
    }
    text += ",\n";
  }
  text.erase(text.size() - 2, 1);
  return text + "}\n";
}

void require(bool fine, const char* what) {
  if (!fine) throw std::domain_error(what);
}

TunedModel::Layer layer_from(const Json& json) {
  TunedModel::Layer layer;
  layer.biases = json.at("biases").get<std::vector<double>>();
  layer.units = layer.biases.size();
  require(layer.units > 0 && json.at("weights").size() == layer.units, "a layer needs a bias for each row of weights");
  layer.inputs = json["weights"][0].size();
  for (const Json& row : json["weights"]) {
    const auto weights = row.get<std::vector<double>>();
    require(weights.size() == layer.inputs, "rows of weights differ in length");
    layer.weights.insert(layer.weights.end(), weights.begin(), weights.end());
  }
  return layer;
}

// What predict() counts on.
void check(const TunedModel& model) {
  const auto listed = [](std::span<const Info> infos, const std::string& name) {
    return std::any_of(infos.begin(), infos.end(), [&](const Info& info) { return info.name == name; });
  };
  train::ModelSettings settings;
  require(listed(settings.alternatives(), model.type), "an unknown type of model");
  const bool layers = !train::is_convex(model.type);
  const auto losses = train::losses();
  const auto loss =
      std::find_if(losses.begin(), losses.end(), [&](const auto& l) { return l.info.name == model.loss; });
  require(loss != losses.end(), "an unknown loss");
  require(!layers || listed(train::activations(), model.activation), "an unknown activation");
  require(layers ? model.layers.size() > 1 : model.layers.size() == 1, "a wrong number of layers");
  std::size_t inputs = model.features.size();
  for (const TunedModel::Layer& layer : model.layers) {
    require(layer.inputs == inputs, "a layer with a wrong number of inputs");
    inputs = layer.units;
  }
  require(model.classes.size() != 1 && (loss->classes == train::Classes::none) == model.classes.empty(),
          "classes do not go with the loss");
  require(inputs == (loss->classes == train::Classes::any ? model.classes.size() : 1), "a wrong number of outputs");
  std::size_t from_columns = 0;
  for (const data::InputColumn& column : model.columns) from_columns += std::max<std::size_t>(1, column.levels.size());
  from_columns += model.products.size();
  require(model.sparse ? model.products.empty() : from_columns == model.features.size(),
          "columns do not go with the features");
  for (std::size_t p = 0, plain = model.features.size() - model.products.size(); p < model.products.size(); ++p)
    require(model.products[p].parent < plain + p && model.products[p].factor < plain,
            "a product of features that do not come before it");
  for (const double scale : model.scaling.scale) require(scale > 0, "a scale that is not positive");
}

}  // namespace

Json to_json(const TunedModel& model) {
  Json json = {{"schema", kSchema}, {"study", model.study}, {"trial", model.trial}, {"type", model.type}};
  json["loss"] = model.loss, json["link"] = kLinks[static_cast<std::size_t>(model.link())];
  if (!model.activation.empty()) json["activation"] = model.activation;
  json["target"] = model.target, json["classes"] = model.classes;
  json["format"] = model.sparse ? "libsvm" : "csv";
  if (!model.sparse) {
    json["delimiter"] = model.delimiter, json["missing"] = model.fills_missing ? "mean" : "refuse";
    json["columns"] = columns_json(model);
  }
  if (!model.products.empty()) {
    json["products"] = Json::array();
    for (const data::Product& product : model.products) json["products"].push_back({product.parent, product.factor});
  }
  json["features"] = Json::array();
  const auto& [mean, scale, fill] = model.scaling;
  for (std::size_t j = 0; j < model.features.size(); ++j)
    json["features"].push_back(
        {{"name", model.features[j]}, {"mean", mean[j]}, {"scale", scale[j]}, {"fill", fill[j]}});
  json["layers"] = layers_json(model);
  return json;
}

TunedModel tuned_model_from(const Json& json) {
  TunedModel model;
  const auto text = [&](const char* key) { return json.at(key).get<std::string>(); };
  model.study = text("study"), model.trial = json.at("trial").get<int>();
  model.type = text("type"), model.loss = text("loss");
  if (json.contains("activation")) model.activation = text("activation");
  model.target = text("target"), model.classes = json.at("classes").get<std::vector<std::string>>();
  model.sparse = text("format") == "libsvm";
  if (!model.sparse) {
    model.delimiter = text("delimiter"), model.fills_missing = text("missing") == "mean";
    for (const Json& column : json.at("columns"))
      model.columns.push_back(
          {column.at("name").get<std::string>(),
           column.contains("levels") ? column["levels"].get<std::vector<std::string>>() : std::vector<std::string>()});
  }
  if (json.contains("products"))
    for (const Json& product : json["products"])
      model.products.push_back({product.at(0).get<std::uint32_t>(), product.at(1).get<std::uint32_t>()});
  auto& [mean, scale, fill] = model.scaling;
  for (const Json& feature : json.at("features")) {
    model.features.push_back(feature.at("name").get<std::string>());
    mean.push_back(feature.at("mean").get<double>()), scale.push_back(feature.at("scale").get<double>());
    fill.push_back(feature.at("fill").get<double>());
  }
  for (const Json& layer : json.at("layers")) model.layers.push_back(layer_from(layer));
  check(model);
  return model;
}

std::string model_json(const TunedModel& model) {
  Json json = to_json(model);
  if (model.activation.empty()) json["coefficients"] = coefficients_json(model);
  return pretty(json);
}

TunedModel model_from(const std::string& text, const std::string& shown) {
  const auto refuse = [&](const std::string& what, const std::string& hint) {
    return Error(Message{{shown, 0, 0}, what, hint});
  };
  const std::string again = "holdout run STUDY writes model.json, and holdout report RUN writes it again";
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || !json.contains("schema")) throw refuse("this is no tuned model of holdout's", again);
    if (json["schema"].get<int>() > kSchema)
      throw refuse("written by a newer holdout, whose models this one, " + std::string(version()) + ", cannot read",
                   "use that version or a newer one");
    return tuned_model_from(json);
  } catch (const Json::parse_error&) {
    throw refuse("this is no JSON file, or it is cut", again);
  } catch (const Json::exception&) {
    throw refuse("this is no tuned model of holdout's: a member is missing or of another kind", again);
  } catch (const std::domain_error& e) {
    throw refuse(std::string("the model does not fit together: ") + e.what(), again);
  }
}

TunedModel read_model(const std::string& run) {
  namespace fs = std::filesystem;
  const bool folder = fs::is_directory(run);
  const std::string file = folder ? (fs::path(run) / "model.json").string() : run;
  if (folder && !fs::exists(file)) {
    const bool begun = fs::exists(fs::path(run) / "study.db");
    throw Error(holdout::quoted(run) + (begun ? " has no model.json yet: the run has no winner, or its refit diverged"
                                              : " is not the folder of a run: it has no model.json"),
                begun ? "holdout report RUN writes it again if there is one; holdout run STUDY makes a new one"
                      : "holdout run STUDY makes one; its folder is runs/NAME unless --out says otherwise");
  }
  std::ifstream in(file, std::ios::binary);
  if (!fs::is_regular_file(file) || !in)
    throw Error(holdout::quoted(run) + ": no such run, and no such file",
                "name the folder of a run, as in runs/diabetes, or its model.json");
  return model_from({std::istreambuf_iterator<char>(in), {}}, file);
}

}  // namespace holdout::study
