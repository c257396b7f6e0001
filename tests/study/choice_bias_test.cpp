// The correction of the best value for having been chosen, against the algorithm of its source written down plainly,
// and against what is known of noise.
#include "choice_bias.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <holdout/study/verify.hpp>
#include <holdout/train/metric.hpp>

#include "choice_bias_json.hpp"
#include "database.hpp"
#include "objective.hpp"
#include "ran.hpp"

using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

// Two classes, of which the features say a little, and weights; in a folder of their own.
// @param group  rows of a group, which are not neighbours and share what the features do not say; 0: there are none
void write_rows(const Scratch& scratch, int rows, int group = 0) {
  Stream draw = stream(Seed{11}, "rows");
  std::ofstream file(scratch / "rows.csv");
  file << (group > 0 ? "a,b,c,w,y,g\n" : "a,b,c,w,y\n");
  const int groups = group > 0 ? rows / group : 1;
  std::vector<double> shared(static_cast<std::size_t>(groups));
  for (double& x : shared) x = group > 0 ? draw.normal() : 0;
  for (int i = 0; i < rows; ++i) {
    const double a = draw.normal(), b = draw.normal(), c = draw.normal();
    const double noise = 2 * draw.normal() + shared[static_cast<std::size_t>(i % groups)];
    file << a << ',' << b << ',' << c << ',' << (i % 9 == 0 ? 0 : 1 + i % 3) << ',' << (a - b + noise > 0);
    if (group > 0) file << ",g" << i % groups;
    file << '\n';
  }
}

std::string study_text(const std::string& metric, const std::string& split, int trials) {
  return "data: {file: rows.csv, target: y, weight: w, split: " + split +
         "}\nmodel: {type: logistic, l2: {min: 1e-3, max: 10, scale: log}}\n"
         "training: {optimizer: {values: [gd, adam]}, learning_rate: {min: 1e-3, max: 3, scale: log}, epochs: 4, "
         "batch_size: 16}\nobjective: " +
         metric + "\nsearch: {method: random, batch: 9, trials: " + std::to_string(trials) + "}\n";
}

StudyFile study_in(const Scratch& scratch, const std::string& metric, const std::string& split, int trials = 40) {
  return read_study_text("study.yaml", study_text(metric, split, trials), scratch.path());
}

RunEnd go(StudyFile file, const std::string& path, const std::atomic<bool>& interrupt, Observer& observer,
          int threads = 1) {
  const data::Prepared data = prepare(file);
  const auto storage =
      std::filesystem::exists(path) ? Storage::open(path, false) : Storage::create(path, record_of(file, data));
  return run(file, data, *storage, Workers(threads), interrupt, observer);
}

RunEnd go(const StudyFile& file, const std::string& path, int threads = 1) {
  const std::atomic<bool> never = false;
  Silent silent;
  return go(file, path, never, silent, threads);
}

CorrectedValue corrected_of(const std::string& path) {
  const auto winner = Storage::open(path, true)->winner();
  REQUIRE((winner && winner->corrected));
  return *winner->corrected;
}

void check_same(const CorrectedValue& a, const CorrectedValue& b) {
  CHECK(a.value == b.value);
  CHECK(a.standard_error == b.standard_error);
  CHECK((a.low == b.low && a.high == b.high));
  CHECK((a.samples == b.samples && a.candidates == b.candidates));
  CHECK(a.reason == b.reason);
}

// The rows' losses of one configuration, trained alone: [row of all folds].
std::vector<double> losses_of(const StudyFile& file, const data::Prepared& data, Designs& designs,
                              const search::Configuration& configuration) {
  const train::LaneConfig config = apply(file.study, configuration);
  const train::Metric& metric = metric_of(file.study);
  designs.make_for(Workers(1), config);
  std::vector<double> all;
  for (std::size_t k = 0; k < data.split.folds.size(); ++k) {
    const auto trained = train_lanes(designs, k, metric, std::span(&config, 1), file.study.root(), nullptr);
    const auto& design = designs.get<double>(k, DesignKey(1));
    const std::vector<double> scores = train::holdout_scores(design, config.model, trained[0].theta);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double y = design.holdout.target[i];
      const bool wrong = (scores[i] > 0) != (y > 0);
      if (metric.info.name == "log_loss")
        all.push_back(std::log1p(std::exp(y > 0 ? -scores[i] : scores[i])));
      else
        all.push_back(metric.maximize ? !wrong : wrong);
    }
  }
  return all;
}

