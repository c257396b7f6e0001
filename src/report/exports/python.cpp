// The tuned model as a Python script: fixed program text, chosen by the kind of model, and between it the model's words
// and numbers, each written by python_literal.
#include "exports/python.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <optional>

#include <holdout/base/number.hpp>
#include <holdout/base/version.hpp>

#include "exports/python_rows.hpp"
#include "python_text.hpp"

namespace holdout::report {
namespace {

using study::TunedModel;

// φ(z) of each activation, as numpy says it.
constexpr std::pair<std::string_view, std::string_view> kActivations[] = {
    {"relu", "np.maximum(z, 0)"}, {"tanh", "np.tanh(z)"}, {"sigmoid", "1 / (1 + np.exp(-z))"}, {"identity", "z"}};

// "[a, b, …]" in lines of bounded length, indented.
template <class T>
std::string list(const std::vector<T>& items, const std::string& indent) {
  constexpr std::size_t kWidth = 110;
  std::string text = "[", line;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = python_literal(items[i]) + (i + 1 < items.size() ? "," : "");
    if (!line.empty() && indent.size() + line.size() + item.size() >= kWidth)
      text += line + "\n" + indent, line.clear();
    line += (line.empty() || i == 0 ? "" : " ") + item;
  }
  return text + line + "]";
}

// The index that a feature of a sparse file is called by. The reader of models let nothing else through.
std::int64_t index_of(const std::string& name) {
  const std::optional<std::int64_t> index = to_integer(name);
  assert(index);
  return index.value_or(0);
}

// Whether features may be missing: cells that are filled, and with unseen: ignore places among unknown levels.
bool fills_missing(const TunedModel& model) {
  using Missing = data::InputColumn::Missing;
  const bool unseen = std::any_of(model.columns.begin(), model.columns.end(),
                                  [](const auto& c) { return c.encoding == data::InputColumn::Encoding::ordinal; });
  return (model.ignore_unseen && unseen) ||
         std::any_of(model.columns.begin(), model.columns.end(), [](const auto& column) {
           return column.missing == Missing::fill || column.missing == Missing::indicator;
         });
}

std::string layers(const TunedModel& model) {
  std::string text = "# Layers: z @ W.T + b.\nLAYERS = [\n";
  for (const TunedModel::Layer& layer : model.layers) {
    text += "    (np.array([";
    for (std::size_t u = 0; u < layer.units; ++u) {
      const auto row = layer.weights.begin() + static_cast<std::ptrdiff_t>(u * layer.inputs);
      text += (u == 0 ? "" : ",\n               ") +
              list(std::vector<double>(row, row + static_cast<std::ptrdiff_t>(layer.inputs)), "                ");
    }
    text += "]),\n     np.array(" + list(layer.biases, "               ") + ")),\n";
  }
  return text + "]\n";
}

std::string codes(const TunedModel& model) {
  using Encoding = data::InputColumn::Encoding;
  std::string text;
  for (const data::InputColumn& column : model.columns) {
    if (!column.coded()) continue;
    std::vector<double> values = column.values;
    if (column.encoding == Encoding::ordinal)
      for (std::size_t place = 0; place < column.levels.size(); ++place) values.push_back(static_cast<double>(place));
    text += "    " + python_literal(column.name) + ": (" + list(values, std::string(8, ' ')) + ", " +
            (column.encoding == Encoding::target ? python_literal(column.prior) : "np.nan") + "),\n";
  }
  if (text.empty()) return {};
  return "# Columns whose levels are numbers of one feature, and what is none of the levels.\nCODES = {\n" + text +
         "}\n";
}

std::string numbers(const TunedModel& model) {
  std::string text;
  if (model.sparse) {
    text += "# Features: the indices of the file; what a row does not name is 0.\nINDICES = [";
    for (std::size_t j = 0; j < model.features.size(); ++j)
      text += (j == 0 ? "" : j % 16 == 0 ? ",\n           " : ", ") + python_literal(index_of(model.features[j]));
    text += "]\n";
  } else {
    text +=
        "# Columns of the file, and for words the levels: each is a feature, 1 where the cell is that word, else 0.\n"
        "COLUMNS = {\n";
    for (const data::InputColumn& column : model.columns)
      text += "    " + python_literal(column.name) + ": " +
              (column.levels.empty() ? "None" : list(column.levels, std::string(8, ' '))) + ",\n";
    text += "}\n" + codes(model);
  }
  if (!model.products.empty()) {
    text += "# Behind their features come products of two: places among all of them.\nPRODUCTS = [";
    for (std::size_t p = 0; p < model.products.size(); ++p)
      text += (p == 0       ? ""
               : p % 8 == 0 ? ",\n            "
                            : ", ") +
              std::string("(") + python_literal(std::int64_t{model.products[p].parent}) + ", " +
              python_literal(std::int64_t{model.products[p].factor}) + ")";
    text += "]\n";
  }
  const auto& [mean, scale, fill] = model.scaling;
  text += "# Features are standardized: z = (x - MEAN) / SCALE.\nMEAN = np.array(" + list(mean, std::string(17, ' ')) +
          ")\nSCALE = np.array(" + list(scale, std::string(18, ' ')) + ")\n";
  if (fills_missing(model))
    text += "# What counts where a cell is missing.\nFILL = np.array(" + list(fill, std::string(17, ' ')) + ")\n";
  if (const data::TargetTransform& t = model.transform; t.kind != data::TargetKind::none) {
    text += "# What the layers say is h(y) of a prediction y, standardized.\nMEAN_OF_TARGET, SCALE_OF_TARGET = " +
            python_literal(t.mean) + ", " + python_literal(t.scale) + "\n";
    if (t.kind == data::TargetKind::box_cox)
      text +=
          "EXPONENT = " + python_literal(t.exponent) + "  # of Box and Cox: h(y) = (y ** EXPONENT - 1) / EXPONENT\n";
  }
  text += layers(model);
  if (!model.classes.empty()) text += "CLASSES = " + list(model.classes, std::string(11, ' ')) + "\n";
  if (model.threshold)
    text += "# The score above which the second class is decided, tuned on hold-out rows.\nTHRESHOLD = " +
            python_literal(*model.threshold) + "\n";
  return text;
}

std::string score(const TunedModel& model) {
  std::string text = R"(

def scores(x):
    """What the model says of raw features x, [feature] or [row][feature]."""
)";
  if (fills_missing(model)) text += "    x = np.where(np.isnan(x), FILL, x)\n";
  text += "    z = (x - MEAN) / SCALE\n";
  if (!model.activation.empty()) {
    const auto at = std::find_if(std::begin(kActivations), std::end(kActivations),
                                 [&](const auto& known) { return known.first == model.activation; });
    assert(at != std::end(kActivations));  // by the reader of models
    text += "    for weights, biases in LAYERS[:-1]:\n        z = z @ weights.T + biases\n        z = " +
            std::string(at->second) + "\n";
  }
  text += "    weights, biases = LAYERS[-1]\n    return z @ weights.T + biases\n";
  if (model.link() != train::Link::odds) return text;
  text += R"(

def probabilities(x):
    """Of each class, in their order: [class] or [row][class]."""
)";
  text += model.outputs() == 1 ? R"(    f = scores(x)
    f = np.concatenate([np.zeros_like(f), f], axis=-1)
)"
                               : "    f = scores(x)\n";
  return text + R"(    share = np.exp(f - f.max(axis=-1, keepdims=True))
    return share / share.sum(axis=-1, keepdims=True)
)";
}

