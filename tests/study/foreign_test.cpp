#include "foreign.hpp"

#include <doctest/doctest.h>

#include "outline.hpp"
#include "study/study_text.hpp"

namespace holdout::study {
namespace {

TEST_CASE("foreign: other tools' spellings are answered in holdout's words") {
  struct {
    const char *rest, *line;
  } const cases[] = {
      // W&B; bounds of log_uniform are exponents of e there: exp(-2.302585093) = 0.1
      {"model: {l2: {distribution: log_uniform_values, min: 1e-4, max: 1}}\n",
       "in holdout: l2: {min: 1e-4, max: 1, scale: log}"},
      {"model: {l2: {distribution: log_uniform, min: -2.302585093, max: 0}}\n", "l2: {min: 0.1, max: 1, scale: log}"},
      {"training: {learning_rate: {distribution: uniform, min: 0.1, max: 1}}\n", "learning_rate: {min: 0.1, max: 1}"},
      {"parameters: {lr: {min: 0.1, max: 1}}\n", "training: {learning_rate: {min: 0.1, max: 1}}"},
      {"method: bayes\n", "in holdout: search: {method: random}"},
      {"metric: {name: mse, goal: minimize}\n", "objective: {metric: mse, direction: minimize}"},
      {"search: {run_cap: 50}\n", "in holdout: trials: 50"},
      // Optuna
      {"model: {l2: {low: 1e-4, high: 1, log: true}}\n", "l2: {min: 1e-4, max: 1, scale: log}"},
      {"model: {l2: {min: 1e-4, max: 1, log: true}}\n", "l2: {min: 1e-4, max: 1, scale: log}"},
      {"n_trials: 100\n", "in holdout: search: {trials: 100}"},
      {"model: {l2: \"trial.suggest_float('l2', 1e-4, 1, log=True)\"}\n", "l2: {min: 1e-4, max: 1, scale: log}"},
      // Katib
      {"maxTrialCount: 12\n", "search: {trials: 12}"},
      {"parameters: [{name: lr, parameterType: double, feasibleSpace: {min: \"0.01\", max: \"0.03\"}}]\n",
       "training: {learning_rate: {min: 0.01, max: 0.03}}"},
      // NNI
      {"model: {l2: {_type: loguniform, _value: [0.0001, 0.1]}}\n", "l2: {min: 0.0001, max: 0.1, scale: log}"},
      {"training: {epochs: {_type: choice, _value: [1, 2]}}\n", "epochs: {values: [1, 2]}"},
      // Determined: exponents of `base`
      {"model: {l2: {type: log, minval: -4, maxval: -1, base: 10}}\n", "l2: {min: 0.0001, max: 0.1, scale: log}"},
      {"model: {l2: {type: categorical, vals: [1, 2]}}\n", "l2: {values: [1, 2]}"},
      // Ray Tune, hyperopt, numpy
      {"model:\n  l2: tune.loguniform(1e-4, 1e-1)\n", "l2: {min: 1e-4, max: 1e-1, scale: log}"},
      {"training:\n  epochs: tune.randint(1, 10)\n", "epochs: {min: 1, max: 9}"},
      {"model:\n  l2: tune.choice([1, 2])\n", "l2: {values: [1, 2]}"},
      {"model:\n  l2: hp.loguniform('l2', -2.302585093, 0)\n", "l2: {min: 0.1, max: 1, scale: log}"},
      {"model:\n  l2: np.logspace(-3, 0, 4)\n", "l2: {min: 0.001, max: 1, scale: log, points: 4}"},
      // scikit-learn, PyTorch, Keras
      {"training: {lr: 0.1}\n", "in holdout: learning_rate: 0.1"},
      {"model: {lr: 0.1}\n", "in holdout: training: {learning_rate: 0.1}"},
      {"model: {alpha: 1}\n", "l2 = alpha / training rows"},
      {"model: {C: 1}\n", "l2 = 1 / (C * training rows)"},
      {"training: {weight_decay: 0.1}\n", "in holdout: model: {l2: 0.1}"},
      // a list of numbers is that of the layers; of lists, or where it is a range, it is searched
      {"model: {type: mlp, hidden_layer_sizes: [8, 4]}\n", "in holdout: hidden: [8, 4]\n"},
      {"model: {type: mlp, hidden_layer_sizes: [[8], [4, 4]]}\n", "hidden: {values: [[8], [4, 4]]}"},
      // one of W&B's metric and goal; algorithms by name
      {"metric: {name: mse}\n", "in holdout: objective: {metric: mse}\n"},
      {"metric: {goal: minimize}\n", "in holdout: objective: {direction: minimize}\n"},
      {"algorithm: {algorithmName: random}\n", "in holdout: search: {method: random}\n"},
      {"sampler: random\n", "in holdout: search: {method: random}\n"},
      {"scoring: [mse, r2]\n", "objective: {metric: [mse, r2]}"},
      // the place of the value, in sections and in the study
      {"lr: [0.1, 1]\n", "in holdout: training: {learning_rate: {values: [0.1, 1]}}\n"},
      {"weight_decay: tune.loguniform(1e-4, 1e-1)\n", "model: {l2: {min: 1e-4, max: 1e-1, scale: log}}\n"},
      {"lr: {value: 0.1}\n", "in holdout: training: {learning_rate: 0.1}\n"},
      {"training: {learning_rate: {start: 1, lr: 3}}\n", "in holdout: training: {learning_rate: 3}\n"},
      {"n_jobs: 4\n", "--threads N"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rest);
    const std::string got = complaints(with(c.rest)) + "\n";
    CAPTURE(got);
    CHECK(has(got, c.line));
  }
}

TEST_CASE("foreign: other tools' ways to split rows") {
  const struct {
    const char *split, *line;
  } cases[] = {
      {"{method: GroupKFold}", "in holdout: 'kfold, group: COLUMN'"},
      {"{method: TimeSeriesSplit}", "in holdout: 'time'"},
      {"{method: kfold, groups: g}", "in holdout: group: g"},
      {"{method: kfold, stratified: true}", "in holdout: stratify: true"},
      {"{method: time, gap_unit: days}", "in holdout: 'order'"},
      {"kfold", "split: {method: kfold}"},
      {"0.2", "split: {method: holdout, ...}"},  // no name of a method, and no hint that would be refused
  };
  for (const auto& c : cases) {
    CAPTURE(c.split);
    const std::string got =
        complaints("data: {file: a.csv, target: y, split: " + std::string(c.split) + "}\nmodel: {type: linear}\n");
    CAPTURE(got);
    CHECK(has(got, c.line));
  }
}

TEST_CASE("foreign: columns that are left out") {
  const std::string got = complaints("data: {file: a.csv, target: y, ignore: [id]}\nmodel: {type: linear}\n");
  CAPTURE(got);
  CHECK(has(got, "in holdout: features: {exclude: [id]}"));
}

TEST_CASE("foreign: every key's translation is a setting that exists") {
  const auto outline = study_outline();
  for (const ForeignKey& key : foreign_keys()) {
    CAPTURE(key.key);
    const bool named = key.path == "search.method";  // the key of a choice, which is no field
    CHECK((named || find(outline, key.path)));
  }
}

// `value` as a setting's value in a section where it is no key of ours.
std::string hint_of(const std::string& value) {
  const std::string got = complaints(with("training:\n  epochs: " + value + "\n"));
  const std::size_t at = got.find("in holdout: epochs: ");
  return at == std::string::npos ? got : got.substr(at + 20, got.find('\n', at) - at - 20);
}

TEST_CASE("foreign: mappings that are ranges elsewhere") {
  struct {
    const char *value, *hint;
  } const cases[] = {
      // W&B
      {"{distribution: q_log_uniform, min: 0, max: 2.302585093, q: 1}", "{min: 1, max: 10, scale: log}"},
      {"{distribution: q_uniform, min: 0, max: 8, q: 2}", "{min: 0, max: 8, step: 2}"},
      {"{distribution: log_uniform, min: a, max: 0}", "{min: a, max: 1, scale: log}"},
      {"{distribution: categorical, values: [1, 2]}", "{values: [1, 2]}"},
      {"{distribution: normal, mu: 3, sigma: 1}", "{min: ..., max: ...}; there is no normal distribution"},
      {"{mu: 3, sigma: 1}", "{min: ..., max: ...}; there is no normal distribution"},
      {"{distribution: constant, value: 7}", "7"},
      // Optuna, ConfigSpace, SMAC
      {"{low: 1, high: 9, scale: log}", "{min: 1, max: 9, scale: log}"},
      {"{low: 1, high: 9, log: false, step: 2}", "{min: 1, max: 9, step: 2}"},
      {"{type: uniform_int, lower: 1, upper: 9}", "{min: 1, max: 9}"},
      {"{low: 3}", "{min: 3, max: ...}"},
      {"{upper_bound: 3}", "{min: ..., max: 3}"},
      {"{choices: [1, 2]}", "{values: [1, 2]}"},
      {"{categories: [1, 2]}", "{values: [1, 2]}"},
      // Determined
      {"{type: log, minval: 0, maxval: 2}", "{min: 1, max: 100, scale: log}"},
      {"{type: log, minval: 0, maxval: 2, base: 2}", "{min: 1, max: 4, scale: log}"},
      {"{type: int, minval: 1, maxval: 9, count: 3}", "{min: 1, max: 9, points: 3}"},
      {"{type: const, val: 7}", "7"},
      // Katib, whose numbers are in quotes
      {"{parameterType: int, feasibleSpace: {min: '1', max: '9', step: '2'}}", "{min: 1, max: 9, step: 2}"},
      {"{parameterType: int, feasibleSpace: {max: '9'}}", "{min: ..., max: 9}"},
      {"{parameterType: int, feasibleSpace: {list: ['1', '2']}}", "{values: [\"1\", \"2\"]}"},
      {"{parameterType: int, feasibleSpace: {min: '1', max: '9', distribution: logUniform}}",
       "{min: 1, max: 9, scale: log}"},
      {"{parameterType: int, feasibleSpace: none}", "{min: ..., max: ...}"},
      {"{list: 3}", "{min: ..., max: ...}"},
      // NNI
      {"{_type: quniform, _value: [1, 9, 2]}", "{min: 1, max: 9, step: 2}"},
      {"{_type: choice, _value: [[1, 2], [3]]}", "{values: [[1, 2], [3]]}"},
      {"{_type: choice, _value: 3}", "{values: [...]}"},
      {"{_type: uniform, _value: [1]}", "{min: 1, max: ...}"},
      {"{_type: normal, _value: [0, 1]}", "{min: ..., max: ...}; there is no normal distribution"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.value);
    CHECK(hint_of(c.value) == c.hint);
  }
  CHECK(has(hint_of("{_type: unknown, _value: [1, 2]}"), "unknown key '_type' in the range of training.epochs"));
  CHECK_FALSE(has(hint_of("{_type: unknown, _value: [1, 2]}"), "in holdout"));
}

TEST_CASE("foreign: functions that are ranges elsewhere") {
  struct {
    const char *value, *hint;
  } const cases[] = {
      {"uniform(1, 9)", "{min: 1, max: 9}"},
      {"tune.uniform()", "{min: ..., max: ...}"},
      {"tune.uniform(1)", "{min: 1, max: ...}"},
      {"tune.quniform(1, 9, 2)", "{min: 1, max: 9, step: 2}"},
      {"tune.quniform(1, 9)", "{min: 1, max: 9}"},
      {"tune.qloguniform(1, 9, 2)", "{min: 1, max: 9, scale: log}"},  // a log scale has no step
      {"tune.lograndint(1, 9)", "{min: 1, max: 8, scale: log}"},
      {"tune.qrandint(1, 9, 2)", "{min: 1, max: 9, step: 2}"},  // its end is part of it
      {"tune.randint(1, n)", "{min: 1, max: n}"},
      {"tune.randint(1, -5000000000)", "{min: 1, max: -5000000001}"},
      {"tune.randint(1, -9223372036854775808)", "{min: 1, max: -9223372036854775808}"},
      {"hp.randint('n', 9)", "{min: 0, max: 8}"},
      {"hp.uniform('n', 1, 9)", "{min: 1, max: 9}"},
      {"hp.uniformint('n', 1, 9)", "{min: 1, max: 9}"},
      {"hp.normal('n', 0, 1)", "{min: ..., max: ...}; there is no normal distribution"},
      {"np.random.randn(3)", "{min: ..., max: ...}; there is no normal distribution"},
      {"scipy.stats.beta(1, 2)", "{min: ..., max: ...}; there is no normal distribution"},
      {"scipy.stats.reciprocal(1, 9)", "{min: 1, max: 9, scale: log}"},
      {"np.linspace(1, 9, 5)", "{min: 1, max: 9, points: 5}"},
      {"np.logspace(0, x)", "{min: 1, max: x, scale: log}"},
      {"tune.grid_search([1, 2])", "{values: [1, 2]}"},
      {"tune.choice(all)", "{values: [all]}"},
      {"tune.choice((1, 2))", "{values: [1, 2]}"},
      {"tune.choice([[1, 2], [3]])", "{values: [[1, 2], [3]]}"},
      {"tune.choice([f(1, 2), 3])", "{values: [f(1, 2), 3]}"},
      {"'trial.suggest_categorical(\"n\", [1, 2])'", "{values: [1, 2]}"},
      {"skopt.space.Categorical(1, 2)", "{values: [1, 2]}"},
      {"'trial.suggest_int(\"n\", 1, 9, step=2)'", "{min: 1, max: 9, step: 2}"},
      {"trial.suggest_int('n', 1, 9, log = True)", "{min: 1, max: 9, scale: log}"},
      {"trial.suggest_int('n', 1, 9, log=False)", "{min: 1, max: 9}"},
      {"trial.suggest_loguniform('n', 1, 9)", "{min: 1, max: 9, scale: log}"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.value);
    CHECK(hint_of(c.value) == c.hint);
  }
  for (const char* none : {"tune.uniform(1, 9", "many(1, 9)", "9)"}) {
    CAPTURE(none);
    CHECK(has(hint_of(none), std::string("training.epochs: '") + none + "' is not an integer"));
    CHECK_FALSE(has(hint_of(none), "in holdout"));
  }
}

TEST_CASE("foreign: a section of ranges is answered with its first one, or with an example") {
  struct {
    const char *section, *hint;
  } const cases[] = {
      {"{batch_size: [8, 16]}", "training: {batch_size: {values: [8, 16]}}"},
      {"{hidden: {values: [[8], [8, 8]]}}", "model: {hidden: {values: [[8], [8, 8]]}}"},
      {"\n  reg_lambda: tune.uniform(0, 1)\n  lr: 1", "model: {l2: {min: 0, max: 1}}"},
      {"[{name: num_epochs, feasibleSpace: {min: '1', max: '9'}}]", "training: {epochs: {min: 1, max: 9}}"},
      // nothing that we know
      {"{num_leaves: {min: 1, max: 9}}", "model: {l2: {min: 1e-6, max: 1, scale: log}}"},
      {"[{name: num_leaves, feasibleSpace: {min: '1', max: '9'}}]", "model: {l2: {min: 1e-6, max: 1, scale: log}}"},
      {"[{feasibleSpace: {min: '1', max: '9'}}]", "model: {l2: {min: 1e-6, max: 1, scale: log}}"},
      {"[lr]", "model: {l2: {min: 1e-6, max: 1, scale: log}}"},
      {"[]", "model: {l2: {min: 1e-6, max: 1, scale: log}}"},
      {"{}", "model: {l2: {min: 1e-6, max: 1, scale: log}}"},
      {"lr", "model: {l2: {min: 1e-6, max: 1, scale: log}}"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.section);
    const std::string got = complaints(with("search_space: " + std::string(c.section) + "\n")) + "\n";
    CAPTURE(got);
    CHECK(has(got, "2:1: error: unknown key 'search_space' in the study\n"));
    CHECK(has(got, "in holdout a range stands in the place of the value: " + std::string(c.hint) + "\n"));
  }
}

}  // namespace
}  // namespace holdout::study
