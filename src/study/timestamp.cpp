#include "timestamp.hpp"

#include <cstdio>
#include <ctime>

namespace holdout::study {

std::string timestamp(std::chrono::system_clock::time_point when) {
  using std::chrono::microseconds, std::chrono::seconds, std::chrono::system_clock;
  const auto whole = std::chrono::floor<seconds>(when);
  const long micro = static_cast<long>(std::chrono::duration_cast<microseconds>(when - whole).count());
  const std::time_t t = system_clock::to_time_t(whole);
  std::tm utc{};
  ::gmtime_r(&t, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d.%06ld", utc.tm_year + 1900, utc.tm_mon + 1,
                utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, micro);
  return text;
}

}  // namespace holdout::study
