// Dates and times as numbers, against the calendar.
#include <doctest/doctest.h>

#include <string>

#include "iso_time.hpp"

namespace holdout::data {
namespace {

double seconds(const std::string& text) {
  const auto time = iso_time(text);
  REQUIRE_MESSAGE(time, text);
  return time->seconds;
}

TEST_CASE("ISO times: seconds since 1970, as date -d TEXT +%s says them") {
  const std::pair<const char*, double> cases[] = {{"1970-01-01", 0},
                                                  {"2024-02-29", 1709164800},
                                                  {"2024-03", 1709251200},
                                                  {"1969-12-31T23:59:59Z", -1},
                                                  {"2024-05-31T12:30", 1717158600},
                                                  {"2024-05-31 12:30:07", 1717158607},
                                                  {"2024-05-31T12:30:00+02:00", 1717151400},
                                                  {"2024-05-31T12:30:00-0330", 1717171200},
                                                  {"2024-05-31T12:30-03", 1717169400},
                                                  {"0001-01-01", -62135596800},
                                                  {"9999-12-31", 253402214400}};
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(seconds(text) == expected);
  }
  CHECK(seconds("2024-05-31T12:30:00.25Z") == 1717158600.25);
  CHECK(seconds("1970-01-01T00:00:00." + std::string(400, '3')) == doctest::Approx(1.0 / 3));
  CHECK(iso_time("2024-05-31T12:30Z")->zone);
  CHECK(iso_time("2024-05-31T12:30+00")->zone);
  CHECK_FALSE(iso_time("2024-05-31T12:30")->zone);
}

TEST_CASE("ISO times: what is none") {
  for (const char* text : {"",
                           "2024",
                           "2024-",
                           "2024-5-31",
                           "2024-13-01",
                           "2024-00-01",
                           "2023-02-29",
                           "2024-05-32",
                           "31.05.2024",
                           "05/31/2024",
                           "2024/05/31",
                           "2024-05-31T",
                           "2024-05-31T12",
                           "2024-05-31T24:00",
                           "2024-05-31T12:60",
                           "2024-05-31T12:30:61",
                           "2024-05-31T12:30:00.",
                           "2024-05-31T12:30 Z",
                           "2024-05-31T12:30+2",
                           "2024-05-31T12:30+02:",
                           "2024-05-31T12:30Zulu",
                           "2024-05-31x",
                           " 2024-05-31",
                           "-2024-05-31",
                           "20240531"}) {
    CAPTURE(text);
    CHECK_FALSE(iso_time(text));
  }
}

}  // namespace
}  // namespace holdout::data
