#include "outline.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <holdout/train/settings.hpp>

namespace holdout::study {
namespace {

TEST_CASE("outline: paths and keys that sections make up") {
  const auto outline = study_outline();
  CHECK(find(outline, "model.l2.groups.blood.columns"));
  CHECK(find(outline, "model.l2.groups.blood"));
  CHECK_FALSE(find(outline, "model.l2.groups."));
  CHECK_FALSE(find(outline, "model.l2.groups.blood.colour"));
  CHECK_FALSE(find(outline, "model.l1.groups.blood"));
  train::ModelSettings mlp;
  REQUIRE(mlp.alternatives().back().name == "mlp");
  mlp.select(mlp.alternatives().size() - 1);
  const std::vector<std::string> keys = keys_of([&](FieldVisitor& f) { mlp.fields(f); });
  for (const char* key : {"l2", "l1", "elastic_net", "hidden", "activation"}) {
    CAPTURE(key);
    CHECK(std::find(keys.begin(), keys.end(), key) != keys.end());
  }
}

}  // namespace
}  // namespace holdout::study
