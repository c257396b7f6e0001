// Literals of Python: what they evaluate to, by hand here, and by Python itself in tests/fuzz/exports.py.
#include "exports/python_text.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace holdout::report;
using namespace std::string_literals;

TEST_CASE("hostile: text is one literal on one line, whatever it holds") {
  CHECK(python_literal("plain, 'single' é😀") == "\"plain, 'single' é😀\"");
  CHECK(python_literal("\"); import os; os.system(\"id\") #") == "\"\\\"); import os; os.system(\\\"id\\\") #\"");
  CHECK(python_literal("\"\"\"") == "\"\\\"\\\"\\\"\"");
  CHECK(python_literal("\\") == "\"\\\\\"");
  CHECK(python_literal("\\\"") == "\"\\\\\\\"\"");
  CHECK(python_literal("{x!r} %s \\N{DIGIT ONE}") == "\"{x!r} %s \\\\N{DIGIT ONE}\"");
  CHECK(python_literal("\r\n\t\f\0\x1B\x7F"s) == "\"\\x0d\\n\\t\\x0c\\x00\\x1b\\x7f\"");
  CHECK(python_literal("\u0085\u00A0\u2028\u2029\u202E\u2066\uFEFF") ==
        "\"\\x85\\xa0\\u2028\\u2029\\u202e\\u2066\\ufeff\"");
  CHECK(python_literal("\uFFFF\U000E0001\U0010FFFF") == "\"\\uffff\\U000e0001\\U0010ffff\"");
  CHECK(python_literal("a\xFF\xC3") == "\"a\\ufffd\\ufffd\"");
  CHECK(python_literal(std::string(100'000, '"')).size() == 200'002);
}

TEST_CASE("python: a float is no integer, and reads back to the same bits") {
  CHECK(python_literal(3.0) == "3.0");
  CHECK(python_literal(0.0) == "0.0");
  CHECK(python_literal(-0.0) == "-0.0");
  CHECK(python_literal(12345678901234567890.0) == "12345678901234567168.0");
  CHECK(python_literal(1e300) == "1e+300");
  CHECK(python_literal(0.1) == "0.1");
  CHECK(python_literal(std::numeric_limits<double>::infinity()) == "float(\"inf\")");
  CHECK(python_literal(-std::numeric_limits<double>::infinity()) == "float(\"-inf\")");
  CHECK(python_literal(std::numeric_limits<double>::quiet_NaN()) == "float(\"nan\")");
  CHECK(python_literal(std::int64_t{-7}) == "-7");
}
