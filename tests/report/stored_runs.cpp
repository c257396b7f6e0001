// Runs that earlier versions stored: each is opened, and reported with the numbers that its own version reported.
// tests/data/runs/VERSION holds study.db as that version left it, and its report.json.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <holdout/report/report.hpp>

#include "support/folder.hpp"

namespace fs = std::filesystem;
using namespace holdout;

namespace {

nlohmann::json read_json(const fs::path& path) {
  std::ifstream in(path);
  return nlohmann::json::parse(in);
}

// What later versions add was not there then; what was there is the same, bit for bit.
void check_kept(const nlohmann::json& then, const nlohmann::json& now) {
  for (const auto& [key, value] : then.items()) {
    CAPTURE(key);
    REQUIRE(now.contains(key));
    if (value.is_object() && now.at(key).is_object())
      check_kept(value, now.at(key));
    else
      CHECK(now.at(key) == value);
  }
}

}  // namespace

TEST_CASE("stored runs: every earlier version's is read, and says what it said") {
  const fs::path folder = fs::temp_directory_path() / ("holdout-runs-" + std::to_string(::getpid()));
  int count = 0;
  for (const auto& version : fs::directory_iterator(holdout::testing::tests_folder() + "/data/runs")) {
    CAPTURE(version.path());
    fs::create_directories(folder);
    const std::string copy = folder / "study.db";
    fs::copy_file(version.path() / "study.db", copy);
    for (const bool read_only : {true, false}) {  // for going on, Optuna's revision is taken out: a change of the file
      const auto storage = study::Storage::open(copy, read_only);
      const auto now = nlohmann::json::parse(report::render(report::find(*storage), "json"));
      auto then = read_json(version.path() / "report.json");
      check_kept(then["best"], now.at("best"));
      REQUIRE(now.at("trials").size() == then["trials"].size());
      for (std::size_t i = 0; i < then["trials"].size(); ++i) check_kept(then["trials"][i], now["trials"][i]);
      then.erase("best"), then.erase("trials"), then.erase("findings");  // what is found in them may get better
      check_kept(then, now);
      CHECK(storage->answers().size() == storage->trials().size());
      CHECK(storage->winner().has_value());
    }
    fs::remove_all(folder);
    ++count;
  }
  CHECK(count > 0);
}
