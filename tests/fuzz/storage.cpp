// A stored run of which another program, or a bad disk, has changed something: one cell, or bytes of the file. The
// first byte of the input chooses what, the second where; the rest is what stands there then.
#define DOCTEST_CONFIG_IMPLEMENT  // the records come from the tests
#include <filesystem>
#include <fstream>

#include <holdout/report/report.hpp>

#include "database.hpp"
#include "fuzz.hpp"
#include "study/records.hpp"

using namespace holdout;
using namespace holdout::study;

namespace {

constexpr const char* kCells[] = {
    "update study_user_attributes set value_json = :x where study_user_attribute_id = :i",
    "update trial_user_attributes set value_json = :x where trial_user_attribute_id = :i",
    "update trial_user_attributes set \"key\" = :x where trial_user_attribute_id = :i",
    "update trials set state = :x where trial_id = :i",
    "update trials set number = :x where trial_id = :i",
    "update trial_params set param_value = :x where param_id = :i",
    "update trial_values set value = :x where trial_value_id = :i",
    "update trial_values set value_type = :x where trial_value_id = :i",
    "update trial_intermediate_values set intermediate_value_type = :x where trial_intermediate_value_id = :i",
    "update trial_intermediate_values set step = :x where trial_intermediate_value_id = :i",
    "update studies set study_name = :x where :i > 0",
    "update holdout_theta set theta = :x where trial_id = :i",
    "update study_directions set direction = :x where :i > 0"};

struct Asserts {
  doctest::Context context;
  Asserts() { context.setAsDefaultForAssertsOutOfTestCases(); }
};

// One run for all inputs, and the file where each gets its own copy.
struct Files {
  Asserts asserts;
  study::testing::Scratch scratch;
  std::string whole = scratch / "whole.db", changed = scratch / "study.db", bytes;
  Files() {
    std::vector<Trial> all = study::testing::trials(0, 8);
    all[0].outcome.theta = {{1, 2, 3}};
    const auto storage = Storage::create(whole, study::testing::record());
    storage->begin(all);
    storage->finish(all);
    RunFacts facts;
    facts.finished = "2026-11-26 00:00:00";
    storage->write(facts);
    storage->write(Winner{});
    storage->close();
    bytes = study::testing::bytes_of(whole);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  static const Files files;
  if (size < 2) return 0;
  constexpr std::size_t kKinds = std::size(kCells) + 1;
  const std::size_t kind = input[0] % kKinds;
  const int place = 1 + input[1];
  const std::string text(reinterpret_cast<const char*>(input + 2), size - 2);
  std::string bytes = files.bytes;
  if (kind == std::size(kCells)) {
    const std::size_t at = bytes.size() / 256 * input[1];
    bytes.replace(at, std::min(text.size(), bytes.size() - at), text);
  }
  std::ofstream(files.changed, std::ios::binary) << bytes;
  for (const char* ending : {"-wal", "-shm", "-journal"}) std::filesystem::remove(files.changed + ending);
  fuzz::understood_or_refused([&] {
    if (kind < std::size(kCells)) {
      Database database(files.changed, false);
      database.guarded([&] { database.sql() << kCells[kind], soci::use(text, "x"), soci::use(place, "i"); });
    }
    const auto storage = Storage::open(files.changed, input[0] & 128);
    const report::Findings findings = report::find(*storage);
    for (const std::string_view format : report::formats()) report::render(findings, format);
    storage->answers();
    for (int number = 0; number < 3; ++number) storage->theta(number);
  });
  return 0;
}
