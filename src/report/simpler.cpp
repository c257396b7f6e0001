#include <algorithm>
#include <cctype>
#include <cmath>

#include "judgements.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

enum class Kind { other, penalty, units };

bool ends_with(std::string_view path, std::string_view name) {
  return path == name || path.ends_with("." + std::string(name));
}

Kind kind_of(std::string_view path) {
  for (const char* name : {"l1", "l2", "lambda"})
    if (ends_with(path, name)) return Kind::penalty;
  return path.starts_with("model.l2.groups.")                          ? Kind::penalty
         : path == "model.hidden" || path.starts_with("model.hidden.") ? Kind::units
                                                                       : Kind::other;
}

// The units of all layers of "[32, 16]", or the number itself.
double units(const Value& value) {
  if (const auto n = number(value)) return *n;
  double sum = 0, n = 0;
  for (const char c : std::get<std::string>(value) + " ") {
    if (std::isdigit(static_cast<unsigned char>(c)))
      n = 10 * n + (c - '0');
    else
      sum += n, n = 0;
  }
  return sum;
}

// How much simpler b is than a in one parameter; negative: less simple.
double simpler_by(Kind kind, const Value& a, const Value& b) {
  if (kind == Kind::units) return units(a) == units(b) ? 0 : std::log(units(a) / units(b));
  constexpr double kNone = 1e-12;  // no penalty counts as this one
  const double x = number(a).value_or(0), y = number(b).value_or(0);
  return std::log(std::max(y, kNone) / std::max(x, kNone));
}

}  // namespace

std::optional<Simpler> simpler(const Findings& f) {
  if (!f.standard_error) return {};
  const auto& parameters = f.study.space.parameters();
  const study::Trial& best = *f.best();
  std::optional<Simpler> found;
  double most = 0;
  for (const std::size_t index : f.ranking) {
    const study::Trial& trial = f.trials[index];
    if (!(std::abs(trial.outcome.value - best.outcome.value) <= *f.standard_error)) break;  // they are ranked
    Simpler candidate{index, {}};
    double sum = 0;
    bool worse = false;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const Kind kind = kind_of(parameters[i].path);
      const auto &a = best.configuration.values[i], &b = trial.configuration.values[i];
      if (kind == Kind::other || !a || !b) continue;
      const double by = simpler_by(kind, *a, *b);
      worse = worse || by < 0;
      sum += by;
      if (by > 0) candidate.parameters.push_back(i);
    }
    if (worse || !(sum > most)) continue;
    most = sum;
    found = std::move(candidate);
  }
  return found;
}

}  // namespace holdout::report