// From the mean and scale of the transformed target back to its own units, as data::TargetTransform defines it.
std::string inverse_of(const data::TargetTransform& transform) {
  switch (transform.kind) {
    case data::TargetKind::none:
      return {};
    case data::TargetKind::log:
      return "    return np.exp(f)\n";
    case data::TargetKind::log1p:
      return "    return np.expm1(f)\n";
    case data::TargetKind::sqrt:
      return "    return np.maximum(f, 0) ** 2\n";
    case data::TargetKind::standardize:
      return "    return f\n";
    case data::TargetKind::box_cox:
      break;
  }
  if (transform.exponent == 0) return "    return np.exp(f)\n";
  return R"(    inside = EXPONENT * f
    beyond = 0.0 if EXPONENT > 0 else np.inf  # where f is no power of anything
    return np.where(inside > -1, np.exp(np.log1p(np.maximum(inside, -1 + 1e-16)) / EXPONENT), beyond)[()]
)";
}

std::string predict(const TunedModel& model) {
  std::string text =
      "\n\ndef predict(x):\n    \"\"\"Predictions for raw features x, [feature] or [row][feature].\"\"\"\n";
  switch (model.link()) {
    case train::Link::identity:
      if (const std::string inverse = inverse_of(model.transform); !inverse.empty())
        return text + "    f = MEAN_OF_TARGET + SCALE_OF_TARGET * scores(x)[..., 0]\n" + inverse;
      return text + "    return scores(x)[..., 0]\n";
    case train::Link::log:
      return text + "    return np.exp(scores(x)[..., 0])\n";
    case train::Link::odds:
    case train::Link::decision:
      break;
  }
  if (model.outputs() > 1 && model.threshold)
    return text +
           "    f = scores(x)\n    return np.array(CLASSES, dtype=object)[(f[..., 1] - f[..., 0] > "
           "THRESHOLD).astype(int)]\n";
  if (model.outputs() > 1) return text + "    return np.array(CLASSES, dtype=object)[scores(x).argmax(axis=-1)]\n";
  return text + "    return np.array(CLASSES, dtype=object)[(scores(x)[..., 0] > " +
         (model.threshold ? "THRESHOLD" : "0") + ").astype(int)]\n";
}

}  // namespace

std::string python(const TunedModel& model) {
  return "#!/usr/bin/env python3\n# The tuned model of a study, exported by holdout " + std::string(version()) +
         ". It needs numpy alone.\n#   python3 model.py " + (model.sparse ? "DATA" : "DATA.csv") +
         "        prints predictions as CSV\n#   from model import features, predict\n"
         "import csv\nimport io\nimport re\nimport sys\n\nimport numpy as np\n\nSTUDY, TRIAL = " +
         python_literal(model.study) + ", " + (model.trial ? python_literal(std::int64_t{*model.trial}) : "None") +
         "\nMODEL, LOSS, TARGET = " + python_literal(model.type) + ", " + python_literal(model.loss) + ", " +
         python_literal(model.target) + "\n" + numbers(model) + "\n" + python_rows(model) + score(model) +
         predict(model) + python_main(model);
}

}  // namespace holdout::report
