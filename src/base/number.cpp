#include <holdout/base/number.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace holdout {

std::string to_text(double x) {
  if (x == 0) return "0";
  if (std::isnan(x)) return "nan";
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

std::string to_text(double x, int digits) {
  if (x == 0) return "0";
  if (std::isnan(x)) return "nan";
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::general, digits).ptr};
}

std::optional<double> to_real(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double x = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (problem != std::errc() || end != text.data() + text.size() || text.empty() || !std::isfinite(x)) return {};
  return x;
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t n = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (problem == std::errc() && end == text.data() + text.size() && !text.empty()) return n;
  const std::optional<double> x = to_real(text);
  constexpr double kExact = 9007199254740992.0;  // beyond 2^53 a double no longer tells which integer was meant
  if (!x || std::trunc(*x) != *x || std::abs(*x) > kExact) return {};
  return static_cast<std::int64_t>(*x);
}

namespace {

// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours each count 1.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last), std::swap(last, now);
  }
  return last[b.size()];
}

bool same_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

// The same word in other letters is the nearest; one that has no letter in common (`y` and `a`) is none.
std::string_view nearest_word(std::string_view word, std::span<const std::string> words) {
  constexpr std::size_t kLongest = 100;  // nobody mistypes a word of this length
  if (word.size() > kLongest) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, std::min<std::size_t>(2, (word.size() + 1) / 3)) + 1;
  for (const std::string& candidate : words) {
    if (same_but_for_case(word, candidate)) return candidate;
    const std::size_t d = edit_distance(word, candidate);
    if (d < least && d < std::max(word.size(), candidate.size())) least = d, best = candidate;
  }
  return best;
}

std::string joined(std::span<const std::string> words, std::string_view separator) {
  std::string all;
  for (const std::string& word : words) all.append(all.empty() ? "" : separator).append(word);
  return all;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> words) {
  if (const std::string_view near = nearest_word(word, words); !near.empty())
    return "did you mean '" + std::string(near) + "'?";
  return "allowed: " + joined(words);
}

// exp: x = k ln 2 + r with |r| ≤ ln 2 / 2 in two pieces (Cody and Waite), then the Taylor polynomial of degree 13,
// whose remainder is below 2^-57 there.
double exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0;
  constexpr double kLog2High = 0x1.62e42fefa39efp-1, kLog2Low = 0x1.abc9e3b39803fp-56, kPerLog2 = 0x1.71547652b82fep+0;
  const double k = std::nearbyint(x * kPerLog2);
  const double r = std::fma(-k, kLog2Low, std::fma(-k, kLog2High, x));
  double p = 1.0 / 6227020800;
  for (const double c : {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
                         1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0})
    p = std::fma(p, r, c);
  return std::ldexp(p, static_cast<int>(k));
}

// log: x = 2^k m with m in [√½, √2), s = (m − 1)/(m + 1), log m = 2 artanh s: the series up to s^23, whose remainder is
// below 2^-60 relative for |s| ≤ 0.1716. The leading 2s is refined by its own rounding error.
double log(double x) {
  if (std::isnan(x) || x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  int k = 0;
  double m = std::frexp(x, &k);
  if (m < 0x1.6a09e667f3bcdp-1) m *= 2, --k;
  const double f = m - 1, d = m + 1, s = f / d;
  const double d_error = (m - (d - 1)) + (1 - (d - (d - 1)));
  const double s_error = (std::fma(-s, d, f) - s * d_error) / d;
  const double z = s * s;
  double p = 2.0 / 23;
  for (const double c :
       {2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3})
    p = std::fma(p, z, c);
  constexpr double kLog2High = 0x1.62e42fefa3800p-1, kLog2Low = 0x1.ef35793c76730p-45;  // k · high is exact
  const double low = std::fma(s * z, p, std::fma(k, kLog2Low, 2 * s_error));
  const double high = k * kLog2High, main = 2 * s;
  const double sum = high + main, rest = k == 0 ? 0 : main - (sum - high);
  return sum + (rest + low);
}

// cos: x = k π/2 + r with |r| ≤ π/4 in two pieces (Cody and Waite); then the Taylor polynomial of cos or sin, whose
// remainder is below 2^-60 there.
double cos(double x) {
  constexpr double kHalfPiHigh = 0x1.921fb54442d18p+0, kHalfPiLow = 0x1.1a62633145c07p-54;
  const double k = std::nearbyint(x * 0x1.45f306dc9c883p-1);
  const double r = std::fma(-k, kHalfPiLow, std::fma(-k, kHalfPiHigh, x)), z = r * r;
  const long quadrant = static_cast<long>(k) & 3;
  if (quadrant % 2 == 0) {
    double p = -1.0 / 6402373705728000;  // 1/18!
    for (const double c : {1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320,
                           -1.0 / 720, 1.0 / 24, -0.5, 1.0})
      p = std::fma(p, z, c);
    return quadrant == 0 ? p : -p;
  }
  double p = 1.0 / 355687428096000;  // 1/17!
  for (const double c :
       {-1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6})
    p = std::fma(p, z, c);
  const double sine = std::fma(p * z, r, r);
  return quadrant == 1 ? -sine : sine;
}

}  // namespace holdout
