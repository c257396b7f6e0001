// A study with every kind of parameter, and trials with every kind of outcome: what the tests of storage write.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <holdout/base/error.hpp>
#include <holdout/study/storage.hpp>

namespace holdout::study::testing {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A folder of its own for each test, gone afterwards.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "holdout-storage-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Scratch() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline search::SearchSpace space() {
  search::Interval zero_or_more{.min = 1e-6, .max = 10, .log = true, .step = {}};
  search::Interval stepped{.min = 0.1, .max = 0.55, .step = 0.1};  // 0.5 is its last value
  search::Interval whole{.min = 4, .max = 66, .step = 4, .integer = true, .points = 5};
  search::Interval whole_log{.min = 1, .max = 1024, .log = true, .step = {}, .integer = true};
  const auto one = [](std::string path, std::vector<Value> values, std::optional<search::Interval> interval,
                      std::optional<search::Condition> condition = {}) {
    return search::Parameter{std::move(path), std::move(values), interval, condition};
  };
  return search::SearchSpace(
      {one("model.l2", {0.0, 0.5}, zero_or_more), one("training.clip_norm", {}, stepped),
       one("model.hidden.0", {}, whole),
       one("training.batch_size", {std::int64_t{32}, std::string("batch"), true, 0.1, std::string("inf")}, {}),
       one("training.optimizer", {std::string("gd"), std::string("momentum")}, {}),
       one("training.optimizer.momentum.momentum", {}, search::Interval{.min = 0.5, .max = 0.99, .step = {}},
           search::Condition{4, 1}),
       one("training.epochs", {}, whole_log)});
}

inline StudyRecord record() {
  StudyRecord study;
  study.name = "every \"kind\" – λ\n\x01";
  study.metric = "log_loss";
  study.text = "name: x\nmodel: {type: logistic}\n";
  study.space = space();
  study.fingerprint = R"({"study": "…", "files": []})";
  return study;
}

/// Configurations and outcomes that differ in everything; number 3 fails, 5 and 7 are pruned, the others complete.
inline Trial trial(int number) {
  Trial t;
  t.number = number;
  const double x = number;
  const bool momentum = number % 2 == 1;
  std::vector<std::optional<Value>> values(7);
  values[0] = number % 3 == 0 ? 0.0 : number % 3 == 1 ? 0.5 : std::min(10.0, 1e-6 * std::exp(x / 7));
  values[1] = std::vector<double>{0.1, 0.2, 0.3, 0.4, 0.5}[static_cast<std::size_t>(number % 5)];
  values[2] = std::int64_t{4 + 4 * (number % 16)};
  values[3] = space().parameters()[3].values[static_cast<std::size_t>(number % 5)];
  values[4] = std::string(momentum ? "momentum" : "gd");
  if (momentum) values[5] = 0.5 + 0.49 / (x + 3);
  values[6] = std::int64_t{1 + number % 1024};
  t.configuration.values = values;

  Outcome& o = t.outcome;
  o.state = number == 3 ? TrialState::failed : number == 5 ? TrialState::pruned : TrialState::complete;
  o.value = number == 3 ? kInfinity : 1 / (x + 3);
  if (number % 2 == 0) o.fold_values = {1 / (x + 7), number == 3 ? kNaN : 0.1 + 0.2, 5e-324};
  o.metrics = {
      {"log_loss", 1 / (x + 3)}, {"auc", number % 4 == 0 ? kNaN : 1.0}, {"error", number == 3 ? -kInfinity : 0.25}};
  o.end = number == 3 ? "diverged" : "epochs";
  if (number == 3) o.reason = "diverged at epoch 3 \"inf\"\n";
  if (number == 5) o.reason = "pruned at rung 1";
  o.epochs = 50 + number, o.steps = 9'000'000'000 + number;
  o.train_loss = number == 3 ? kNaN : 2.0 / 3 + x;
  o.gradient_norm = number % 3 == 0 ? kNaN : 1e-300 * (x + 1);
  o.curve = {{1, x / 3, 0.1 + x}, {2, kInfinity, -kInfinity}, {7, kNaN, kInfinity}, {200, 1.0 / 3, kNaN}};
  if (number % 4 == 1) {
    t.fidelity.tolerance = 1e-3 / x, t.near = {{number / 2}};
    if (number % 8 == 5) t.near.push_back({0, -1.0 / 3, 1e-17 / x});
    o.error_bound = 1e-9 / x, o.gradient = {x / 3, kNaN, -5e-324}, o.curvature = {1 / x, -kInfinity};
    o.cost = 0.1 * x, o.seconds = 1e-3 / x;
  }
  if (number == 6) t.fidelity.epochs = 3;
  if (number == 7) o.state = TrialState::pruned, o.full = false, o.reason = "solved to 0.003 only";
  return t;
}

