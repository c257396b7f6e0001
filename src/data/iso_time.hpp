// Dates and times as ISO 8601 writes them, as numbers that can be compared: what a split by time is ordered by.
#pragma once

#include <optional>
#include <string_view>

namespace holdout::data {

/// A date, with a time of day or without one.
struct IsoTime {
  double seconds = 0;  // since 1970-01-01T00:00:00, in UTC where the text names a zone, else in its own clock
  bool zone = false;   // Z or +02:00 was written
};

/// Reads 2024-05, 2024-05-31, 2024-05-31T12:30, 2024-05-31 12:30:00.25, with Z, +02:00, +0200 or +02 behind a time.
/// Nothing for other texts, and for days that no calendar has.
std::optional<IsoTime> iso_time(std::string_view text);

}  // namespace holdout::data