// Algorithm 3 of the source, over [candidate][row]; the best is the least of `sign` times the metric.
// @param key  [row of the data]: what of it is drawn; rows of one key are drawn together
CorrectedValue offline(const std::vector<std::vector<double>>& losses, const data::RowList& rows,
                       const std::vector<double>& weights, const std::vector<std::uint32_t>& key, std::size_t samples,
                       Seed seed, double sign) {
  std::map<std::uint32_t, std::size_t> units;  // what is held out, ascending
  for (const std::uint32_t row : rows) units.emplace(key[row], 0);
  std::size_t next = 0;
  for (auto& [what, unit] : units) unit = next++;
  std::vector<double> values;
  for (std::size_t b = 0; b < samples; ++b) {
    std::vector<int> count(units.size());
    Stream draw = stream(seed, "bootstrap", b);
    for (std::size_t i = 0; i < count.size(); ++i) ++count[draw.below(static_cast<std::uint32_t>(count.size()))];
    const auto mean = [&](const std::vector<double>& x, bool in) {
      double sum = 0, weight = 0;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const int times = count[units.at(key[rows[i]])];
        const double w = weights[rows[i]] * (in ? times : times == 0);
        sum += w * x[i], weight += w;
      }
      return sum / weight;
    };
    std::size_t best = 0;
    for (std::size_t t = 1; t < losses.size(); ++t)
      if (sign * mean(losses[t], true) < sign * mean(losses[best], true)) best = t;
    values.push_back(mean(losses[best], false));
  }
  CorrectedValue out;
  for (const double x : values) out.value += x / static_cast<double>(samples);
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    const double at = q * static_cast<double>(samples - 1), whole = std::floor(at);
    const auto i = static_cast<std::size_t>(whole);
    return (1 - (at - whole)) * values[i] + (at - whole) * values[std::min(i + 1, samples - 1)];
  };
  out.low = quantile(0.025), out.high = quantile(0.975);
  return out;
}

// What another interrupts the run by: every cohort.
struct Stopper final : Observer {
  std::atomic<bool> stop = false;
  void changed(const RunState& state) override { stop = state.done > state.stored && !state.winner; }
};

}  // namespace

TEST_CASE("choice bias: a run's corrected value is that of a plain implementation of its source") {
  const Scratch scratch;
  write_rows(scratch, 150);
  StudyFile file;
  double sign = 1;
  SUBCASE("log loss, folds") { file = study_in(scratch, "{metric: log_loss}", "{method: kfold, folds: 3}"); }
  SUBCASE("accuracy, one split") {
    file = study_in(scratch, "{metric: accuracy, bias_correction: 203}", "{method: holdout, fraction: 0.4}"), sign = -1;
  }
  SUBCASE("log loss, folds of groups") {
    write_rows(scratch, 150, 5);
    file = study_in(scratch, "{metric: log_loss}", "{method: kfold, folds: 3, group: g}");
  }
  SUBCASE("error, one split of groups") {
    write_rows(scratch, 150, 3);
    file = study_in(scratch, "{metric: error}", "{method: holdout, fraction: 0.4, group: g}");
  }
  REQUIRE(go(file, scratch / "study.db", 2) == RunEnd::done);
  const data::Prepared data = prepare(file);
  Designs designs(data);
  const auto storage = Storage::open(scratch / "study.db", true);
  std::vector<std::vector<double>> losses;
  for (const Trial& trial : storage->trials()) losses.push_back(losses_of(file, data, designs, trial.configuration));
  const Winner winner = *storage->winner();
  // The defaults compete where they are among what is searched; they are no trial.
  REQUIRE((winner.defaults && !winner.defaults->trial));
  if (file.study.space.contains(winner.defaults->configuration))
    losses.push_back(losses_of(file, data, designs, winner.defaults->configuration));
  data::RowList rows;
  for (const data::Fold& fold : data.split.folds) rows.insert(rows.end(), fold.holdout.begin(), fold.holdout.end());
  const auto samples = static_cast<std::size_t>(file.study.objective.bias_correction);
  std::vector<std::uint32_t> key = data.group;
  CHECK(key.empty() == file.study.data.split.group.empty());
  for (std::uint32_t i = 0; data.group.empty() && i < data.dataset.rows; ++i) key.push_back(i);
  const CorrectedValue expected = offline(losses, rows, data.dataset.weights, key, samples, file.study.root(), sign);
  const CorrectedValue corrected = *winner.corrected;
  CHECK(corrected.reason.empty());
  CHECK(corrected.candidates == static_cast<std::int64_t>(losses.size()));
  CHECK(corrected.samples == static_cast<std::int64_t>(samples));
  CHECK(corrected.value == doctest::Approx(expected.value).epsilon(1e-12));
  CHECK(corrected.low == doctest::Approx(expected.low).epsilon(1e-12));
  CHECK(corrected.high == doctest::Approx(expected.high).epsilon(1e-12));
}

