#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <holdout/update/stepper.hpp>

#include "support/folder.hpp"
#include "support/set_field.hpp"
#include "update/plain_run.hpp"

namespace holdout::update {
namespace {

std::vector<std::string> parts(const std::string& text, char separator) {
  std::vector<std::string> all;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) all.push_back(part);
  return all;
}

std::vector<double> numbers(const std::string& text) {
  std::vector<double> all;
  for (const std::string& part : parts(text, ' ')) all.push_back(to_real(part).value());
  return all;
}

RuleChoice choice_of(std::size_t rule, const std::string& settings) {
  RuleChoice choice;
  choice.select(rule);
  for (const std::string& setting : parts(settings, ' ')) {
    const std::size_t equals = setting.find('=');
    testing::set_field(choice, setting.substr(0, equals), to_real(setting.substr(equals + 1)).value());
  }
  return choice;
}

// θ, or the point where the rule would take its next gradient, after some steps.
std::vector<double> walk(const RuleChoice& choice, const std::string& problem, double rate, std::vector<double> theta,
                         bool ahead, int steps) {
  Stepper stepper(choice, theta.size());
  for (int t = 0; t < steps; ++t) {
    const std::vector<double> point = stepper.look_ahead(theta, rate);
    const std::array<double, 2> x{point[0], point[1]};
    stepper.step(theta, problem == "quadratic" ? quadratic(x) : rosenbrock(x), rate);
  }
  return ahead ? stepper.look_ahead(theta, rate) : theta;
}

}  // namespace

// References: 40 or 50 decimal digits, checked against PyTorch where it has the form; tests/data/trajectories/make*.py.
TEST_CASE("reference: trajectory in both conventions") {
  for (std::size_t rule = 0; rule < rules().size(); ++rule) {
    const std::string name(rules()[rule].info.name);
    std::ifstream file(holdout::testing::tests_folder() + "/data/trajectories/" + name + ".csv");
    CAPTURE(name);
    REQUIRE_MESSAGE(file.is_open(), "a rule needs tests/data/trajectories/NAME.csv");
    int rows = 0;
    std::vector<bool> on(rules()[rule].coefficients.size()), off = on;
    std::string line;
    for (std::getline(file, line); std::getline(file, line); ++rows) {
      const std::vector<std::string> cells = parts(line, ',');
      CAPTURE(line);
      REQUIRE(cells.size() == 7);
      const bool known = cells[0] == "quadratic" || cells[0] == "rosenbrock";
      REQUIRE(known);
      const RuleChoice choice = choice_of(rule, cells[1]);
      for (std::size_t i = 0; i < on.size(); ++i) (choice.coefficients()[i] != 0 ? on : off)[i] = true;
      const std::vector<double> theta = walk(choice, cells[0], to_real(cells[2]).value(), numbers(cells[3]),
                                             cells[4] == "look_ahead", static_cast<int>(to_integer(cells[5]).value()));
      const std::vector<double> expected = numbers(cells[6]);
      REQUIRE(expected.size() == theta.size());
      for (std::size_t i = 0; i < theta.size(); ++i)
        CHECK(std::abs(theta[i] - expected[i]) <= 1e-12 + 1e-11 * std::abs(expected[i]));
    }
    CHECK(rows >= 10);
    for (std::size_t i = 0; i < on.size(); ++i)
      if (rules()[rule].coefficients[i].kind == Coefficient::Kind::flag)
        CHECK_MESSAGE((on[i] && off[i]), "no reference for both values of ", rules()[rule].coefficients[i].name);
  }
}

}  // namespace holdout::update
