#include "default_configuration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <holdout/base/named_number.hpp>
#include <holdout/search/transform.hpp>
#include <holdout/train/trainer.hpp>

#include "lane_config.hpp"
#include "lists.hpp"
#include "path_visitor.hpp"

namespace holdout::study {
namespace {

/// Finds what stands at a path.
class Finder final : public PathVisitor {
 public:
  explicit Finder(std::string_view path) : path_(path) {}
  std::optional<Value> value;  // none: no such path, or the setting has no default
  bool word = false;           // one of an alternative or of words, not a number or a list of numbers

  void operator()(const Field& f, bool& x) override { found(f, path_of(f), x, false); }
  void operator()(const Field& f, std::int64_t& x, const Range<std::int64_t>& range) override {
    found(f, path_of(f), spelled(x, range), false);
  }
  void operator()(const Field& f, double& x, const Range<double>& range) override {
    found(f, path_of(f), spelled(x, range), false);
  }
  void operator()(const Field& f, std::string& x, std::span<const std::string_view>) override {
    found(f, path_of(f), x, true);
  }
  void operator()(const Field&, std::vector<std::string>&, std::span<const std::string_view>) override {}
  void operator()(const Field& f, std::vector<std::int64_t>& items, const Range<std::int64_t>&) override {
    found(f, path_of(f), list_text(items), false);
  }

 private:
  void chosen(const Field& f, const std::string& path, Choice& choice) override {
    found(f, path, std::string(choice.alternatives()[choice.selected()].name), true);
  }
  void found(const Field& f, const std::string& path, Value x, bool is_word) {
    if (path == path_ && !f.required) value = std::move(x), word = is_word;
  }

  std::string_view path_;
};

std::optional<Value> declared_default(const Study& study, const search::Configuration& so_far,
                                      const search::Parameter& parameter) {
  train::LaneConfig config = apply(study, so_far);
  Finder finder(parameter.path);
  configured_fields(config, finder);
  const auto& listed = parameter.values;
  if (finder.word && std::find(listed.begin(), listed.end(), finder.value) == listed.end()) return {};
  return finder.value;
}

Value middle(const search::Parameter& parameter) {
  if (parameter.interval) {
    const Value value = search::value_at(*parameter.interval, 0.5);
    const auto* x = std::get_if<double>(&value);
    constexpr double kRounding = 32 * std::numeric_limits<double>::epsilon();  // 0.001, not 0.0010000000000000002
    return x ? search::as_decimal(*x, 12, kRounding * std::abs(*x)) : value;
  }
  std::vector<Value> values = parameter.values;
  const bool numbers =
      std::none_of(values.begin(), values.end(), [](const Value& v) { return std::holds_alternative<std::string>(v); });
  if (!numbers) return values.front();
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

bool suits_automatic_rate(const train::LaneConfig& config) {
  const update::RuleDescription* rule = config.training.optimizer.rule();
  if (!rule) return true;  // a solver does not look at it
  return !rule->adaptive && train::is_convex(config.model.type()) && std::isfinite(config.model.loss.info().curvature);
}

// Without a penalty, separable classes have no maximum of the likelihood (Albert and Anderson, Biometrika 71, 1984): a
// solver goes on and on to infinity.
bool may_lack_minimum(const train::LaneConfig& config) {
  const train::Link link = config.model.loss.info().link;
  return config.training.optimizer.is_solver() && (link == train::Link::odds || link == train::Link::log) &&
         config.model.ridge() == 0 && config.model.lasso() == 0;
}

}  // namespace

DefaultConfiguration default_configuration(const Study& study) {
  const search::SearchSpace& space = study.space;
  DefaultConfiguration out;
  std::vector<std::optional<Value>>& values = out.configuration.values;
  values.resize(space.size());
  const auto take_middle = [&](std::size_t i) {
    values[i] = middle(space.parameters()[i]);
    out.undeclared.push_back(static_cast<std::int64_t>(i));
  };
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!space.active(i, out.configuration)) continue;
    const search::Parameter& parameter = space.parameters()[i];
    values[i] = declared_default(study, out.configuration, parameter);
    if (!values[i]) take_middle(i);
  }
  const train::LaneConfig config = apply(study, out.configuration);
  const auto rate = space.find("training.learning_rate");
  if (rate && values[*rate] == Value(std::string("auto")) && !suits_automatic_rate(config)) take_middle(*rate);
  if (may_lack_minimum(config))
    for (const char* path : {"model.l1", "model.l2", "model.elastic_net.lambda"})
      if (const auto penalty = space.find(path)) take_middle(*penalty);
  std::sort(out.undeclared.begin(), out.undeclared.end());
  return out;
}

}  // namespace holdout::study
