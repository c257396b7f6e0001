#include "iso_time.hpp"

#include <chrono>

namespace holdout::data {
namespace {

// Reads a text from its front; what does not fit leaves it as it is.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool skip(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly so many digits.
  std::optional<int> digits(std::size_t count) {
    if (text_.size() < count) return {};
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(text_[i])) return {};
      value = 10 * value + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  // .25: digits behind a point; 0 where there is none. Nothing: a point, and no digit behind it.
  std::optional<double> fraction() {
    constexpr double kFinest = 1e9;  // finer parts of a second are no part of a double that counts from 1970
    if (!skip('.')) return 0.0;
    double value = 0, unit = 1;
    const std::size_t before = text_.size();
    for (; !text_.empty() && is_digit(text_[0]); text_.remove_prefix(1))
      if (unit < kFinest) value = 10 * value + (text_[0] - '0'), unit *= 10;
    return text_.size() == before ? std::nullopt : std::optional(value / unit);
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view text_;
};

constexpr double kMinute = 60, kHour = 3600, kDay = 86400;

// Days since 1970-01-01 of YYYY-MM or YYYY-MM-DD.
std::optional<double> read_date(Cursor& in) {
  const auto year = in.digits(4);
  if (!year || !in.skip('-')) return {};
  const auto month = in.digits(2);
  if (!month) return {};
  int day = 1;
  if (in.skip('-')) {
    const auto read = in.digits(2);
    if (!read) return {};
    day = *read;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

// Seconds of hh:mm, hh:mm:ss or hh:mm:ss.f; a 60th second is a leap second.
std::optional<double> read_clock(Cursor& in) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.skip(':')) return {};
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) return {};
  double seconds = 0;
  if (in.skip(':')) {
    const auto whole = in.digits(2);
    if (!whole || *whole > 60) return {};
    const auto rest = in.fraction();
    if (!rest) return {};
    seconds = *whole + *rest;
  }
  return *hour * kHour + *minute * kMinute + seconds;
}

// Seconds that the zone is ahead of UTC. Nothing: it is no zone.
std::optional<double> read_zone(Cursor& in) {
  if (in.skip('Z')) return 0.0;
  const bool ahead = in.skip('+');
  if (!ahead && !in.skip('-')) return {};
  const auto hours = in.digits(2);
  if (!hours || *hours > 23) return {};
  int minutes = 0;
  const bool colon = in.skip(':');
  if (colon || !in.at_end()) {
    const auto read = in.digits(2);
    if (!read || *read > 59) return {};
    minutes = *read;
  }
  return (ahead ? 1 : -1) * (*hours * kHour + minutes * kMinute);
}

}  // namespace

std::optional<IsoTime> iso_time(std::string_view text) {
  Cursor in(text);
  const auto days = read_date(in);
  if (!days) return {};
  IsoTime time{*days * kDay, false};
  if (in.at_end()) return time;
  if (!in.skip('T') && !in.skip(' ')) return {};
  const auto clock = read_clock(in);
  if (!clock) return {};
  time.seconds += *clock;
  if (in.at_end()) return time;
  const auto zone = read_zone(in);
  if (!zone || !in.at_end()) return {};
  time.seconds -= *zone, time.zone = true;
  return time;
}

}  // namespace holdout::data
