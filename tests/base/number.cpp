#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <clocale>
#include <cmath>
#include <limits>
#include <locale>
#include <numbers>
#include <string>
#include <vector>

#include <holdout/base/number.hpp>
#include <holdout/base/random.hpp>

namespace holdout {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// |x − exact| in units of the last place of the exact value.
double units_off(double x, long double exact) {
  const double near = std::abs(static_cast<double>(exact));
  const long double unit = static_cast<long double>(std::nextafter(near, kInfinity)) - near;
  return static_cast<double>(std::abs(x - exact) / unit);
}

struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("property: to_text reads back to the same bits, and is the shortest that does") {
  Stream s = stream(Seed{1}, "to_text");
  for (int k = 0; k < 100000; ++k) {
    const double x = std::bit_cast<double>(s.bits64());
    if (!std::isfinite(x) || x == 0) continue;
    const std::optional<double> back = to_real(to_text(x));
    REQUIRE(back.has_value());
    if (std::bit_cast<std::uint64_t>(*back) != std::bit_cast<std::uint64_t>(x)) FAIL(to_text(x));
  }
  CHECK(to_text(0.1) == "0.1");
  CHECK(to_text(1.0 / 3) == "0.3333333333333333");
  CHECK(to_text(5e-324) == "5e-324");
  CHECK(to_text(1e22) == "1e+22");
  CHECK(to_text(-2.5) == "-2.5");
  CHECK(to_text(-0.0) == "0");
  CHECK(to_text(kInfinity) == "inf");
  CHECK(to_text(-kInfinity) == "-inf");
  CHECK(to_text(-std::nan("")) == "nan");
}

TEST_CASE("reference: numbers for people") {
  CHECK(to_text(0.09912, 3) == "0.0991");
  CHECK(to_text(3582.1, 5) == "3582.1");
  CHECK(to_text(1.2e-7, 2) == "1.2e-07");
  CHECK(to_text(-0.0, 3) == "0");
  CHECK(to_text(kInfinity, 3) == "inf");
  CHECK(to_text(-std::nan(""), 3) == "nan");
}

TEST_CASE("property: what is a number, and what is not") {
  CHECK(to_real("1e-3") == 0.001);
  CHECK(to_real("+2.5") == 2.5);
  CHECK(to_real("-.5") == -0.5);
  CHECK(to_real("1.") == 1.0);
  CHECK(to_real("010") == 10.0);
  for (const char* text : {"", "+", "-", ".", "1,5", "1.2.3", " 1", "1 ", "1e", "0x10", "1_000", "nan", "inf", "1e400",
                           "--1", "+-1", "++1", "1f", "1e5x"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(to_real(text).has_value());
  }
  CHECK_FALSE(to_real(std::string_view("1\0", 2)).has_value());
}

TEST_CASE("property: what is an integer, and what is not") {
  CHECK(to_integer("100") == 100);
  CHECK(to_integer("1e3") == 1000);
  CHECK(to_integer("100.0") == 100);
  CHECK(to_integer("-5") == -5);
  CHECK(to_integer("+7") == 7);
  CHECK(to_integer("007") == 7);
  CHECK(to_integer("-0") == 0);
  CHECK(to_integer("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(to_integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(to_integer("9007199254740992.0") == 9007199254740992);
  for (const char* text : {"", "1.5", "1e40", "9223372036854775808", "1e300", "0x10", "ten", "1 ", " 1", "1e-1", "nan",
                           "inf", "+", "+-7"}) {
    CAPTURE(std::string(text));
    CHECK_FALSE(to_integer(text).has_value());
  }
}

TEST_CASE("property: no locale changes a number") {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  const std::string c_before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"})  // where the machine has one
    if (std::setlocale(LC_ALL, name)) break;
  const std::string exact = to_text(1234567.5), people = to_text(0.25, 3);
  const auto real = to_real("1234.5"), comma = to_real("1234,5");
  std::setlocale(LC_ALL, c_before.c_str());
  std::locale::global(before);
  CHECK(exact == "1234567.5");
  CHECK(people == "0.25");
  CHECK(real == 1234.5);
  CHECK_FALSE(comma.has_value());
}

TEST_CASE("property: near words are suggested, far ones are not") {
  const std::vector<std::string> keys{"batch_size", "epochs", "learning_rate", "optimizer", "l2", "adam", "adamw"};
  CHECK(nearest_word("learnin_rate", keys) == "learning_rate");
  CHECK(nearest_word("lerning_rat", keys) == "learning_rate");
  CHECK(nearest_word("optmizer", keys) == "optimizer");
  CHECK(nearest_word("optimizre", keys) == "optimizer");  // a swap counts once
  CHECK(nearest_word("l1", keys) == "l2");
  CHECK(nearest_word("adam", keys) == "adam");
  CHECK(nearest_word("admaw", keys) == "adamw");
  CHECK(nearest_word("eposch", keys) == "epochs");
  CHECK(nearest_word("lr", keys) == "l2");
  CHECK(nearest_word("xy", keys).empty());
  CHECK(nearest_word("axxm", keys).empty());  // two edits are too many for four letters
  CHECK(nearest_word("momentum", keys).empty());
  CHECK(nearest_word("", keys).empty());
  CHECK(nearest_word("a", {}).empty());
  CHECK(nearest_word(std::string(100000, 'a'), keys).empty());
  const std::vector<std::string> columns{"a", "b", "Y", "Z"};
  CHECK(nearest_word("y", columns) == "Y");  // not `a`, which is one substitution away as well
  CHECK(nearest_word("x", columns).empty());
  CHECK(nearest_word("3", std::vector<std::string>{"0", "1", "-3"}) == "-3");
  CHECK(nearest_word("AGE", std::vector<std::string>{"wage", "age"}) == "age");
  CHECK(did_you_mean("epoch", keys) == "did you mean 'epochs'?");
  CHECK(did_you_mean("zzz", std::vector<std::string>{"a", "b"}) == "allowed: a, b");
  CHECK(joined(keys, "|").starts_with("batch_size|epochs|"));
  CHECK(joined({}).empty());
}

// Expected: the C library in long double, whose 64 bits of mantissa leave 11 more than a double has.
TEST_CASE("reference: exp and log are within one unit in the last place") {
  Stream s = stream(Seed{4}, "exp");
  double worst_exp = 0, worst_log = 0, worst_near_one = 0;
  for (int k = 0; k < 300000; ++k) {
    const double x = -745 + 1454.7 * s.uniform(), small = std::ldexp(s.uniform() - 0.5, -static_cast<int>(s.below(60)));
    worst_exp = std::max({worst_exp, units_off(exp(x), expl(x)), units_off(exp(small), expl(small))});
    const double any = std::abs(std::bit_cast<double>(s.bits64()));
    if (std::isfinite(any) && any > 0) worst_log = std::max(worst_log, units_off(log(any), logl(any)));
    const double near = 1 + small;
    if (near > 0 && near != 1) worst_near_one = std::max(worst_near_one, units_off(log(near), logl(near)));
  }
  CHECK(worst_exp < 1);
  CHECK(worst_log < 1);
  CHECK(worst_near_one < 1);
}

// Absolute: beside its zeros only the C library's long reduction would keep all digits.
TEST_CASE("reference: cos is within 2^-52") {
  Stream s = stream(Seed{5}, "cos");
  double worst = 0;
  for (int k = 0; k < 200000; ++k) {
    const double zero = (2.0 * static_cast<double>(s.below(31000)) + 1) * std::numbers::pi / 2;
    const double beside = zero + std::ldexp(s.uniform() - 0.5, -static_cast<int>(s.below(40)));
    for (const double x : {7 * (s.uniform() - 0.5), 2e5 * (s.uniform() - 0.5), beside})
      worst = std::max(worst, static_cast<double>(std::abs(cos(x) - cosl(x))));
  }
  CHECK(worst < 0x1p-52);
  CHECK(cos(0.0) == 1);
  CHECK(cos(-std::numbers::pi) == -1);
}

TEST_CASE("reference: exp and log at the ends") {
  CHECK(exp(0.0) == 1);
  CHECK(exp(-kInfinity) == 0);
  CHECK(exp(kInfinity) == kInfinity);
  CHECK(exp(710.0) == kInfinity);
  CHECK(exp(-746.0) == 0);
  CHECK(exp(-745.1) == 5e-324);  // e^−745.1 = 2.5e-324·2 is nearest to the smallest double
  CHECK(std::isnan(exp(std::nan(""))));
  CHECK(log(1.0) == 0);
  CHECK(log(0.0) == -kInfinity);
  CHECK(log(kInfinity) == kInfinity);
  CHECK(std::isnan(log(-1.0)));
  CHECK(std::isnan(log(std::nan(""))));
  CHECK(log(5e-324) == doctest::Approx(-744.4400719213812).epsilon(1e-15));  // −1074 ln 2
}

}  // namespace holdout
