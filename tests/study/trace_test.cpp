#include <holdout/study/trace.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <complex>

#include <holdout/study/runner.hpp>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

Trace trace_of(const std::string& model, const std::string& training, const std::string& seed = "1") {
  const auto read = read_traced_study(
      StudyText("seed: " + seed + "\nmodel: {type: function, " + model + "}\ntraining: {" + training + "}\n").path());
  return trace(std::get<FunctionStudy>(read));
}

void check_close(double found, double expected, double scale) { CHECK(std::abs(found - expected) <= 1e-12 * scale); }

}  // namespace

TEST_CASE("reference: gd on the bowl is (1 - rate)^t times the start, for every rate") {
  const Trace t =
      trace_of("name: bowl, start: [-1.5, 2]", "learning_rate: {values: [0.02, 0.5, 1, 1.9, 2.5]}, epochs: 20");
  const double rates[] = {0.02, 0.5, 1, 1.9, 2.5};
  REQUIRE(t.paths.size() == 5);
  for (std::size_t k = 0; k < 5; ++k) {
    CAPTURE(t.paths[k].label);
    REQUIRE(t.paths[k].points.size() == 21);
    for (const TracePoint& p : t.paths[k].points) {
      const double factor = std::pow(1 - rates[k], static_cast<double>(p.step));
      check_close(p.theta[0], -1.5 * factor, 2 * std::max(1.0, std::abs(factor)));
      check_close(p.theta[1], 2 * factor, 2 * std::max(1.0, std::abs(factor)));
      CHECK(p.value == doctest::Approx(3.125 * factor * factor).epsilon(1e-12));
      CHECK(p.gradient_norm == doctest::Approx(2.5 * std::abs(factor)).epsilon(1e-12));
    }
  }
}

TEST_CASE("reference: momentum on the bowl is the sum of two powers") {
  // θ(t+1) = (1 + μ - γ) θ(t) - μ θ(t-1), θ(1) = (1 - γ) θ(0): roots of r² - (1 + μ - γ) r + μ, here complex and real.
  for (const auto& [mu, rate] : {std::pair{0.9, 0.1}, std::pair{0.5, 0.05}}) {
    CAPTURE(mu);
    const Trace t =
        trace_of("name: bowl, start: [-1.5, 2]", "optimizer: {name: momentum, momentum: " + std::to_string(mu) +
                                                     "}, learning_rate: " + std::to_string(rate) + ", epochs: 60");
    const std::complex<double> b = 1 + mu - rate, root = std::sqrt(b * b - 4 * mu), r1 = (b + root) / 2.0,
                               r2 = (b - root) / 2.0;
    const std::complex<double> first = ((1 - rate) - r2) / (r1 - r2), second = 1.0 - first;
    for (const TracePoint& p : t.paths.front().points) {
      const double n = static_cast<double>(p.step);
      const double factor = (first * std::pow(r1, n) + second * std::pow(r2, n)).real();
      check_close(p.theta[0], -1.5 * factor, 2);
      check_close(p.theta[1], 2 * factor, 2);
    }
    CHECK(t.paths.front().points.size() == 61);
  }
}

TEST_CASE("reference: a loop of plain formulas: rosenbrock, nesterov with a schedule") {
  const Trace t = trace_of("name: rosenbrock, start: [-1.2, 1]",
                           "optimizer: {values: [gd, nesterov]}, epochs: 50, "
                           "learning_rate: {start: 0.0005, schedule: {name: inverse_time, decay: 0.1}}");
  for (const bool nesterov : {false, true}) {
    double x = -1.2, y = 1, px = 0, py = 0;
    for (const TracePoint& p : t.paths[nesterov ? 1 : 0].points) {
      CAPTURE(p.step);
      CHECK(p.theta[0] == doctest::Approx(x).epsilon(1e-11));
      CHECK(p.theta[1] == doctest::Approx(y).epsilon(1e-11));
      const double rate = 0.0005 / (1 + 0.1 * static_cast<double>(p.step)), mu = nesterov ? 0.9 : 0;
      const double ax = x - mu * px, ay = y - mu * py;
      px = mu * px + rate * (-2 * (1 - ax) - 400 * ax * (ay - ax * ax));
      py = mu * py + rate * 200 * (ay - ax * ax);
      x -= px, y -= py;
    }
  }
}