TEST_CASE("property: the corrected value is the same after interruptions and with any number of threads") {
  const Scratch scratch;
  std::string group;
  SUBCASE("rows") { write_rows(scratch, 120); }
  SUBCASE("groups") { write_rows(scratch, 120, 4), group = ", group: g"; }
  const StudyFile file = study_in(scratch, "{metric: error}", "{method: kfold, folds: 4" + group + "}");
  REQUIRE(go(file, scratch / "one.db", 1) == RunEnd::done);
  REQUIRE(go(file, scratch / "three.db", 3) == RunEnd::done);
  int starts = 0;
  for (RunEnd end = RunEnd::interrupted; end != RunEnd::done; ++starts) {
    REQUIRE(starts < 30);
    Stopper stopper;
    end = go(file, scratch / "stopped.db", stopper.stop, stopper);
  }
  CHECK(starts > 2);
  const CorrectedValue corrected = corrected_of(scratch / "one.db");
  CHECK((corrected.low < corrected.value && corrected.value < corrected.high));
  check_same(corrected_of(scratch / "three.db"), corrected);
  check_same(corrected_of(scratch / "stopped.db"), corrected);
}

TEST_CASE("choice bias: a finished run with more trials is the run that had them from the start") {
  const Scratch scratch;
  write_rows(scratch, 80);
  const std::string split = "{method: holdout, fraction: 0.4}";
  REQUIRE(go(study_in(scratch, "{metric: error}", split, 17), scratch / "study.db") == RunEnd::done);
  REQUIRE(go(study_in(scratch, "{metric: error}", split, 40), scratch / "study.db") == RunEnd::done);
  REQUIRE(go(study_in(scratch, "{metric: error}", split, 40), scratch / "whole.db") == RunEnd::done);
  check_same(corrected_of(scratch / "study.db"), corrected_of(scratch / "whole.db"));
}

TEST_CASE("choice bias: a gradient search through the steps is corrected, one that solves trials in part is not") {
  const Scratch scratch;
  write_rows(scratch, 100);
  const auto run_with = [&](const std::string& model, const std::string& training) {
    const StudyFile file =
        read_study_text("study.yaml",
                        "data: {file: rows.csv, target: y, split: {method: kfold, folds: 3}}\nmodel: " + model +
                            "\ntraining: " + training + "\nobjective: {metric: log_loss}\nsearch: {method: gradient}\n",
                        scratch.path());
    REQUIRE(go(file, scratch / "study.db") == RunEnd::done);
    const auto trials = Storage::open(scratch / "study.db", true)->trials();
    return std::count_if(trials.begin(), trials.end(), [](const Trial& t) { return may_be_best(t.outcome); });
  };
  SUBCASE("through the steps") {
    const auto full =
        run_with("{type: logistic}", "{optimizer: adam, learning_rate: {min: 1e-3, max: 0.5, scale: log}, epochs: 5}");
    REQUIRE(full >= 2);
    const CorrectedValue corrected = corrected_of(scratch / "study.db");
    CHECK(corrected.reason.empty());
    CHECK((corrected.candidates == full || corrected.candidates == full + 1));  // with the defaults
  }
  SUBCASE("in part") {
    run_with("{type: logistic, l2: {min: 1e-4, max: 100, scale: log}}", "{optimizer: exact}");
    const CorrectedValue corrected = corrected_of(scratch / "study.db");
    CHECK(std::isnan(corrected.value));
    CHECK(contains(corrected.reason, "in part"));
  }
}