inline std::vector<Trial> trials(int from, int to) {
  std::vector<Trial> all;
  for (int number = from; number < to; ++number) all.push_back(trial(number));
  return all;
}

// Bit for bit, so that NaN equals NaN.
inline std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

inline void check_equal(const Metrics& a, const Metrics& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].first == b[i].first);
    CHECK(bits(a[i].second) == bits(b[i].second));
  }
}

inline void check_equal(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(bits(a[i]) == bits(b[i]));
}

inline void check_equal(const Trial& a, const Trial& b) {
  CAPTURE(a.number);
  CHECK(a.fidelity.epochs == b.fidelity.epochs);
  CHECK(a.fidelity.tolerance == b.fidelity.tolerance);
  CHECK(a.near == b.near);
  CHECK(a.number == b.number);
  CHECK(a.configuration == b.configuration);
  const Outcome &x = a.outcome, &y = b.outcome;
  CHECK(x.state == y.state);
  CHECK(bits(x.value) == bits(y.value));
  check_equal(x.fold_values, y.fold_values);
  CHECK(x.full == y.full);
  CHECK(x.error_bound == y.error_bound);
  check_equal(x.gradient, y.gradient);
  check_equal(x.curvature, y.curvature);
  CHECK(bits(x.cost) == bits(y.cost));
  CHECK(bits(x.seconds) == bits(y.seconds));
  check_equal(x.metrics, y.metrics);
  CHECK(x.end == y.end);
  CHECK(x.reason == y.reason);
  CHECK(x.epochs == y.epochs);
  CHECK(x.steps == y.steps);
  CHECK(bits(x.train_loss) == bits(y.train_loss));
  CHECK(bits(x.gradient_norm) == bits(y.gradient_norm));
  REQUIRE(x.curve.size() == y.curve.size());
  for (std::size_t i = 0; i < x.curve.size(); ++i) {
    CHECK(x.curve[i].epoch == y.curve[i].epoch);
    CHECK(bits(x.curve[i].train_loss) == bits(y.curve[i].train_loss));
    CHECK(bits(x.curve[i].holdout) == bits(y.curve[i].holdout));
  }
}

inline void check_equal(const std::vector<Trial>& a, const std::vector<Trial>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) check_equal(a[i], b[i]);
}

/// All that is stored of the trials but their models.
inline std::vector<Trial> whole(const Storage& storage) {
  std::vector<Trial> all = storage.trials();
  for (Trial& t : all) t.outcome.curve = storage.curve(t.number);
  return all;
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A finished run of 12 trials, closed.
inline void write_run(const std::string& path) {
  const auto storage = Storage::create(path, record());
  storage->begin(trials(0, 12));
  storage->finish(trials(0, 12));
  storage->close();
}

/// The message of the Error that `body` throws; its fault goes to `fault`.
template <class Body>
std::string message_of(Body&& body, Fault* fault = nullptr) {
  try {
    body();
  } catch (const Error& error) {
    if (fault) *fault = error.fault();
    return error.what();
  }
  return "nothing was thrown";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace holdout::study::testing
