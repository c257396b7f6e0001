// The tuned model: the winner, refitted on training and hold-out rows, with all that predictions need. model.json is
// this and nothing else.
//
// model.json, schema 1. Numbers read back exactly.
//
//   schema        1
//   study, trial  the study's name, and the number of the trial that won; null: the study's defaults did
//   type, loss    as the study names them; link: what a score f says of the target:
//                 identity (f is the prediction), log (e^f is), odds (f are log odds: one of two classes, or one a
//                 class), decision (the sign of f decides)
//   activation    of hidden units; only with hidden layers
//   target, classes   its name; for classes theirs, of two the last is the positive one (f > 0)
//   format        csv | libsvm; with csv also
//   delimiter, missing   "," ";" tab; refuse, or mean: missing cells count as the feature's `fill`
//   encoding, decimal, thousands, missing_words   as the study names them, where they are not the usual ones
//   unseen        ignore: words that are no level of their column are none, its features are 0; only where it is so,
//                 else such rows are refused
//   columns       [{name, levels?, missing?}], csv: where features come from, in their order; each level is a
//                 feature of its own (1 where the cell is that text, else 0). missing, where it is not as above:
//                 refuse, mean; level or indicator: behind those comes a feature that is 1 where the cell is missing;
//                 with level the others are 0 then
//                 encoding, where levels are no features of their own: ordinal (one feature, the place of the level,
//                 from 0) or target (one feature: of each level its number in `values`, of others `prior`)
//   products      [[parent, factor]], only with data.features.polynomial: behind the features of the columns comes one
//                 for each, the product of two that are there: places among all features, from 0
//   threshold     of two classes, where it was tuned: the score above which the positive one is decided; else 0
//   features      [{name, mean, scale, fill}]: z = (x − mean) / scale is what the first layer takes; libsvm: the name
//   is
//                 the index, and what a row does not name is 0
//   target_transform  {name, exponent, mean, scale}, only where there is one: what the layers say is
//                 (h(y) − mean) / scale of a prediction y, with data.target_transform's h; exponent is box_cox's λ
//   layers        [{weights [unit][input], biases [unit]}]: f = W_L φ(… φ(W_1 z + b_1) …) + b_L
//   coefficients  without hidden layers, the same in the units of the data: [{class?, intercept, weights {feature:
//   w}}],
//                 f = intercept + Σ w x (before target_transform's inverse); one entry for each class where there are
//                 more than two
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/data/load.hpp>
#include <holdout/data/polynomial.hpp>
#include <holdout/data/target_encoding.hpp>
#include <holdout/data/target_transform.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::study {

struct TunedModel {
  struct Layer {
    std::size_t units = 0, inputs = 0;
    std::vector<double> weights;  // [unit][input]
    std::vector<double> biases;   // [unit]
  };

  std::string study;
  std::optional<int> trial;  // empty: the study's defaults
  std::string type, loss;    // of train::losses(); mlp: what the target asked for
  std::string activation;    // of hidden units; empty without hidden layers
  std::string target;
  std::vector<std::string> classes;        // empty for numbers
  bool sparse = false;                     // trained on a libsvm file
  std::string delimiter = ",";             // between the cells of a CSV file: "," ";" or tab
  data::CellFormat cells;                  // of a CSV file
  bool ignore_unseen = false;              // of a CSV file: words that are no level of their column are none
  std::vector<data::InputColumn> columns;  // of a CSV file
  std::vector<data::Product> products;     // behind the features of the columns, by data.features.polynomial
  std::vector<std::string> features;       // of the columns, then the products
  std::optional<double> threshold;         // of two classes: the score above which the positive one is; empty: 0
  data::Scaling scaling;                   // [feature]
  data::TargetTransform transform;         // of the target of a regression
  std::vector<Layer> layers;               // the last one's units are the scores

  std::size_t outputs() const { return layers.back().units; }
  train::Link link() const;
};

/// @param theta  as train::LaneResult has it
TunedModel tuned_model(const train::ModelSettings& settings, const data::Prepared& data, data::Scaling scaling,
                       std::span<const double> theta);

/// Puts what the categories of encoded columns became into the model's columns.
/// @param encodings  of the columns that have them, in their order
void take_encodings(std::vector<data::TargetEncoding> encodings, TunedModel& model);

/// Scores of rows, [row][output], with the kernels of the training in float64; of a log link e^f, of a transformed
/// target in its own units.
/// @param rows  features of the model's columns, without products, in raw units; NaN: missing
std::vector<double> predict(const TunedModel& model, const data::Dataset& rows);

/// What the scores of one row say of the classes, in their order; empty where there are no odds.
std::vector<double> probabilities(const TunedModel& model, std::span<const double> scores);

/// The class that the scores of one row speak for.
/// @param threshold  TunedModel::threshold
std::size_t decided_class(std::span<const double> scores, std::optional<double> threshold = {});

/// The text of model.json.
std::string model_json(const TunedModel& model);

/// @param shown  the file's name for messages
/// @throws Error if it is no model, or of a newer schema
TunedModel model_from(const std::string& text, const std::string& shown);

/// @param run  the folder of a run, or a model.json
/// @throws Error if there is none
TunedModel read_model(const std::string& run);

}  // namespace holdout::study