TEST_CASE("choice bias: what is not computed says why") {
  const Scratch scratch;
  write_rows(scratch, 60);
  const std::string split = "{method: holdout, fraction: 0.4}";
  SUBCASE("metrics that are no mean over rows") {
    REQUIRE(go(study_in(scratch, "{metric: auc}", split, 9), scratch / "study.db") == RunEnd::done);
    const CorrectedValue corrected = corrected_of(scratch / "study.db");
    CHECK(std::isnan(corrected.value));
    CHECK(corrected.reason == "the metric auc is no mean over rows");
    CHECK_FALSE(Storage::open(scratch / "study.db", true)->choice_bias());
  }
  SUBCASE("too few groups") {
    write_rows(scratch, 60, 12);  // of five, one is held out: no sample lacks it
    const std::string groups = "{method: holdout, fraction: 0.2, group: g}";
    REQUIRE(go(study_in(scratch, "{metric: error}", groups, 9), scratch / "study.db") == RunEnd::done);
    const CorrectedValue corrected = corrected_of(scratch / "study.db");
    CHECK(std::isnan(corrected.value));
    CHECK(corrected.reason == "there are too few groups of hold-out rows");
  }
  SUBCASE("switched off") {
    REQUIRE(go(study_in(scratch, "{metric: error, bias_correction: off}", split, 9), scratch / "study.db") ==
            RunEnd::done);
    CHECK_FALSE(Storage::open(scratch / "study.db", true)->winner()->corrected);
  }
  SUBCASE("trials of an earlier version") {
    REQUIRE(go(study_in(scratch, "{metric: error}", split, 9), scratch / "study.db") == RunEnd::done);
    {
      Database database(scratch / "study.db", false, "study.db");
      database.sql() << "delete from study_user_attributes where \"key\" = 'holdout:choice_bias'";
    }
    REQUIRE(go(study_in(scratch, "{metric: error}", split, 20), scratch / "study.db") == RunEnd::done);
    CHECK(contains(corrected_of(scratch / "study.db").reason, "of 9 trials only the values are known"));
  }
}

