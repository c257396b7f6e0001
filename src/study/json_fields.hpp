// Members of JSON documents that anybody may have written: model.json, and the attributes of study.db. Each function
// takes what stands in a member, checks its kind and its range, and says what is wrong by the member's name. Nothing is
// converted: 1.5 is no integer, true is no number.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "ordered_object.hpp"

namespace holdout::study {

/// A document whose objects keep the order of their members.
using Json = nlohmann::basic_json<OrderedObject>;

// All throw std::domain_error: "`trial`: expected an integer >= 0, found 1.5". `what` names the member, as in
// features[3].mean; empty where whoever catches it does.

/// The member of an object.
const Json& member_of(const Json& object, const char* key);

std::int64_t integer_in(const Json& json, std::string_view what, std::int64_t min,
                        std::int64_t max = std::numeric_limits<std::int64_t>::max());
/// A finite number.
double number_in(const Json& json, std::string_view what);
bool bool_in(const Json& json, std::string_view what);
const std::string& text_in(const Json& json, std::string_view what);
/// One of some words.
const std::string& word_in(const Json& json, std::string_view what, std::span<const std::string_view> words);
const Json& list_in(const Json& json, std::string_view what);
const Json& object_in(const Json& json, std::string_view what);
std::vector<double> numbers_in(const Json& json, std::string_view what);
std::vector<std::string> texts_in(const Json& json, std::string_view what);

/// Refuses a name that is there twice.
void check_unique(std::span<const std::string> names, std::string_view what);

/// "layers[2]", without which no message about an item could be understood.
std::string item(std::string_view list, std::size_t place);

/// @param expected  "an integer >= 0"
[[noreturn]] void refuse_member(std::string_view what, std::string_view expected, const Json& found);

}  // namespace holdout::study
