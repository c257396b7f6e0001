#include "certificate.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>
#include <holdout/train/certificate.hpp>

#include "text.hpp"

namespace holdout::report {
namespace {

// One digit more than a difference of the tolerance needs.
int digits_for(double tolerance) { return std::clamp(static_cast<int>(std::ceil(-std::log10(tolerance))) + 1, 3, 15); }

// A bound must not grow by being shown.
std::string rounded_down(double x, int digits) {
  if (!(x > 0)) return to_text(x, digits);
  double step = std::pow(10, std::floor(std::log10(x)) - digits + 1), down = std::floor(x / step) * step;
  std::string text = to_text(down, digits);
  if (to_real(text).value_or(x) > x) text = to_text(down - step, digits);
  return text;
}

// 1e-6 for 1e-06.
std::string bare(double x) {
  std::string text = shown(x);
  const std::size_t at = text.find('e');
  if (at == std::string::npos) return text;
  const std::size_t digit = text.find_first_not_of("+-0", at + 1);
  const std::string sign = text[at + 1] == '-' ? "-" : "";
  return text.substr(0, at + 1) + sign + (digit == std::string::npos ? "0" : text.substr(digit));
}

std::string words_of(std::string metric) {
  std::replace(metric.begin(), metric.end(), '_', ' ');
  return metric;
}

}  // namespace

std::string certificate_text(const Findings& f) {
  const study::Certificate& c = *f.facts->certificate;
  const std::string range = "[" + bare(c.min) + ", " + bare(c.max) + "]", metric = words_of(c.metric);
  const int digits = digits_for(c.tolerance);
  if (c.proved())
    return "no λ in " + range + " has a hold-out " + metric + " below " + rounded_down(c.lower_bound, digits) +
           "; found " + to_text(c.best, digits);
  const std::string goal = rounded_down(c.best * (1 - c.tolerance), digits);
  if (c.share == 0)
    return "not certified: that no λ in " + range + " has a hold-out " + metric + " below " + goal +
           " could not be shown, because " + c.reason + "; the search's result stands, " + to_text(c.best, digits);
  std::string text = "not certified: on " + to_text(100 * (1 - c.share), 2) + " % of ln λ in " + range +
                     " a hold-out " + metric + " below " + goal + " is not ruled out";
  if (!c.open.empty()) {
    const std::string low = bare(c.open[0].min), high = bare(c.open[0].max);
    text += low == high ? " (about λ = " + low : " (λ from " + low + " to " + high;
  }
  if (c.open.size() > 1) text += ", and " + counted(c.open.size() - 1, "more interval");
  return text + (c.open.empty() ? "" : ")") + ": " + c.reason + "; the search's result stands, " +
         to_text(c.best, digits);
}

std::string certificate_method(const Findings& f) {
  const study::Certificate& c = *f.facts->certificate;
  const auto intervals = static_cast<std::size_t>(c.intervals);
  std::string text;
  if (intervals > 0 && c.anchors.empty())
    text = "One eigendecomposition of the covariance gives the error for every λ; " + counted(intervals, "interval") +
           " of λ were bounded by it.";
  else if (intervals > 0)
    text =
        "From the minima of J at " + std::to_string(c.anchors.size()) + " λ, " +
        (c.added == 0 ? std::string("all of them the search's") : std::to_string(c.added) + " added after the search") +
        ", with " + counted(intervals, "factorization") + (f.facts->folds > 1 ? " a fold." : ".");
  if (text.empty()) return text;
  return text + " Rounding is covered by an inflation, of radii by " + to_text(train::kRadiusInflation, 1) +
         " and of values by " + to_text(train::kValueInflation, 1) + ", not by interval arithmetic.";
}

}  // namespace holdout::report