// True errors of all candidates are ½, whatever they predict: the study's best value is far below, and would be taken
// for a result. Random weights instead of trainings: 256 linear models on rows that know nothing of the classes.
TEST_CASE(
    "choice bias: on noise the interval of the corrected error holds the true one, and that of the best does not") {
  constexpr std::size_t kRows = 200, kFeatures = 20, kCandidates = 256;
  constexpr int kSeeds = 20;
  int corrected_holds = 0, plain_holds = 0;
  double mean = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    Stream draw = stream(Seed{static_cast<std::uint64_t>(seed)}, "noise");
    data::Prepared data;
    data.dataset.task = data::Task::classification;
    data.dataset.rows = kRows, data.dataset.features = kFeatures, data.dataset.classes = {"a", "b"};
    for (std::size_t i = 0; i < kRows * kFeatures; ++i) data.dataset.x.push_back(draw.normal());
    for (std::size_t i = 0; i < kRows; ++i) data.dataset.y.push_back(static_cast<double>(i % 2));
    data.split.folds.resize(1);
    for (std::uint32_t i = 0; i < kRows; ++i)
      (i < 100 ? data.split.folds[0].train : data.split.folds[0].holdout).push_back(i);
    Study study = read_text(with("model: {type: logistic, l2: {min: 0.1, max: 1}}\nobjective: {metric: error}\nsearch: "
                                 "{method: random, trials: 2}\n"))
                      .study;
    study.seed = seed;
    const train::Metric& metric = metric_of(study);
    Designs designs(data);
    designs.make<double>(Workers(1), DesignKey(1));
    ChoiceBias bias(study, metric, data, {});
    std::vector<std::vector<double>> thetas(kCandidates, std::vector<double>(kFeatures + 1));
    std::vector<ChoiceBias::Candidate> candidates;
    std::vector<Trial> trials;
    const auto& holdout = designs.get<double>(0, DesignKey(1)).holdout;
    double best = 1, best_error = 0;
    for (std::size_t t = 0; t < kCandidates; ++t) {
      for (double& x : thetas[t]) x = draw.normal();
      ChoiceBias::Candidate& candidate = candidates.emplace_back();
      candidate.trial = static_cast<int>(t), candidate.config = study.config;
      candidate.theta.emplace_back(thetas[t]);
      const auto scores = train::holdout_scores(designs.get<double>(0, DesignKey(1)), study.config.model, thetas[t]);
      const train::Predictions rows{scores, 1, holdout.target};
      Trial& trial = trials.emplace_back();
      trial.number = candidate.trial, trial.outcome.value = metric.value(rows);
      if (trial.outcome.value < best) best = trial.outcome.value, best_error = standard_error(metric, rows);
    }
    bias.add(designs, candidates, false);
    const auto corrected = bias.corrected(trials, designs, nullptr);
    REQUIRE((corrected && corrected->reason.empty()));
    corrected_holds += corrected->low <= 0.5 && 0.5 <= corrected->high;
    constexpr double kTwoSided = 1.96;  // of a normal distribution, 95 %
    plain_holds += best + kTwoSided * best_error >= 0.5;
    mean += corrected->value / kSeeds;
  }
  MESSAGE("corrected " << corrected_holds << " of 20, uncorrected " << plain_holds << ", mean " << mean);
  CHECK(corrected_holds >= 18);
  CHECK(plain_holds <= 4);
  CHECK(mean == doctest::Approx(0.5).epsilon(0.04));
}

TEST_CASE("choice bias: rows of the data are drawn as a whole, and many of them in sets") {
  data::Split split;
  split.folds.resize(2);
  split.folds[0].holdout = {2, 5, 9}, split.folds[1].holdout = {3, 5};
  CHECK(bootstrap_units(split, {}, Seed{1}, 10) == std::vector<std::uint32_t>{0, 2, 3, 1, 2});
  data::Split large;
  large.folds.resize(1);
  for (std::uint32_t i = 0; i < 1000; ++i) large.folds[0].holdout.push_back(3 * i);
  std::vector<int> size(64);
  for (const std::uint32_t unit : bootstrap_units(large, {}, Seed{1}, 64)) ++size.at(unit);
  CHECK(*std::min_element(size.begin(), size.end()) == 15);
  CHECK(*std::max_element(size.begin(), size.end()) == 16);
}

TEST_CASE("choice bias: groups are drawn as a whole, whichever fold holds their rows out, and many of them in sets") {
  const std::vector<std::uint32_t> group{7, 7, 2, 2, 9, 7};
  data::Split split;
  split.folds.resize(2);
  split.folds[0].holdout = {0, 2, 5}, split.folds[1].holdout = {1, 3};
  CHECK(bootstrap_units(split, group, Seed{1}, 10) == std::vector<std::uint32_t>{1, 0, 1, 1, 0});
  std::vector<std::uint32_t> pairs;
  data::Split large;
  large.folds.resize(1);
  for (std::uint32_t i = 0; i < 1000; ++i) large.folds[0].holdout.push_back(i), pairs.push_back(i / 2);
  const std::vector<std::uint32_t> units = bootstrap_units(large, pairs, Seed{1}, 64);
  std::vector<int> size(64);
  for (std::size_t i = 0; i < 1000; i += 2) {
    CHECK(units[i] == units[i + 1]);
    ++size.at(units[i]);
  }
  CHECK(*std::min_element(size.begin(), size.end()) == 7);
  CHECK(*std::max_element(size.begin(), size.end()) == 8);
}

