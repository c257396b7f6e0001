#include <holdout/study/tuned_model.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include <holdout/base/number.hpp>
#include <holdout/train/decision.hpp>
#include <holdout/train/design.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::study {
namespace {

void select(Choice& choice, std::string_view name) {
  const auto all = choice.alternatives();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Info& info) { return info.name == name; });
  assert(at != all.end());
  choice.select(static_cast<std::size_t>(at - all.begin()));
}

// The settings that the shape of the model and its link follow from.
train::ModelSettings settings_of(const TunedModel& model) {
  train::ModelSettings settings;
  select(settings, model.type);
  if (!settings.has_layers()) {
    select(settings.loss, model.loss);
    return settings;
  }
  settings.activation = model.activation;
  settings.hidden.clear();
  for (std::size_t l = 0; l + 1 < model.layers.size(); ++l)
    settings.hidden.push_back(static_cast<std::int64_t>(model.layers[l].units));
  return settings;
}

}  // namespace

train::Link TunedModel::link() const { return train::losses()[train::find_loss(loss)].link; }

TunedModel tuned_model(const train::ModelSettings& settings, const data::Prepared& data, data::Scaling scaling,
                       std::span<const double> theta) {
  const data::Dataset& dataset = data.dataset;
  const train::LossInfo& loss = train::losses()[settings.loss_for(dataset.classes.size())];
  TunedModel model;
  model.type = settings.type(), model.loss = loss.info.name;
  if (settings.has_layers()) model.activation = settings.activation;
  model.target = dataset.target_name, model.classes = dataset.classes;
  model.sparse = dataset.is_sparse();
  model.columns = data.columns, model.features = dataset.feature_names;
  model.scaling = std::move(scaling);
  std::vector<std::size_t> sizes{dataset.features};
  if (settings.has_layers())
    for (const std::int64_t units : settings.hidden_sizes()) sizes.push_back(static_cast<std::size_t>(units));
  sizes.push_back(loss.classes == train::Classes::any ? dataset.classes.size() : 1);
  const auto take = [&](std::size_t n) {
    const std::vector<double> taken(theta.begin(), theta.begin() + static_cast<std::ptrdiff_t>(n));
    theta = theta.subspan(n);
    return taken;
  };
  for (std::size_t l = 1; l < sizes.size(); ++l)
    model.layers.push_back({sizes[l], sizes[l - 1], take(sizes[l] * sizes[l - 1]), {}});
  for (TunedModel::Layer& layer : model.layers) layer.biases = take(layer.units);
  assert(theta.empty());
  return model;
}

void take_encodings(std::vector<data::TargetEncoding> encodings, TunedModel& model) {
  auto next = encodings.begin();
  for (data::InputColumn& column : model.columns)
    if (column.encoding == data::InputColumn::Encoding::target) {
      column.values = std::move(next->values), column.prior = next->prior;
      ++next;
    }
}

std::vector<double> predict(const TunedModel& model, const data::Dataset& rows) {
  std::vector<double> theta;
  for (const TunedModel::Layer& layer : model.layers)
    theta.insert(theta.end(), layer.weights.begin(), layer.weights.end());
  for (const TunedModel::Layer& layer : model.layers)
    theta.insert(theta.end(), layer.biases.begin(), layer.biases.end());
  data::RowList all(rows.rows);
  std::iota(all.begin(), all.end(), 0u);
  const train::ModelSettings settings = settings_of(model);
  const auto part = model.products.empty() ? train::make_part<double>(rows, model.scaling, all, model.transform)
                                           : train::make_part<double>(data::with_products(rows, model.products),
                                                                      model.scaling, all, model.transform);
  return train::predict(part, {settings, model.features.size(), model.classes.size()}, theta);
}

std::vector<double> probabilities(const TunedModel& model, std::span<const double> scores) {
  if (model.link() != train::Link::odds) return {};
  if (scores.size() == 1) {
    const double odds = holdout::exp(-std::abs(scores[0])), likelier = 1 / (1 + odds), other = odds / (1 + odds);
    return scores[0] > 0 ? std::vector{other, likelier} : std::vector{likelier, other};
  }
  const double most = *std::max_element(scores.begin(), scores.end());
  std::vector<double> share;
  for (const double f : scores) share.push_back(holdout::exp(f - most));
  const double sum = std::accumulate(share.begin(), share.end(), 0.0);
  for (double& p : share) p /= sum;
  return share;
}

std::size_t decided_class(std::span<const double> scores, std::optional<double> threshold) {
  return train::decided_class({scores, scores.size(), {}, {}, threshold}, 0);
}

}  // namespace holdout::study
