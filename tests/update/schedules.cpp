#include <holdout/update/schedule.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <string>

#include "support/set_field.hpp"

using namespace holdout;
using update::ScheduleChoice;

namespace {

ScheduleChoice schedule(const std::string& name) {
  ScheduleChoice choice;
  for (std::size_t i = 0; i < choice.alternatives().size(); ++i)
    if (choice.alternatives()[i].name == name) choice.select(i);
  REQUIRE(choice.alternatives()[choice.selected()].name == name);
  return choice;
}

}  // namespace

TEST_CASE("property: every schedule starts at 1 and stays in [0, 1]") {
  ScheduleChoice choice;
  for (std::size_t i = 0; i < choice.alternatives().size(); ++i) {
    choice.select(i);
    CAPTURE(choice.alternatives()[i].name);
    CHECK(choice.share(0, 50) == doctest::Approx(1).epsilon(1e-15));
    double last = 1 + 1e-15;
    for (double epoch = 0; epoch <= 50; epoch += 0.37) {
      const double share = choice.share(epoch, 50);
      CHECK(share <= last);
      CHECK(share >= 0);
      last = share;
    }
  }
}

// The formulas of torch.optim.lr_scheduler at whole epochs (StepLR, ExponentialLR, CosineAnnealingLR); inverse time is
// Keras's InverseTimeDecay.
TEST_CASE("reference: schedules follow PyTorch's and Keras's formulas") {
  ScheduleChoice step = schedule("step"), exponential = schedule("exponential"), cosine = schedule("cosine"),
                 inverse = schedule("inverse_time");
  testing::set_field(step, "every", 7.0), testing::set_field(step, "factor", 0.5);
  testing::set_field(exponential, "factor", 0.9);
  testing::set_field(cosine, "end", 0.1);
  testing::set_field(inverse, "decay", 0.3);
  for (int epoch = 0; epoch <= 40; ++epoch) {
    CAPTURE(epoch);
    CHECK(step.share(epoch, 40) == doctest::Approx(std::pow(0.5, epoch / 7)).epsilon(1e-14));
    CHECK(exponential.share(epoch, 40) == doctest::Approx(std::pow(0.9, epoch)).epsilon(1e-14));
    CHECK(cosine.share(epoch, 40) ==
          doctest::Approx(0.1 + 0.9 * (1 + std::cos(std::numbers::pi * epoch / 40)) / 2).epsilon(1e-14));
    CHECK(inverse.share(epoch, 40) == doctest::Approx(1 / (1 + 0.3 * epoch)).epsilon(1e-14));
  }
}

TEST_CASE("derivatives: shares follow their coefficients, by dual numbers against differences") {
  using D = update::Dual<double>;
  const auto check = [](auto share, auto dual, double at) {
    const double h = 1e-6 * at, difference = (share(at + h) - share(at - h)) / (2 * h);
    CHECK(dual(at) == doctest::Approx(difference).epsilon(1e-8));
  };
  check([](double f) { return update::Exponential::share(3.5, 10, &f); },
        [](double f) {
          const D c(f, 1.0);
          return update::Exponential::share(3.5, 10, &c).d;
        },
        0.9);
  check([](double f) { return update::InverseTime::share(3.5, 10, &f); },
        [](double f) {
          const D c(f, 1.0);
          return update::InverseTime::share(3.5, 10, &c).d;
        },
        0.2);
  check([](double f) { return update::Cosine::share(3.5, 10, &f); },
        [](double f) {
          const D c(f, 1.0);
          return update::Cosine::share(3.5, 10, &c).d;
        },
        0.2);
}