TEST_CASE("verify: with all trials the corrected value is computed again, and one that was changed is named") {
  const Scratch scratch;
  write_rows(scratch, 120, 4);
  StudyFile file = study_in(scratch, "{metric: error}", "{method: kfold, folds: 4, group: g}");
  REQUIRE(go(file, scratch / "study.db", 2) == RunEnd::done);
  const data::Prepared data = prepare(file);
  const auto verified = [&](std::size_t count) {
    const auto storage = Storage::open(scratch / "study.db", true);
    const std::vector<Trial> trials = whole(*storage);
    return verify(*storage, file, data, std::span(trials).first(count), Workers(2));
  };
  CHECK(verified(40).deviations.empty());
  CHECK(verified(40).same_corrected);
  CHECK_FALSE(verified(39).same_corrected);  // the last one could have been chosen
  CHECK(verified(39).deviations.empty());
  {
    const auto storage = Storage::open(scratch / "study.db", false);
    Winner winner = storage->winner().value();
    winner.corrected->low = std::nextafter(winner.corrected->low, 1);
    storage->write(winner);
  }
  const Verification changed = verified(40);
  CHECK_FALSE(changed.same_corrected);
  REQUIRE(changed.deviations.size() == 1);
  CHECK(changed.deviations[0].what == "best.corrected.low");
}

TEST_CASE("choice bias: trials that were seen, in any order and more than once") {
  ChoiceBiasState state;
  for (const int trial : {4, 2, 2, 9, 3, 0, 10, 1, 4}) state.see(trial);
  CHECK(state.seen == std::vector<std::pair<int, int>>{{0, 4}, {9, 10}});
  for (const int trial : {0, 3, 4, 9, 10}) CHECK(state.has_seen(trial));
  for (const int trial : {5, 8, 11}) CHECK_FALSE(state.has_seen(trial));
}

TEST_CASE("choice bias: stored and read back, to the last bit; what cannot be is refused") {
  ChoiceBiasState state;
  state.samples = {{0.1 + 0.2, 1.0 / 3, 4}, {0, 0, ChoiceBiasState::kNone}};
  state.seen = {{0, 4}, {9, 9}};
  const std::string text = choice_bias_json(state);
  const ChoiceBiasState back = choice_bias_from(text);
  CHECK(back.seen == state.seen);
  REQUIRE(back.samples.size() == 2);
  CHECK(back.samples[0].in_bag == state.samples[0].in_bag);
  CHECK(back.samples[0].out_of_bag == state.samples[0].out_of_bag);
  CHECK((back.samples[0].trial == 4 && back.samples[1].trial == ChoiceBiasState::kNone));
  CHECK(choice_bias_json(back) == text);
  for (const char* wrong :
       {"[]", "{}", R"({"samples": [], "trials": [[3, 2]]})", R"({"samples": [], "trials": [[0, 2], [3, 4]]})",
        R"({"samples": [[0, 1]], "trials": []})", R"({"samples": [[0, "inf", 1]], "trials": [[0, 0]]})",
        R"({"samples": [[7, 1, 1]], "trials": [[0, 4]]})", R"({"samples": [[-2, 1, 1]], "trials": []})"}) {
    CAPTURE(wrong);
    CHECK_THROWS(choice_bias_from(wrong));
  }
}

TEST_CASE("choice bias: written in the transaction of the outcomes or not at all, and gone where trials are") {
  const Scratch scratch;
  const auto storage = Storage::create(scratch / "study.db", record());
  ChoiceBiasState state;
  state.samples = {{0.5, 0.25, 1}};
  state.seen = {{0, 3}};
  storage->begin(trials(0, 8));
  storage->write_with_outcomes(state);
  CHECK_FALSE(storage->choice_bias());  // it waits
  storage->finish(trials(0, 4));
  REQUIRE(storage->choice_bias());
  CHECK(choice_bias_json(*storage->choice_bias()) == choice_bias_json(state));

  ChoiceBiasState later = state;
  later.see(4);
  storage->write_with_outcomes(later);
  CHECK_THROWS(storage->finish(trials(0, 4)));  // they have outcomes
  CHECK(choice_bias_json(*storage->choice_bias()) == choice_bias_json(state));
  storage->finish(trials(4, 5));
  CHECK(choice_bias_json(*storage->choice_bias()) == choice_bias_json(later));

  storage->remove_from(3);
  CHECK_FALSE(storage->choice_bias());
}
