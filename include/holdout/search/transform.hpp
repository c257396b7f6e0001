// Parameters as numbers of the unit interval: what searchers draw, spread and fit in, instead of true values.
#pragma once

#include <holdout/search/space.hpp>

namespace holdout::search {

/// How many values the range has: an integral number, exact below 2^53; infinity where it is continuous.
double count(const Interval& interval);

/// The value number k of a range that has finitely many, counted from its min; 0 <= k < count(interval), integral.
/// Those of a stepped range are min + k·step, as the decimal number that this is up to rounding: 0.3, not 0.1 + 2·0.1.
Value nth(const Interval& interval, double k);

/// The decimal number of at most `digits` significant digits nearest to x, if it is at most `error` away; otherwise x:
/// where rounding ended at 0.30000000000000004, people mean 0.3.
double as_decimal(double x, int digits, double error);

/// The value at `u`, and so a uniform draw where u is one. Increasing in u, always inside the range.
///
/// linear: min + u (max − min). log: min (max/min)^u, by holdout::exp and log. With a step, and for integers: each
/// value has an equal share of [0, 1). Integers with a log scale: the value n has the share that n − ½ … n + ½ has of
/// min − ½ … max + ½ on that scale.
/// @param u  in [0, 1]; 0 and 1 are the ends exactly
Value value_at(const Interval& interval, double u);

/// The inverse: where in [0, 1) the value lies; the middle of its share where the range has finitely many values.
/// @param value  a value of the range
double position(const Interval& interval, const Value& value);

/// The same for a parameter: each listed value and the interval have equal shares, in this order.
Value value_at(const Parameter& parameter, double u);
double position(const Parameter& parameter, const Value& value);

}  // namespace holdout::search
