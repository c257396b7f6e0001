// Whether two results of a lane are the same to the last bit.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <sstream>
#include <string>

#include <holdout/base/number.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::testing {

/// NaNs are one number: their payload is no result.
inline bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

/// The first difference in words; empty if there is none.
inline std::string difference(const train::LaneResult& a, const train::LaneResult& b) {
  std::ostringstream out;
  const auto number = [&](const std::string& what, double x, double y) {
    if (out.str().empty() && !same_bits(x, y)) out << what << ": " << to_text(x) << " against " << to_text(y);
  };
  const auto count = [&](const std::string& what, auto x, auto y) {
    if (out.str().empty() && x != y) out << what << ": " << x << " against " << y;
  };
  count("end", train::to_text(a.end), train::to_text(b.end));
  count("epochs", a.epochs, b.epochs);
  count("steps", a.steps, b.steps);
  count("best epoch", a.best_epoch, b.best_epoch);
  count("parameters", a.theta.size(), b.theta.size());
  count("points", a.curve.size(), b.curve.size());
  count("metrics", a.metrics.size(), b.metrics.size());
  if (!out.str().empty()) return out.str();
  for (std::size_t i = 0; i < a.theta.size(); ++i) number("theta " + std::to_string(i), a.theta[i], b.theta[i]);
  for (std::size_t i = 0; i < a.curve.size(); ++i) {
    count("epoch of a point", a.curve[i].epoch, b.curve[i].epoch);
    number("train loss at " + std::to_string(a.curve[i].epoch), a.curve[i].train_loss, b.curve[i].train_loss);
    number("hold-out at " + std::to_string(a.curve[i].epoch), a.curve[i].holdout, b.curve[i].holdout);
  }
  for (std::size_t i = 0; i < a.metrics.size(); ++i)
    number(a.metrics[i].first, a.metrics[i].second, b.metrics[i].second);
  number("train loss", a.train_loss, b.train_loss);
  number("gradient norm", a.gradient_norm, b.gradient_norm);
  number("value", a.value, b.value);
  return out.str();
}

}  // namespace holdout::testing
