// The objects of our JSON documents against nlohmann's own ordered ones, which they replace: the same texts, members
// and order, few or many, also after members were taken out.
#include "ordered_object.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

namespace holdout::study {
namespace {

using Ours = nlohmann::basic_json<OrderedObject>;
using Theirs = nlohmann::ordered_json;

std::string key(int i) { return "key " + std::to_string(i * 7919 % 1000); }  // 1000 different ones

template <class Json>
Json filled(int n) {
  Json json = Json::object();
  for (int i = 0; i < n; ++i) json[key(i)] = i;
  return json;
}

TEST_CASE("ordered object: the text of nlohmann's, for few members and many") {
  for (const int n : {0, 1, 15, 16, 17, 31, 32, 33, 1000}) {
    CAPTURE(n);
    CHECK(filled<Ours>(n).dump() == filled<Theirs>(n).dump());
    CHECK(Ours::parse(filled<Theirs>(n).dump()) == filled<Ours>(n));
  }
}

TEST_CASE("ordered object: every member is found, and no other") {
  for (const int n : {16, 17, 1000}) {
    Ours json = filled<Ours>(n);
    for (int i = 0; i < n; ++i) {
      CHECK(json.at(key(i)) == i);
      CHECK(json.count(key(i)) == 1);
    }
    CHECK(json.find("none") == json.end());
    CHECK_THROWS_AS(json.at("none"), Ours::out_of_range);
    CHECK(json.size() == static_cast<std::size_t>(n));
  }
}

TEST_CASE("ordered object: a member that is there keeps its place and takes the new value") {
  Ours ours = filled<Ours>(100);
  Theirs theirs = filled<Theirs>(100);
  for (int i = 99; i >= 0; i -= 3) ours[key(i)] = "new", theirs[key(i)] = "new";
  CHECK(ours.dump() == theirs.dump());
  CHECK_FALSE(ours.emplace(key(5), 1).second);
  // Of a key that a document has twice the last value counts, in the first one's place.
  CHECK(Ours::parse(R"({"a": 1, "b": 2, "a": 3})").dump() == R"({"a":3,"b":2})");
}

TEST_CASE("ordered object: members are taken out, and the others still found") {
  for (const int n : {10, 20, 300}) {
    Ours ours = filled<Ours>(n);
    Theirs theirs = filled<Theirs>(n);
    for (int i = 0; i < n; i += 2) CHECK(ours.erase(key(i)) == theirs.erase(key(i)));
    CHECK(ours.erase("none") == 0);
    CHECK(ours.dump() == theirs.dump());
    for (int i = 0; i < n; ++i) CHECK(ours.contains(key(i)) == (i % 2 == 1));
    ours.clear();
    CHECK(ours.empty());
    CHECK_FALSE(ours.contains(key(1)));
  }
}

}  // namespace
}  // namespace holdout::study
