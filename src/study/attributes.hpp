// What holdout knows of a study and its trials, as the JSON texts that stand in user attributes. Numbers come back to
// the last bit; those that are not finite are the words "nan", "inf", "-inf", because JSON has no such numbers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <holdout/search/space.hpp>
#include <holdout/study/run_facts.hpp>
#include <holdout/study/trial.hpp>

#include "json_fields.hpp"

namespace holdout::study {

/// How the keys of our attributes begin.
inline constexpr std::string_view kAttributePrefix = "holdout:";

/// An attribute: its key and its value as JSON text.
using Attribute = std::pair<std::string, std::string>;

Json to_json(double x);
/// A value by its JSON type: 3 is an integer, 3.0 a real number.
Json to_json(const Value& value);
/// A number, or the word for one that is not finite.
double real_from(const Json& json);
/// The same of a listed value or a configuration's. Marked where it is not finite, because a word may be "inf" as well.
Json value_json(const Value& value);
Value value_from(const Json& json);

/// One line; bytes that are no UTF-8 become U+FFFD.
std::string text_of(const Json& json);

// The readers below throw nlohmann's exceptions, or std::domain_error, on what the writers never write.

std::string space_json(const search::SearchSpace& space);
search::SearchSpace space_from(std::string_view json);

std::string facts_json(const RunFacts& facts);
RunFacts facts_from(std::string_view json);

std::string winner_json(const Winner& winner);
Winner winner_from(std::string_view json);

std::string nested_json(const Nested& nested);
Nested nested_from(std::string_view json);

std::string string_json(std::string_view text);
/// @param what  the attribute, for messages
std::string string_from(std::string_view json, std::string_view what);

/// What a trial was asked besides its configuration.
std::vector<Attribute> request_attributes(const Trial& trial);
/// All of an outcome but its state, its curve, its parameters and, unless `with_value`, its value.
std::vector<Attribute> outcome_attributes(const Outcome& outcome, bool with_value);
/// Words and facts of an outcome that no search is told and no choice of the best trial looks at.
std::span<const std::string_view> detail_attributes();
bool is_detail(std::string_view key);
/// Puts one of these attributes back; other keys, which people may add, are left alone.
void read_attribute(const std::string& key, std::string_view json, Trial& trial);

}  // namespace holdout::study
