#include "foreign.hpp"

#include <algorithm>
#include <array>

#include <holdout/base/number.hpp>

namespace holdout::study {
namespace {

using yaml::Entry;
using yaml::Node;

// Key, path here, and what differs in the meaning.
constexpr ForeignKey kKeys[] = {
    // number of trials: Optuna, W&B, Katib, NNI, Ray, scikit-learn, SMAC
    {"n_trials", "search.trials", ""},
    {"run_cap", "search.trials", ""},
    {"maxTrialCount", "search.trials", ""},
    {"max_trial_count", "search.trials", ""},
    {"maxTrialNumber", "search.trials", ""},
    {"max_trial_number", "search.trials", ""},
    {"max_trials", "search.trials", ""},
    {"num_samples", "search.trials", ""},
    {"num_trials", "search.trials", ""},
    {"n_iter", "search.trials", ""},
    {"n_calls", "search.trials", ""},
    {"max_evals", "search.trials", ""},
    {"total_trials", "search.trials", ""},
    {"budget", "search.trials", ""},
    {"tuneLength", "search.trials", ""},
    {"tune_length", "search.trials", ""},
    {"n_runs", "search.trials", ""},
    // how to search, and for what
    {"method", "search.method", ""},
    {"sampler", "search.method", ""},
    {"searcher", "search.method", ""},
    {"tuner", "search.method", ""},
    {"algorithm", "search.method", ""},
    {"algorithmName", "search.method", ""},
    {"algo", "search.method", ""},
    {"strategy", "search.method", ""},
    {"search_algorithm", "search.method", ""},
    {"metric", "objective.metric", ""},
    {"scoring", "objective.metric", "errors are minimized, so no neg_"},
    {"objectiveMetricName", "objective.metric", ""},
    {"objective_name", "objective.metric", ""},
    {"eval_metric", "objective.metric", ""},
    {"metric_name", "objective.metric", ""},
    {"direction", "objective.direction", ""},
    {"goal", "objective.direction", ""},
    {"mode", "objective.direction", ""},
    {"optimize_mode", "objective.direction", ""},
    {"study_name", "name", ""},
    {"random_state", "seed", ""},
    {"random_seed", "seed", ""},
    // data
    {"dataset", "data.file", ""},
    {"label", "data.target", ""},
    {"label_column", "data.target", ""},
    {"sample_weight", "data.weight", "the name of a column"},
    {"weight_column", "data.weight", ""},
    {"test_size", "data.split.test", "data.split.fraction is the share that measures the search"},
    {"cv", "data.split.folds", "with method: kfold"},
    {"n_splits", "data.split.folds", "with method: kfold"},
    {"nfolds", "data.split.folds", "with method: kfold"},
    {"n_folds", "data.split.folds", "with method: kfold"},
    {"numFolds", "data.split.folds", "with method: kfold"},
    {"validation_split", "data.split.fraction", ""},
    {"validation_fraction", "data.split.fraction", ""},
    {"fold_column", "data.split.column", "with method: column"},
    {"group_column", "data.split.group", ""},
    {"groups", "data.split.group", ""},
    {"stratified", "data.split.stratify", ""},
    {"n_repeats", "data.split.repeats", "with method: kfold"},
    {"max_train_size", "data.split.window", "sliding, with method: time"},
    {"time_column", "data.split.order", "with method: time"},
    {"date_column", "data.split.order", "with method: time"},
    {"response_column", "data.target", ""},
    {"labelCol", "data.target", ""},
    {"target_column", "data.target", ""},
    {"weights_column", "data.weight", ""},
    {"weightCol", "data.weight", ""},
    {"ignored_columns", "data.features.exclude", ""},
    {"drop_columns", "data.features.exclude", ""},
    {"ignore", "data.features.exclude", ""},
    {"drop", "data.features.exclude", ""},
    {"featuresCol", "data.features.include", ""},
    {"sep", "data.delimiter", ""},
    {"na_values", "data.missing_words", ""},
    {"na_strings", "data.missing_words", ""},
    {"missing_values", "data.missing_words", ""},
    {"fillna", "data.missing", "mean, median, level or indicator"},
    {"imputer", "data.missing", "mean, median, level or indicator"},
    {"pos_label", "data.positive", ""},
    {"standardization", "data.standardize", ""},
    {"scale", "data.standardize", ""},
    {"normalize", "data.standardize", ""},
    {"standardise", "data.standardize", ""},
    // model and training: scikit-learn, PyTorch, Keras
    {"alpha", "model.l2", "scikit-learn's Ridge divides: l2 = alpha / training rows; SGD's alpha is l2 as it is"},
    {"lambda", "model.l2", ""},
    {"reg_lambda", "model.l2", ""},
    {"weight_decay", "model.l2", ""},
    {"regParam", "model.elastic_net.lambda", ""},
    {"elasticNetParam", "model.elastic_net.ratio", ""},
    {"l1_ratio", "model.elastic_net.ratio", "the share of l1"},
    {"mixture", "model.elastic_net.ratio", "the share of l1"},
    {"reg_alpha", "model.l1", ""},
    {"lambda_l1", "model.l1", ""},
    {"lambda_l2", "model.l2", ""},
    {"hidden_layer_sizes", "model.hidden", ""},
    {"units", "model.hidden.units", ""},
    {"n_units", "model.hidden.units", ""},
    {"num_units", "model.hidden.units", ""},
    {"n_layers", "model.hidden.layers", ""},
    {"num_layers", "model.hidden.layers", ""},
    {"n_hidden_layers", "model.hidden.layers", ""},
    {"dropout_rate", "model.dropout", ""},
    {"C", "model.l2", "C is an inverse: l2 = 1 / (C * training rows)"},
    {"lr", "training.learning_rate", ""},
    {"eta", "training.learning_rate", ""},
    {"eta0", "training.learning_rate", ""},
    {"step_size", "training.learning_rate", ""},
    {"learning_rate_init", "training.learning_rate", ""},
    {"solver", "training.optimizer", ""},
    {"optim", "training.optimizer", ""},
    {"optimiser", "training.optimizer", ""},
    {"max_iter", "training.epochs", ""},
    {"n_epochs", "training.epochs", ""},
    {"maxIter", "training.epochs", ""},
    {"passes", "training.epochs", ""},
    {"stepSize", "training.learning_rate", ""},
    {"learning_rate_schedule", "training.learning_rate.schedule", ""},
    {"lr_scheduler", "training.learning_rate.schedule", ""},
    {"gradient_clip_val", "training.clip_norm", ""},
    {"clipnorm", "training.clip_norm", ""},
    {"max_grad_norm", "training.clip_norm", ""},
    {"n_init", "training.starts", ""},
    {"num_epochs", "training.epochs", ""},
    {"max_epochs", "training.epochs", ""},
    {"bs", "training.batch_size", ""},
    {"minibatch_size", "training.batch_size", ""},
    {"tol", "training.stop.gradient_norm", "relative to the norm at the start"},
    {"n_iter_no_change", "training.stop.patience", ""},
    {"early_stopping_rounds", "training.stop.patience", ""},
    {"dtype", "training.precision", ""},
};

// Setting, name elsewhere in lower case without a leading neg_, name here. Searches that learn are answered by random:
// the rest of such a study stays as it is.
struct ForeignWord {
  std::string_view path, word, here;
};
constexpr ForeignWord kWords[] = {
    {"search.method", "gridsearch", "grid"},
    {"search.method", "grid_search", "grid"},
    {"search.method", "gridsampler", "grid"},
    {"search.method", "randomsearch", "random"},
    {"search.method", "random_search", "random"},
    {"search.method", "randomsampler", "random"},
    {"search.method", "bayes", "random"},
    {"search.method", "bayesian", "random"},
    {"search.method", "bayesianoptimization", "random"},
    {"search.method", "tpe", "random"},
    {"search.method", "tpesampler", "random"},
    {"search.method", "gp", "random"},
    {"search.method", "bohb", "random"},
    {"search.method", "hyperband", "random"},
    {"search.method", "asha", "random"},
    {"objective.metric", "roc_auc", "auc"},
    {"objective.metric", "roc_auc_score", "auc"},
    {"objective.metric", "f1_score", "f1"},
    {"objective.metric", "f1_macro", "{name: f1, average: macro}"},
    {"objective.metric", "f1_weighted", "{name: f1, average: weighted}"},
    {"objective.metric", "f1_micro", "accuracy"},  // each row is decided once: all three are the share of right ones
    {"objective.metric", "precision_micro", "accuracy"},
    {"objective.metric", "recall_micro", "accuracy"},
    {"objective.metric.f1.average", "micro", "metric: accuracy"},
    {"objective.metric.precision.average", "micro", "metric: accuracy"},
    {"objective.metric.recall.average", "micro", "metric: accuracy"},
    {"objective.metric", "precision_macro", "{name: precision, average: macro}"},
    {"objective.metric", "precision_weighted", "{name: precision, average: weighted}"},
    {"objective.metric", "recall_macro", "{name: recall, average: macro}"},
    {"objective.metric", "recall_weighted", "{name: recall, average: weighted}"},
    {"objective.metric", "roc_auc_ovr", "{name: auc, average: macro}"},
    {"objective.metric", "roc_auc_ovr_weighted", "{name: auc, average: weighted}"},
    {"objective.metric", "precision_score", "precision"},
    {"objective.metric", "recall_score", "recall"},
    {"objective.metric", "balanced_accuracy_score", "balanced_accuracy"},
    {"objective.metric", "matthews_corrcoef", "mcc"},
    {"objective.metric", "brier_score_loss", "brier"},
    {"objective.metric", "brier_score", "brier"},
    {"objective.metric", "average_precision_score", "average_precision"},
    {"objective.metric", "pr_auc", "average_precision"},
    {"objective.metric", "mean_absolute_percentage_error", "mape"},
    {"objective.metric", "mean_pinball_loss", "pinball"},
    {"objective.metric", "quantile", "pinball"},
    {"objective.metric", "mean_poisson_deviance", "poisson_deviance"},
    {"objective.metric", "poisson-nloglik", "poisson_deviance"},
    {"objective.metric", "r2_score", "r2"},
    {"objective.metric", "acc", "accuracy"},
    {"objective.metric", "val_acc", "accuracy"},
    {"objective.metric", "val_accuracy", "accuracy"},
    {"objective.metric", "accuracy_score", "accuracy"},
    {"objective.metric", "error_rate", "error"},
    {"objective.metric", "misclassification", "error"},
    {"objective.metric", "logloss", "log_loss"},
    {"objective.metric", "mlogloss", "log_loss"},
    {"objective.metric", "cross_entropy", "log_loss"},
    {"objective.metric", "crossentropy", "log_loss"},
    {"objective.metric", "binary_crossentropy", "log_loss"},
    {"objective.metric", "categorical_crossentropy", "log_loss"},
    {"objective.metric", "nll", "log_loss"},
    {"objective.metric", "mean_squared_error", "mse"},
    {"objective.metric", "root_mean_squared_error", "rmse"},
    {"objective.metric", "mean_absolute_error", "mae"},
    {"objective.direction", "min", "minimize"},
    {"objective.direction", "max", "maximize"},
    {"objective.direction", "minimise", "minimize"},
    {"objective.direction", "maximise", "maximize"},
    {"training.optimizer", "sgd", "gd"},
    {"training.optimizer", "nag", "nesterov"},
    {"training.optimizer", "l-bfgs", "lbfgs"},
    {"training.optimizer", "newton-cg", "newton"},
    {"training.optimizer", "newton-cholesky", "newton"},
    {"training.optimizer", "liblinear", "exact"},
    {"training.optimizer", "cholesky", "exact"},
    {"data.missing", "drop", "drop_row"},
    {"data.missing", "dropna", "drop_row"},
    {"data.standardize", "standard", "deviation"},
    {"data.standardize", "standardscaler", "deviation"},
    {"data.standardize", "zscore", "deviation"},
    {"data.standardize", "maxabs", "max_abs"},
    {"data.standardize", "maxabsscaler", "max_abs"},
    {"data.standardize", "robustscaler", "robust"},
    {"data.split.method", "cv", "kfold"},
    {"data.split.method", "k_fold", "kfold"},
    {"data.split.method", "crossvalidation", "kfold"},
    {"data.split.method", "cross_validation", "kfold"},
    {"data.split.method", "stratifiedkfold", "kfold"},
    {"data.split.method", "repeatedkfold", "kfold, repeats: 10"},
    {"data.split.method", "repeatedstratifiedkfold", "kfold, repeats: 10"},
    {"data.split.method", "groupkfold", "kfold, group: COLUMN"},
    {"data.split.method", "group_kfold", "kfold, group: COLUMN"},
    {"data.split.method", "stratifiedgroupkfold", "kfold, group: COLUMN"},
    {"data.split.method", "group", "kfold, group: COLUMN"},
    {"data.split.method", "groupshufflesplit", "holdout, group: COLUMN"},
    {"data.split.method", "shufflesplit", "holdout"},
    {"data.split.method", "train_test_split", "holdout"},
    {"data.split.method", "random", "holdout"},
    {"data.split.method", "loo", "leave_one_out"},
    {"data.split.method", "loocv", "leave_one_out"},
    {"data.split.method", "leaveoneout", "leave_one_out"},
    {"data.split.method", "predefinedsplit", "column"},
    {"data.split.method", "timeseriessplit", "time"},
    {"data.split.method", "time_series_split", "time"},
    {"data.split.method", "timeseries", "time"},
    {"data.split.method", "time_series", "time"},
    {"data.split.method", "forward_chaining", "time"},
    {"data.split.gap_unit", "days", "order"},
    {"data.encoding", "cp1252", "windows-1252"},
    {"data.encoding", "latin1", "windows-1252"},
    {"data.encoding", "latin-1", "windows-1252"},
    {"data.encoding", "iso-8859-1", "windows-1252"},
    {"data.encoding", "utf8", "utf-8"},
};

// Sections of other tools that hold all ranges.
constexpr std::array<std::string_view, 8> kParameterSections{"parameters",          "hyperparameters", "search_space",
                                                             "searchSpace",         "params",          "param_grid",
                                                             "param_distributions", "config"};
// What is chosen when the command is given.
constexpr std::array<std::string_view, 7> kThreadKeys{"n_jobs",      "parallelTrialCount", "trialConcurrency",
                                                      "concurrency", "max_concurrent",     "max_concurrent_trials",
                                                      "threads"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A value as it would stand here: ranges translated, W&B's {value: x} unwrapped, lists made into values.
std::string value_here(const Node& node, bool range) {
  if (node.is_mapping())
    if (const std::string text = foreign_range(node); !text.empty()) return text;
  if (node.is_scalar())
    if (const std::string text = foreign_call(node.text); !text.empty()) return text;
  if (range && node.is_list()) return "{values: " + flow_text(node) + "}";
  return flow_text(node);
}

// Empty: no tool's name for a setting that we know.
std::string path_here(std::string_view name) {
  for (const ForeignKey& known : kKeys)
    if (known.key == name) return std::string(known.path);
  constexpr std::string_view kSame[] = {"model.l2",           "model.l1",     "training.learning_rate",
                                        "training.epochs",    "model.hidden", "training.optimizer",
                                        "training.batch_size"};
  for (const std::string_view path : kSame)
    if (path.substr(path.rfind('.') + 1) == name) return std::string(path);
  return {};
}

// `parameters: {lr: {min: …}}`, or Katib's list of {name, feasibleSpace}: its first entry, where it belongs here.
std::string first_parameter(const Node& node) {
  std::string path;
  const Node* range = nullptr;
  if (node.is_mapping() && !node.entries.empty()) path = path_here(node.entries[0].key), range = &node.entries[0].value;
  if (node.is_list() && !node.items.empty())
    if (const Entry* name = node.items[0].find("name")) path = path_here(name->value.text), range = &node.items[0];
  return path.empty() ? "model: {l2: {min: 1e-6, max: 1, scale: log}}" : as_line("", path, value_here(*range, true));
}

}  // namespace

std::span<const ForeignKey> foreign_keys() { return kKeys; }

std::string as_line(std::string_view section, std::string_view path, const std::string& value) {
  if (!section.empty() && path.starts_with(section) && path.substr(section.size()).starts_with('.'))
    path.remove_prefix(section.size() + 1);
  std::string line, closing;
  for (std::size_t dot; (dot = path.find('.')) != std::string_view::npos; path.remove_prefix(dot + 1)) {
    line.append(path.substr(0, dot)).append(": {");
    closing += '}';
  }
  return line.append(path).append(": ").append(value).append(closing);
}

std::string_view foreign_word(std::string_view path, std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower.starts_with("neg_")) lower.erase(0, 4);
  for (const ForeignWord& known : kWords)
    if (known.path == path && known.word == lower) return known.here;
  return {};
}

std::string foreign_key(const std::string& section, const Entry& entry) {
  if (contains(kParameterSections, entry.key))
    return "in holdout a range stands in the place of the value: " + first_parameter(entry.value);
  const Node& given = entry.value;
  if (section == "model.class_weight" &&
      (given.is_scalar() || given.find("min") || given.find("values")))  // {0: 1, 1: 5}
    return "in holdout: class_weight: {classes: {" + entry.key + ": " + flow_text(entry.value) + "}}";
  if (contains(kThreadKeys, entry.key)) return "threads are the command's business: --threads N";
  for (const ForeignKey& known : kKeys) {
    if (known.key != entry.key) continue;
    if (known.path == "data.split.group" && given.is_mapping()) continue;  // groups of features: model.l2.groups
    // Of numbers, a list is that of the layers; lists of lists or of tuples are to be searched.
    const bool layers =
        known.path == "model.hidden" && std::all_of(given.items.begin(), given.items.end(),
                                                    [](const Node& item) { return to_integer(item.text).has_value(); });
    std::string value =
        value_here(entry.value, !layers && (known.path.starts_with("model.") || known.path.starts_with("training.")));
    if (entry.value.is_mapping()) {  // W&B's metric: {name, goal}; Katib's algorithm: {algorithmName}
      const Entry* name = entry.value.find("name");
      if (!name) name = entry.value.find("algorithmName");
      const Entry* goal = entry.value.find("goal");
      const auto here = [](const char* path, const Node& word) {
        const std::string text = flow_text(word);
        const std::string_view known_word = foreign_word(path, text);
        return known_word.empty() ? text : std::string(known_word);
      };
      if (goal)
        return "in holdout: objective: {" + (name ? "metric: " + here("objective.metric", name->value) + ", " : "") +
               "direction: " + here("objective.direction", goal->value) + "}";
      if (name) value = flow_text(name->value);
    }
    if (const std::string_view word = foreign_word(known.path, value); !word.empty()) value = word;
    return "in holdout: " + as_line(section, known.path, value) +
           (known.note.empty() ? "" : " (" + std::string(known.note) + ")");
  }
  return {};
}

}  // namespace holdout::study
