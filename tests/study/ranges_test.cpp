#include "ranges.hpp"

#include <doctest/doctest.h>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

TEST_CASE("ranges: each mistake has its message") {
  struct {
    const char *rest, *message;
  } const cases[] = {
      {"model: {l2: {values: [1, ~]}}\n", "2:26: error: model.l2: an empty item among the values"},
      {"model: {l2: {values: 5}}\n", "2:22: error: model.l2: 'values' is not a list\n"},
      {"model: {l2: {values: []}}\n", "2:22: error: model.l2: 'values' is empty\n"},
      {"model: {l2: {values: }}\n", "2:14: error: model.l2: 'values' has no value\n"},
      {"model: {l2: {min: , max: 1}}\n", "2:14: error: model.l2: 'min' has no value\n"},
      {"model: {l2: {min: 0, max: 1, step: 0.5, points: 3}}\n", "2:49: error: model.l2: both 'step' and 'points'\n"},
      {"model: {l2: {min: 0, max: 1, step: 0.5, points: 3}}\n", "either says which values there are: leave one"},
      {"model: {l2: {min: 0, max: 1, points: many}}\n", "model.l2 points: 'many' is not an integer >= 2"},
      {"model: {l2: {min: 0, max: 1, scale: [log]}}\n", "model.l2 scale: expected one of linear, log, found a list"},
      {"model: {l2: {min: 2, max: 1}}\n", "2:19: error: model.l2: min 2 is above max 1\n"},
      {"model: {l2: {min: 0, max: 1, scale: log}}\n", "{min: 1e-6, max: 1, scale: log, values: [0]}"},
      // of words, which have no interval
      {"training: {precision: {values: [float32], foo: 1}}\n", "unknown key 'foo' in the range of training.precision"},
      {"training: {precision: {values: }}\n", "2:24: error: training.precision: 'values' has no value"},
      {"training: {precision: {values: float32}}\n", "2:32: error: training.precision: 'values' is not a list"},
      {"training: {precision: {values: []}}\n", "2:32: error: training.precision: 'values' is empty"},
      {"training: {precision: {values: []}}\n", "{values: [...]}, at least one"},
      {"training: {precision: {min: float32}}\n", "2:24: error: training.precision has no 'min': it is no number"},
      {"training: {precision: {values: [float32, float32]}}\n", "'float32' is listed twice"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rest);
    const std::string got = complaints(with(c.rest));
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

TEST_CASE("ranges: a log scale below zero, and a scale that is said though it is the usual one") {
  const auto read = [](const char* text) {
    const yaml::Source source = yaml::text_source("x", text);
    Errors errors;
    const auto range = read_range(Leaf::of(any_number<double>()), yaml::parse(source, errors), "x", errors);
    return errors.empty() ? yaml_range(*range) : std::string(Error(errors.messages()).what());
  };
  CHECK(has(read("{min: -1, max: 1, scale: log}"), "x: a log scale needs min > 0, found -1\n"));
  CHECK(has(read("{min: -1, max: 1, scale: log}"), "  use scale: linear"));
  CHECK(read("{min: -1, max: 1, scale: linear}") == "{min: -1, max: 1}");
  CHECK(read("{min: -1, max: 1, step: 0.5, values: [3]}") == "{min: -1, max: 1, step: 0.5, values: [3]}");
}

}  // namespace
}  // namespace holdout::study
