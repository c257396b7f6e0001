// Reading a tuned model back. Its file may come from anybody, and its words and numbers go into predictions and into
// exported programs: every member is checked for its kind, its range and its words, and all of them for fitting
// together, before anything is done with it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/train/activation.hpp>
#include <holdout/train/trainer.hpp>

#include "json_fields.hpp"
#include "model_json.hpp"

namespace holdout::study {
namespace {

constexpr std::string_view kFormats[] = {"csv", "libsvm"}, kDelimiters[] = {",", ";", "tab"},
                           kMissing[] = {"refuse", "mean"}, kUnseen[] = {"refuse", "ignore"};

void require(bool fine, const std::string& what) {
  if (!fine) throw std::domain_error(what);
}

std::vector<std::string_view> names_of(std::span<const Info> infos) {
  std::vector<std::string_view> names;
  for (const Info& info : infos) names.push_back(info.name);
  return names;
}

std::vector<std::string_view> losses_of(const std::string& type) {
  train::ModelSettings settings;
  const auto types = settings.alternatives();
  settings.select(static_cast<std::size_t>(
      std::find_if(types.begin(), types.end(), [&](const Info& info) { return info.name == type; }) - types.begin()));
  if (!settings.has_layers()) return names_of(settings.loss.alternatives());
  std::vector<std::string_view> names;  // by the number of classes: none, two, more
  for (const std::size_t classes : {0, 2, 3}) names.push_back(train::losses()[settings.loss_for(classes)].info.name);
  return names;
}

TunedModel::Layer layer_from(const Json& json, const std::string& what) {
  TunedModel::Layer layer;
  object_in(json, what);
  layer.biases = numbers_in(member_of(json, "biases"), what + ".biases");
  layer.units = layer.biases.size();
  const Json& rows = list_in(member_of(json, "weights"), what + ".weights");
  require(layer.units > 0 && rows.size() == layer.units, "a layer needs a bias for each row of weights");
  layer.inputs = rows[0].size();
  for (const Json& row : rows) {
    const std::vector<double> weights = numbers_in(row, what + ".weights");
    require(weights.size() == layer.inputs, "rows of weights differ in length");
    layer.weights.insert(layer.weights.end(), weights.begin(), weights.end());
  }
  return layer;
}

void read_encoding(const Json& json, const std::string& what, data::InputColumn& column) {
  using Encoding = data::InputColumn::Encoding;
  if (const auto given = json.find("encoding"); given != json.end()) {
    const std::string word = word_in(*given, what + ".encoding", kEncodings);
    const auto place = std::find(std::begin(kEncodings), std::end(kEncodings), word) - std::begin(kEncodings);
    column.encoding = static_cast<Encoding>(place);
  }
  require(!column.coded() || !column.levels.empty(), "`" + what + ".encoding` is for columns of words");
  require(column.encoding == Encoding::target || (!json.contains("values") && !json.contains("prior")),
          "`" + what + "`: values and prior are for encoding target");
  if (column.encoding != Encoding::target) return;
  column.values = numbers_in(member_of(json, "values"), what + ".values");
  column.prior = number_in(member_of(json, "prior"), what + ".prior");
  require(column.values.size() == column.levels.size(), "`" + what + ".values` needs a number for each level");
}

// @param missing  of columns that say nothing themselves
void read_columns(const Json& json, std::string_view missing, TunedModel& model) {
  std::vector<std::string> names;
  for (const Json& column : list_in(json, "columns")) {
    const std::string what = item("columns", names.size());
    names.push_back(text_in(member_of(object_in(column, what), "name"), what + ".name"));
    std::vector<std::string> levels;
    if (const auto given = column.find("levels"); given != column.end()) {
      levels = texts_in(*given, what + ".levels");
      require(!levels.empty(), "`" + what + ".levels` is empty: omit it for a column of numbers");
      check_unique(levels, what + ".levels");
    }
    std::string_view rule = missing;
    if (const auto given = column.find("missing"); given != column.end())
      rule = word_in(*given, what + ".missing", kMissingRules);
    require(rule != "level" || !levels.empty(), "`" + what + ".missing`: level is for columns of words");
    const auto place = std::find(std::begin(kMissingRules), std::end(kMissingRules), rule) - std::begin(kMissingRules);
    model.columns.push_back({names.back(), std::move(levels), static_cast<data::InputColumn::Missing>(place)});
    read_encoding(column, what, model.columns.back());
    require(rule != "level" || !model.columns.back().coded(), "`" + what + ".missing`: level is for one-hot columns");
  }
  check_unique(names, "columns");
}

// How cells are written; what is not there is as usual.
void read_cells(const Json& json, data::CellFormat& cells) {
  const auto read = [&](const char* key, std::string& value, std::span<const std::string_view> words) {
    if (const auto given = json.find(key); given != json.end()) value = word_in(*given, key, words);
  };
  read("encoding", cells.encoding, data::kEncodings);
  read("decimal", cells.decimal, data::kDecimals);
  read("thousands", cells.thousands, data::kThousands);
  require(cells.decimal != cells.thousands, "`decimal` and `thousands` are the same mark");
  if (const auto given = json.find("missing_words"); given != json.end())
    cells.missing_words = texts_in(*given, "missing_words");
}

void read_products(const Json& json, TunedModel& model) {
  constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
  for (const Json& product : list_in(json, "products")) {
    const std::string what = item("products", model.products.size());
    if (list_in(product, what).size() != 2) refuse_member(what, "two places of features", product);
    model.products.push_back({static_cast<std::uint32_t>(integer_in(product[0], what, 0, kMax)),
                              static_cast<std::uint32_t>(integer_in(product[1], what, 0, kMax))});
  }
}

void read_features(const Json& json, TunedModel& model) {
  auto& [mean, scale, fill] = model.scaling;
  for (const Json& feature : list_in(json, "features")) {
    const std::string what = item("features", model.features.size());
    model.features.push_back(text_in(member_of(object_in(feature, what), "name"), what + ".name"));
    mean.push_back(number_in(member_of(feature, "mean"), what + ".mean"));
    scale.push_back(number_in(member_of(feature, "scale"), what + ".scale"));
    fill.push_back(number_in(member_of(feature, "fill"), what + ".fill"));
    require(scale.back() > 0, "`" + what + ".scale`: a scale that is not positive");
  }
}

void read_transform(const Json& json, TunedModel& model) {
  const std::string what = "target_transform";
  data::TargetTransform& transform = model.transform;
  const Json& given = object_in(json, what);
  transform.kind = data::target_kind_of(
      word_in(member_of(given, "name"), what + ".name", std::span(data::kTargetTransforms).subspan(1)));
  transform.exponent = number_in(member_of(given, "exponent"), what + ".exponent");
  transform.mean = number_in(member_of(given, "mean"), what + ".mean");
  transform.scale = number_in(member_of(given, "scale"), what + ".scale");
  require(transform.scale > 0, "`" + what + ".scale`: a scale that is not positive");
  const bool fitted = transform.kind == data::TargetKind::standardize || transform.kind == data::TargetKind::box_cox;
  require(fitted || (transform.mean == 0 && transform.scale == 1), "`" + what + "`: mean and scale are for others");
  require(transform.kind == data::TargetKind::box_cox || transform.exponent == 1,
          "`" + what + ".exponent` is for box_cox");
  require(model.classes.empty() && model.link() == train::Link::identity,
          "`" + what + "` is for models whose scores are predictions");
}

// A factor of a product is not before the last one of its parent, so that each product has one name.
void check_products(const TunedModel& model) {
  constexpr std::size_t kHighestDegree = 20;  // of data.features.polynomial
  const std::size_t plain = model.features.size() - model.products.size();
  std::vector<std::size_t> degree(plain, 1), last(plain);
  for (std::size_t j = 0; j < plain; ++j) last[j] = j;
  for (const auto& [parent, factor] : model.products) {
    require(parent < degree.size() && factor < plain, "a product of features that do not come before it");
    require(factor >= last[parent], "a product whose factors do not ascend");
    degree.push_back(degree[parent] + 1), last.push_back(factor);
    require(degree.back() <= kHighestDegree, "a product of more than " + std::to_string(kHighestDegree) + " factors");
  }
}

// Names say what a feature is made of.
void check_names(const TunedModel& model) {
  if (model.sparse) {
    std::int64_t before = -1;
    for (const std::string& name : model.features) {
      const std::optional<std::int64_t> index = to_integer(name);
      require(index && *index > before && *index <= std::numeric_limits<std::uint32_t>::max() &&
                  std::to_string(*index) == name,
              "features of a libsvm file are called by their indices, which ascend; found " + holdout::quoted(name));
      before = *index;
    }
    return;
  }
  std::vector<std::string> names;
  for (const data::InputColumn& column : model.columns) {
    if (column.levels.empty() || column.coded()) names.push_back(column.name);
    if (!column.coded())
      for (const std::string& level : column.levels) names.push_back(column.name + "=" + level);
    if (column.tells_missing()) names.push_back(data::missing_feature(column.name));
  }
  require(names.size() + model.products.size() == model.features.size(), "columns do not go with the features");
  check_unique(names, "features");
  check_products(model);
  try {
    names = data::names_with_products(names, model.products);
  } catch (const Error& error) {
    throw std::domain_error(error.messages().front().text);
  }
  for (std::size_t j = 0; j < names.size(); ++j)
    require(names[j] == model.features[j], "`" + item("features", j) + ".name`: columns and products make it " +
                                               holdout::quoted(names[j]) + ", found " +
                                               holdout::quoted(model.features[j]));
}

// What predictions and exports count on.
void check_shapes(const TunedModel& model) {
  const train::LossInfo& loss = train::losses()[train::find_loss(model.loss)];
  require(train::is_convex(model.type) ? model.layers.size() == 1 : model.layers.size() > 1,
          "a wrong number of layers");
  std::size_t inputs = model.features.size();
  for (const TunedModel::Layer& layer : model.layers) {
    require(layer.inputs == inputs, "a layer with a wrong number of inputs");
    inputs = layer.units;
  }
  const std::size_t k = model.classes.size();
  require(
      k != 1 && (loss.classes == train::Classes::none) == (k == 0) && (loss.classes != train::Classes::two || k == 2),
      "classes do not go with the loss");
  // A perceptron's loss follows from its classes.
  if (!train::is_convex(model.type)) {
    const std::string_view asked = k == 0 ? "squared" : k == 2 ? "logistic" : "softmax";
    require(model.loss == asked, "classes do not go with the loss");
  }
  require(inputs == (loss.classes == train::Classes::any ? k : 1), "a wrong number of outputs");
}

}  // namespace

TunedModel tuned_model_from(const Json& json) {
  TunedModel model;
  model.study = text_in(member_of(json, "study"), "study");
  if (const Json& trial = member_of(json, "trial"); !trial.is_null())
    model.trial = static_cast<int>(integer_in(trial, "trial", 0, std::numeric_limits<int>::max()));
  model.type = word_in(member_of(json, "type"), "type", names_of(train::ModelSettings().alternatives()));
  model.loss = word_in(member_of(json, "loss"), "loss", losses_of(model.type));
  word_in(member_of(json, "link"), "link", std::span(&kLinks[static_cast<std::size_t>(model.link())], 1));
  if (!train::is_convex(model.type))
    model.activation = word_in(member_of(json, "activation"), "activation", names_of(train::activations()));
  else
    require(!json.contains("activation"), "`activation` is for hidden layers, which `" + model.type + "` has none of");
  model.target = text_in(member_of(json, "target"), "target");
  model.classes = texts_in(member_of(json, "classes"), "classes");
  check_unique(model.classes, "classes");
  model.sparse = word_in(member_of(json, "format"), "format", kFormats) == "libsvm";
  if (!model.sparse) {
    model.delimiter = word_in(member_of(json, "delimiter"), "delimiter", kDelimiters);
    read_cells(json, model.cells);
    if (const auto unseen = json.find("unseen"); unseen != json.end())
      model.ignore_unseen = word_in(*unseen, "unseen", kUnseen) == "ignore";
    read_columns(member_of(json, "columns"), word_in(member_of(json, "missing"), "missing", kMissing), model);
  }
  require(!model.sparse || !json.contains("unseen"), "`unseen` is for columns of words, and a libsvm file has none");
  if (const auto products = json.find("products"); products != json.end()) {
    require(!model.sparse, "a libsvm file has no columns: columns do not go with the features");
    read_products(*products, model);
  }
  if (const auto threshold = json.find("threshold"); threshold != json.end()) {
    require(model.classes.size() == 2, "`threshold` is for two classes");
    model.threshold = number_in(*threshold, "threshold");
  }
  read_features(member_of(json, "features"), model);
  if (const auto transform = json.find("target_transform"); transform != json.end()) read_transform(*transform, model);
  const Json& layers = list_in(member_of(json, "layers"), "layers");
  for (const Json& layer : layers) model.layers.push_back(layer_from(layer, item("layers", model.layers.size())));
  check_shapes(model);
  check_names(model);
  return model;
}

}  // namespace holdout::study
