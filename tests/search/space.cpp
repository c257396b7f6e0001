#include <holdout/search/space.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <holdout/base/error.hpp>

#include "spaces.hpp"

namespace holdout::search {

TEST_CASE("parameters are found by their path") {
  const SearchSpace space = mixed_space();
  CHECK(space.find("model.l2") == 1u);
  CHECK(space.find("model.dropout") == 6u);
  CHECK_FALSE(space.find("model"));
}

TEST_CASE("contains: values inside, types right, conditions kept") {
  const SearchSpace space = mixed_space();
  const Configuration gd{{word("gd"), 0.0, std::int64_t{16}, {}, {}, {}, 0.25}};
  CHECK(space.contains(gd));
  const auto with = [&](std::size_t i, std::optional<Value> value) {
    Configuration changed = gd;
    changed.values[i] = std::move(value);
    return space.contains(changed);
  };
  CHECK(with(1, 1e-6));
  CHECK(with(1, 10.0));
  CHECK_FALSE(with(1, 10.000000000000002));
  CHECK_FALSE(with(1, 9e-7));
  CHECK_FALSE(with(1, std::int64_t{1}));  // a real number is a double, also where it is whole
  CHECK_FALSE(with(1, std::nan("")));
  CHECK_FALSE(with(1, std::optional<Value>()));
  CHECK_FALSE(with(0, word("sgd")));
  CHECK_FALSE(with(2, std::int64_t{15}));  // between two steps
  CHECK_FALSE(with(2, 16.0));
  CHECK(with(6, 0.5));
  CHECK_FALSE(with(6, 0.3));
  CHECK_FALSE(with(3, 0.9));               // belongs to momentum
  CHECK_FALSE(with(0, word("momentum")));  // whose momentum is missing
  Configuration momentum = gd;
  momentum.values[0] = word("momentum"), momentum.values[3] = 0.9;
  CHECK(space.contains(momentum));
  // A condition below a condition: warmup exists only where warm does and is true.
  CHECK(space.contains({{word("adam"), 0.0, std::int64_t{8}, {}, true, std::int64_t{5}, 0.0}}));
  CHECK_FALSE(space.contains({{word("adam"), 0.0, std::int64_t{8}, {}, true, {}, 0.0}}));
  CHECK(space.contains({{word("adam"), 0.0, std::int64_t{8}, {}, false, {}, 0.0}}));
  CHECK_FALSE(space.contains({{word("gd"), 0.0, std::int64_t{8}, {}, {}, std::int64_t{5}, 0.0}}));
  CHECK_FALSE(space.contains({}));
}

TEST_CASE("hostile: impossible ranges are refused, all at once, with their path and what to do") {
  const auto message = [](const Interval& interval) -> std::string {
    try {
      SearchSpace({range("model.l2", interval)});
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  const auto says = [&](const Interval& interval, const char* text) {
    INFO(message(interval));
    CHECK(message(interval).find(text) != std::string::npos);
  };
  says({.min = 3, .max = 1}, "model.l2: min 3 is above max 1");
  says({.min = 0, .max = 1, .log = true}, "model.l2: min 0 has no logarithm");
  says({.min = 0, .max = INFINITY}, "model.l2: the range from 0 to inf is infinite");
  says({.min = 0, .max = 1, .step = -0.5}, "model.l2: step -0.5 is not a number > 0");
  says({.min = 1, .max = 2, .log = true, .step = 0.5}, "use `points`");
  says({.min = 0.5, .max = 3, .integer = true}, "is one of integers");
  says({.min = 1, .max = 1e300, .integer = true}, "is one of integers");
  says({.min = 0, .max = 1, .points = -1}, "model.l2: points -1 is below 0");
  says({.min = 1, .max = 1, .log = true}, "accepted");
  try {
    SearchSpace({range("a", {.min = 3, .max = 1}), choice("b", {}), range("c", {.min = 5, .max = 1})});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.messages().size() == 3);
  }
}

}  // namespace holdout::search
