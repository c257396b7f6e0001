// A tuned model as text: the document that is stored, and model.json, which adds the coefficients in the data's units.
#include "model_json.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include <holdout/base/error.hpp>
#include <holdout/base/files.hpp>
#include <holdout/base/number.hpp>
#include <holdout/base/version.hpp>

#include "json_fields.hpp"

#include "files.hpp"

namespace holdout::study {
namespace {

constexpr int kSchema = 1;

// Of columns that say nothing themselves.
std::string_view usual_missing(const TunedModel& model) {
  const bool fills = std::any_of(model.columns.begin(), model.columns.end(),
                                 [](const auto& c) { return c.missing != data::InputColumn::Missing::refuse; });
  return kMissingRules[fills ? 1 : 0];
}

// Only what is not as usual.
void add_cells(Json& json, const data::CellFormat& cells) {
  const data::CellFormat usual;
  if (cells.encoding != usual.encoding) json["encoding"] = cells.encoding;
  if (cells.decimal != usual.decimal) json["decimal"] = cells.decimal;
  if (cells.thousands != usual.thousands) json["thousands"] = cells.thousands;
  if (cells.missing_words != usual.missing_words) json["missing_words"] = cells.missing_words;
}

Json columns_json(const TunedModel& model) {
  Json all = Json::array();
  for (const data::InputColumn& column : model.columns) {
    all.push_back({{"name", column.name}});
    if (!column.levels.empty()) all.back()["levels"] = column.levels;
    if (column.coded()) all.back()["encoding"] = kEncodings[static_cast<std::size_t>(column.encoding)];
    if (column.encoding == data::InputColumn::Encoding::target)
      all.back()["values"] = column.values, all.back()["prior"] = column.prior;
    if (const std::string_view missing = kMissingRules[static_cast<std::size_t>(column.missing)];
        missing != usual_missing(model))
      all.back()["missing"] = missing;
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

// They say the same as the layers, for people: a file in which they do not was changed by hand.
void check_coefficients(const Json& json, const TunedModel& model) {
  const auto found = json.find("coefficients");
  if (found == json.end()) return;
  if (!model.activation.empty()) throw std::domain_error("`coefficients` of a model with hidden layers");
  if (*found != coefficients_json(model))
    throw std::domain_error("`coefficients` are not those of the layers: remove them, or restore both");
}

}  // namespace

Json to_json(const TunedModel& model) {
  Json json = {{"schema", kSchema},
               {"study", model.study},
               {"trial", model.trial ? Json(*model.trial) : Json()},
               {"type", model.type}};
  json["loss"] = model.loss, json["link"] = kLinks[static_cast<std::size_t>(model.link())];
  if (!model.activation.empty()) json["activation"] = model.activation;
  json["target"] = model.target, json["classes"] = model.classes;
  json["format"] = model.sparse ? "libsvm" : "csv";
  if (!model.sparse) {
    json["delimiter"] = model.delimiter, json["missing"] = usual_missing(model);
    add_cells(json, model.cells);
    if (model.ignore_unseen) json["unseen"] = "ignore";
    json["columns"] = columns_json(model);
  }
  if (!model.products.empty()) {
    json["products"] = Json::array();
    for (const data::Product& product : model.products) json["products"].push_back({product.parent, product.factor});
  }
  if (model.threshold) json["threshold"] = *model.threshold;
  json["features"] = Json::array();
  const auto& [mean, scale, fill] = model.scaling;
  for (std::size_t j = 0; j < model.features.size(); ++j)
    json["features"].push_back(
        {{"name", model.features[j]}, {"mean", mean[j]}, {"scale", scale[j]}, {"fill", fill[j]}});
  if (const data::TargetTransform& t = model.transform; t.kind != data::TargetKind::none)
    json["target_transform"] = {{"name", data::kTargetTransforms[static_cast<std::size_t>(t.kind)]},
                                {"exponent", t.exponent},
                                {"mean", t.mean},
                                {"scale", t.scale}};
  json["layers"] = layers_json(model);
  return json;
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
    if (!json.is_object() || !json.contains("schema")) throw refuse("this is not a holdout model file", again);
    if (integer_in(json["schema"], "schema", 1) > kSchema)
      throw refuse("written by a newer holdout, whose models this one, " + std::string(version()) + ", cannot read",
                   "use that version or a newer one");
    TunedModel model = tuned_model_from(json);
    check_coefficients(json, model);
    return model;
  } catch (const Json::parse_error&) {
    throw refuse("this is no JSON file, or it is cut", again);
  } catch (const Json::exception&) {
    throw refuse("this is not a holdout model file", again);
  } catch (const std::domain_error& e) {
    throw refuse(std::string("the model does not fit together: ") + e.what(), again);
  }
}

TunedModel read_model(const std::string& run) {
  namespace fs = std::filesystem;
  const bool folder = folder_problem(run).empty();
  const std::string file = folder ? (fs::path(run) / "model.json").string() : run;
  if (folder && !something_at(file)) {
    const bool begun = something_at((fs::path(run) / "study.db").string());
    throw Error(holdout::quoted(run) + (begun ? " has no model.json yet: the run has no winner, or its refit diverged"
                                              : " is not the folder of a run: it has no model.json"),
                begun ? "holdout report RUN writes it again if there is one; holdout run STUDY makes a new one"
                      : "holdout run STUDY makes one; its folder is runs/NAME unless --out says otherwise");
  }
  if (!folder && !something_at(file))
    throw Error(holdout::quoted(run) + ": no such run, and no such file",
                "name the folder of a run, as in runs/diabetes, or its model.json");
  const Input input = open_input(file);
  if (!input.problem.empty())
    throw Error(
        Message{{file, 0, 0}, input.problem, "name the folder of a run, as in runs/diabetes, or its model.json"});
  std::string text;
  if (const int problem = read_up_to(input.file, std::numeric_limits<std::size_t>::max(), text); problem != 0)
    throw system_error(file, "cannot be read", problem);
  return model_from(text, file);
}

}  // namespace holdout::study
