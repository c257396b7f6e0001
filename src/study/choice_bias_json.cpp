#include "choice_bias_json.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "attributes.hpp"
#include "json_fields.hpp"

namespace holdout::study {
namespace {

constexpr int kMax = std::numeric_limits<int>::max();

ChoiceBiasState::Sample sample_from(const Json& json, const std::string& what) {
  if (list_in(json, what).size() != 3) throw std::domain_error("`" + what + "`: expected [trial, in_bag, out_of_bag]");
  const int trial = static_cast<int>(integer_in(json[0], what, ChoiceBiasState::kNone, kMax));
  const ChoiceBiasState::Sample sample{real_from(json[1]), real_from(json[2]), trial};
  if (!std::isfinite(sample.in_bag) || !std::isfinite(sample.out_of_bag))
    throw std::domain_error("`" + what + "`: expected finite errors");
  return sample;
}

}  // namespace

std::string choice_bias_json(const ChoiceBiasState& state) {
  Json samples = Json::array(), seen = Json::array();
  for (const ChoiceBiasState::Sample& s : state.samples)
    samples.push_back({s.trial, to_json(s.in_bag), to_json(s.out_of_bag)});
  for (const auto& [first, last] : state.seen) seen.push_back({first, last});
  return text_of(Json{{"samples", std::move(samples)}, {"trials", std::move(seen)}});
}

ChoiceBiasState choice_bias_from(std::string_view text) {
  const Json json = Json::parse(text);
  object_in(json, "holdout:choice_bias");
  ChoiceBiasState state;
  for (const Json& sample : list_in(member_of(json, "samples"), "samples"))
    state.samples.push_back(sample_from(sample, item("samples", state.samples.size())));
  for (const Json& run : list_in(member_of(json, "trials"), "trials")) {
    const std::string what = item("trials", state.seen.size());
    if (list_in(run, what).size() != 2) throw std::domain_error("`" + what + "`: expected [first, last]");
    const auto least = state.seen.empty() ? std::int64_t{0} : std::int64_t{state.seen.back().second} + 2;
    const std::int64_t first = integer_in(run[0], what, least, kMax);
    state.seen.emplace_back(static_cast<int>(first), static_cast<int>(integer_in(run[1], what, first, kMax)));
  }
  for (const ChoiceBiasState::Sample& s : state.samples)
    if (s.trial != ChoiceBiasState::kNone && !state.has_seen(s.trial))
      throw std::domain_error("`samples`: trial " + std::to_string(s.trial) + " is not among `trials`");
  return state;
}

}  // namespace holdout::study
