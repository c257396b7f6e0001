#include "default_configuration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>

#include <holdout/base/named_number.hpp>
#include <holdout/search/transform.hpp>
#include <holdout/train/trainer.hpp>

#include "lane_config.hpp"
#include "lists.hpp"
#include "path_visitor.hpp"

namespace holdout::study {
namespace {

/// What a setting is before anybody sets it.
struct Default {
  std::optional<Value> value;  // none: the setting must be given
  bool word = false;           // one of an alternative or of words, not a number or a list of numbers
};

/// Collects what stands at each path.
class Collector final : public PathVisitor {
 public:
  std::unordered_map<std::string, Default> all;

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
  void found(const Field& f, std::string path, Value x, bool is_word) {
    if (!f.required) all.insert_or_assign(std::move(path), Default{std::move(x), is_word});
  }
};

/// The declared defaults, under the alternatives that a configuration chooses. The settings are walked once, and again
/// when a parameter has a value that others depend on: a study may have a parameter for each of thousands of features.
class Defaults {
 public:
  explicit Defaults(const Study& study) : study_(study), decides_(study.space.size()) {
    for (const search::Parameter& parameter : study.space.parameters())
      if (parameter.condition) decides_[parameter.condition->parameter] = 1;
  }

  /// @param so_far  with the values of the parameters before that one
  std::optional<Value> of(std::size_t parameter, const search::Configuration& so_far) {
    if (stale_) {
      train::LaneConfig config = apply(study_, so_far);
      Collector collector;
      configured_fields(config, collector);
      known_ = std::move(collector.all);
      stale_ = false;
    }
    stale_ = decides_[parameter] != 0;
    const search::Parameter& wanted = study_.space.parameters()[parameter];
    const auto found = known_.find(wanted.path);
    if (found == known_.end()) return {};
    const auto& [value, word] = found->second;
    const auto& listed = wanted.values;
    if (word && std::find(listed.begin(), listed.end(), value) == listed.end()) return {};
    return value;
  }

 private:
  const Study& study_;
  std::vector<char> decides_;  // [parameter]: whether others exist only with certain values of it
  std::unordered_map<std::string, Default> known_;
  bool stale_ = true;
};

Value middle(const search::Parameter& parameter) {
  if (parameter.interval) {
    const Value value = search::value_at(*parameter.interval, 0.5);
    const auto* x = std::get_if<double>(&value);
    constexpr double kRounding = 32 * std::numeric_limits<double>::epsilon();  // 0.001, not 0.0010000000000000002
    if (!x) return value;
    const search::Interval& range = *parameter.interval;
    return std::clamp(search::as_decimal(*x, 12, kRounding * std::abs(*x)), range.min, range.max);
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
  Defaults defaults(study);
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!space.active(i, out.configuration)) continue;
    values[i] = defaults.of(i, out.configuration);
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