TEST_CASE("noise: normal, of the size asked for, the same for every path, from the seed") {
  const std::string training = "learning_rate: 0.1, epochs: 4000, noise: {values: [0, 0.5, 1]}";
  const Trace t = trace_of("name: bowl", training), other = trace_of("name: bowl", training, "2");
  REQUIRE(t.paths.size() == 3);
  double sum = 0, squares = 0, cross = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    double z[2];
    for (const std::size_t k : {0u, 1u}) {
      const auto noise = [&](std::size_t path) {  // gd on the bowl: what a step adds to (1 - rate) θ
        const auto& points = t.paths[path].points;
        return (0.9 * points[i].theta[k] - points[i + 1].theta[k]) / 0.1;
      };
      CHECK(noise(0) == doctest::Approx(0).epsilon(1e-10));
      CHECK(std::abs(noise(2) - 2 * noise(1)) < 1e-10);
      z[k] = noise(2);
      sum += z[k], squares += z[k] * z[k];
    }
    cross += z[0] * z[1];
  }
  CHECK(std::abs(sum / 8000) < 4 / std::sqrt(8000.0));
  CHECK(std::abs(squares / 8000 - 1) < 4 * std::sqrt(2 / 8000.0));
  CHECK(std::abs(cross / 4000) < 4 / std::sqrt(4000.0));
  CHECK(other.paths[0].points.back().theta == t.paths[0].points.back().theta);
  CHECK(other.paths[1].points.back().theta != t.paths[1].points.back().theta);
}

TEST_CASE("a diverging path ends finite, says so, and leaves the picture of the others alone") {
  const Trace t = trace_of("name: rosenbrock", "learning_rate: {values: [0.001, 10]}, epochs: 500");
  CHECK(t.paths[0].end == "epochs");
  CHECK(t.paths[1].end == "diverged");
  CHECK(t.paths[1].steps < 10);
  for (const TracePoint& p : t.paths[1].points) CHECK(std::isfinite(p.value + p.gradient_norm));
  for (const std::size_t i : {0u, 1u}) CHECK(t.surface.high[i] - t.surface.low[i] < 20);
  CHECK(t.surface.low[0] < -1.5);  // the start and the minimum are in it
  CHECK(t.surface.high[0] > 1);
}

TEST_CASE("many steps are kept log-spaced, the first and the last among them") {
  const Trace t = trace_of("name: bowl", "learning_rate: 0.001, epochs: 200000");
  const auto& points = t.paths.front().points;
  CHECK(points.size() <= 10'001);
  CHECK(points[0].step == 0);
  CHECK(points[1].step == 1);
  CHECK(points.back().step == 200000);
}

namespace {

// y = 3 x - 5 with a wave, in a file of its own.
struct Rows {
  std::string path =
      (std::filesystem::temp_directory_path() / ("holdout-trace-" + std::to_string(::getpid()) + ".csv")).string();
  std::vector<double> x, y;
  Rows() {
    std::ofstream out(path);
    out << "x,z,y\n";
    for (int i = 0; i < 50; ++i) {
      x.push_back((i * 7) % 23 - 11), y.push_back(3 * x.back() - 5 + std::cos(i));
      out << x.back() << "," << i % 5 << "," << std::setprecision(17) << y.back() << "\n";
    }
  }
  ~Rows() { std::filesystem::remove(path); }
  std::string study(const std::string& training, const std::string& model = "type: linear",
                    const std::string& features = "x") const {
    return "data: {file: " + path + ", target: y, standardize: false, features: {include: [" + features +
           "]}, split: {method: holdout, fraction: 0.2}}\nmodel: {" + model + "}\ntraining: {" + training + "}\n";
  }
};

Trace trace_of_fit(const std::string& text) {
  const auto read = read_traced_study(StudyText(text).path());
  auto file = std::get<StudyFile>(read);
  const data::Prepared data = prepare(file);
  return trace(file, data);
}

std::string refusal(const std::string& text) {
  try {
    trace_of_fit(text);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE(
    "reference: a fit by gd on all rows is the loop of plain formulas, and ends in the normal equations' solution") {
  const Rows rows;
  const std::string text =
      rows.study("optimizer: gd, learning_rate: 0.02, batch_size: batch, epochs: 3000", "type: linear, l2: 0.1");
  const auto read = read_traced_study(StudyText(text).path());
  auto file = std::get<StudyFile>(read);
  const data::Prepared data = prepare(file);
  const Trace t = trace(file, data);
  REQUIRE(t.paths.size() == 1);
  const auto& train = data.split.folds[0].train;
  const auto n = static_cast<double>(train.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  for (const std::uint32_t i : train)
    sx += rows.x[i], sy += rows.y[i], sxx += rows.x[i] * rows.x[i], sxy += rows.x[i] * rows.y[i],
        syy += rows.y[i] * rows.y[i];
  sx /= n, sy /= n, sxx /= n, sxy /= n, syy /= n;
  double w = 0, b = 0;
  for (const TracePoint& p : t.paths[0].points) {
    check_close(p.theta[0], w, 10), check_close(p.theta[1], b, 10);
    const double gw = sxx * w + sx * b - sxy + 0.1 * w, gb = sx * w + b - sy;
    const double j = (syy - 2 * w * sxy - 2 * b * sy + w * w * sxx + 2 * w * b * sx + b * b) / 2 + 0.05 * w * w;
    CHECK(std::abs(p.value - j) <= 1e-12 * syy);
    CHECK(std::abs(p.gradient_norm - std::hypot(gw, gb)) <= 1e-11 * std::sqrt(syy * sxx));
    CHECK(p.examples == p.step * static_cast<std::int64_t>(train.size()));
    w -= 0.02 * gw, b -= 0.02 * gb;
  }
  const double determinant = (sxx + 0.1) - sx * sx, best_w = (sxy - sx * sy) / determinant;
  REQUIRE(t.minima.size() == 1);
  CHECK(t.minima[0][0] == doctest::Approx(best_w).epsilon(1e-10));
  CHECK(t.minima[0][1] == doctest::Approx(sy - sx * best_w).epsilon(1e-10));
  CHECK(t.paths[0].points.back().value == doctest::Approx(*t.minimum).epsilon(1e-9));
}

TEST_CASE("a fit counts updates and rows: batches of 16 of 40 rows are three steps of 40 rows") {
  const Rows rows;
  const Trace t =
      trace_of_fit(rows.study("optimizer: {values: [gd, adam]}, learning_rate: 0.001, "
                              "batch_size: {values: [batch, 16, stochastic]}, epochs: 2"));
  REQUIRE(t.paths.size() == 6);
  CHECK(t.parameters[0] == "weight of x");
  const auto examples = [&](std::size_t path) {
    std::vector<std::int64_t> all;
    for (const TracePoint& p : t.paths[path].points) all.push_back(p.examples);
    return all;
  };
  CHECK(examples(0) == std::vector<std::int64_t>{0, 40, 80});
  CHECK(examples(1) == std::vector<std::int64_t>{0, 16, 32, 40, 56, 72, 80});
  CHECK(examples(2).size() == 81);
  for (const TracePath& path : t.paths) {
    CAPTURE(path.label);
    for (std::size_t i = 1; i < path.points.size(); ++i) CHECK(path.points[i].seconds >= path.points[i - 1].seconds);
    CHECK(path.points.back().value < path.points.front().value);
  }
}

TEST_CASE("a diverging fit is cut where it is no number any more") {
  const Rows rows;
  const Trace t =
      trace_of_fit(rows.study("optimizer: gd, learning_rate: {values: [0.01, 1e100]}, batch_size: batch, epochs: 30"));
  CHECK(t.paths[1].end == "diverged");
  for (const TracePoint& p : t.paths[1].points) CHECK(std::isfinite(p.value));
  CHECK(t.surface.high[0] - t.surface.low[0] < 100);
}

TEST_CASE("hostile: fits that cannot be drawn say why, and what can") {
  const Rows rows;
  const std::string training = "optimizer: gd, learning_rate: 0.01, epochs: 3";
  CHECK(has(refusal(rows.study(training, "type: linear", "x, z")), "has 3 parameters"));
  CHECK(has(refusal(rows.study(training, "type: linear", "x, z")), "include: [x]"));
  CHECK(has(refusal(rows.study(training, "type: linear, l2: {values: [0, 1]}")), "share one surface"));
  CHECK(has(refusal(rows.study("optimizer: exact")), "no path"));
  CHECK(has(
      refusal(rows.study("optimizer: gd, learning_rate: {min: 0.1, max: 1}") + "search: {method: random, trials: 3}\n"),
      "one path for each value"));
  CHECK(refusal(rows.study(training, "type: linear, loss: absolute")).empty());
}

}  // namespace holdout::study
