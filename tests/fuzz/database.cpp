// The database of a run that somebody has changed, and every command that reads it: report, compare, run, verify. The
// first byte of the input chooses the command, the second a cell or an attribute, the next two a place in it and how
// much of it goes; the rest of the input is what stands there then.
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <holdout/base/parallel.hpp>
#include <holdout/report/compare.hpp>
#include <holdout/report/report.hpp>
#include <holdout/study/fingerprint.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/study/verify.hpp>

#include "database.hpp"
#include "fuzz.hpp"

using namespace holdout;
using namespace holdout::study;

namespace {

struct Quiet final : Observer {
  void changed(const RunState&) override {}
};

std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A study with words of every kind, its run, and the same run before its second half.
struct Runs {
  const Workers workers{1};
  std::string folder, path;
  StudyFile file;
  data::Prepared data;
  StudyRecord record;
  std::string whole, half;

  static constexpr const char* kStudy =
      "name: fuzz\ndata: {file: rows.csv, target: y}\n"
      "model: {type: logistic, l2: {values: [0], min: 0.001, max: 1, scale: log}}\n"
      "training: {optimizer: {values: [gd, {name: momentum, momentum: {min: 0.5, max: 0.9}}]}, learning_rate: 0.1, "
      "epochs: {min: 1, max: 3}}\nsearch: {method: random, trials: 6}\n";

  Runs() {
    std::string name = (std::filesystem::temp_directory_path() / "holdout-fuzz-XXXXXX").string();
    folder = ::mkdtemp(name.data()), path = folder + "/study.db";
    std::ofstream rows(folder + "/rows.csv");
    rows << "a,b,y\n";
    for (int i = 0; i < 24; ++i)
      rows << i * 7 % 11 << (i % 3 == 0 ? ",red," : ",\"it's\",") << (i * 5 % 3 == 0 ? "no\n" : "yes\n");
    rows.close();
    file = read_study_text("study.yaml", kStudy, folder);
    data = prepare(file);
    record = record_of(file, data);
    const auto storage = Storage::create(path, record);
    const std::atomic<bool> never = false;
    Quiet quiet;
    run(file, data, *storage, workers, never, quiet);
    storage->close();
    whole = bytes_of(path);
    {
      Database database(path, false);
      for (const char* statement :
           {"delete from trial_values where trial_id > 3", "delete from trial_user_attributes where trial_id > 3",
            "delete from trial_params where trial_id > 3", "delete from trial_intermediate_values where trial_id > 3",
            "delete from trials where trial_id > 3",
            "delete from study_user_attributes where \"key\" in ('holdout:facts', 'holdout:winner')"})
        database.guarded([&] { database.sql() << statement; });
    }
    half = bytes_of(path);
  }
  ~Runs() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  Runs(const Runs&) = delete;
};

// A part of a text, and a whole cell.
constexpr const char* kChanges[] = {
    "update study_user_attributes set value_json = substr(value_json, 1, :p) || :x || substr(value_json, :p + :n + 1) "
    "where study_user_attribute_id = :i",
    "update trial_user_attributes set value_json = substr(value_json, 1, :p) || :x || substr(value_json, :p + :n + 1) "
    "where trial_user_attribute_id = :i",
    "update trial_user_attributes set value_json = :x where trial_user_attribute_id = :i and :p + :n >= 0",
    "update trial_user_attributes set \"key\" = :x where trial_user_attribute_id = :i and :p + :n >= 0",
    "update trials set state = :x where trial_id = :i and :p + :n >= 0",
    "update trials set number = :x where trial_id = :i and :p + :n >= 0",
    "update trial_params set param_value = :x where param_id = :i and :p + :n >= 0",
    "update trial_params set param_name = :x where param_id = :i and :p + :n >= 0",
    "update trial_values set value = :x where trial_value_id = :i and :p + :n >= 0",
    "update trial_values set value_type = :x where trial_value_id = :i and :p + :n >= 0",
    "update trial_intermediate_values set intermediate_value = :x where trial_intermediate_value_id = :i and :p + :n "
    ">= 0",
    "update trial_intermediate_values set step = :x where trial_intermediate_value_id = :i and :p + :n >= 0",
    "update studies set study_name = :x where :i + :p + :n >= 0",
    "update study_directions set direction = :x where :i + :p + :n >= 0",
    "delete from trial_params where param_id = :i and :x = '' and :p + :n >= 0",
    "delete from trials where trial_id = :i and :x = '' and :p + :n >= 0"};

void change(const std::string& path, const std::uint8_t* input, std::size_t size) {
  Database database(path, false);
  const std::string text(reinterpret_cast<const char*>(input + 5), size - 5);
  const int id = 1 + input[2], place = 4 * input[3] + input[4] % 4, length = input[4] / 4;
  database.guarded([&] {
    database.sql() << "pragma synchronous = off";
    std::string mode;
    database.sql() << "pragma journal_mode = memory", soci::into(mode);
    database.sql() << kChanges[input[1] % std::size(kChanges)], soci::use(place, "p"), soci::use(length, "n"),
        soci::use(text, "x"), soci::use(id, "i");
  });
}

void report_all(const report::Findings& findings) {
  for (const std::string_view format : report::formats()) report::render(findings, format);
  report::summary(findings, "run");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  static const Runs runs;
  if (size < 5) return 0;
  const unsigned command = input[0] % 4;
  for (const char* ending : {"-wal", "-shm", "-journal"}) std::filesystem::remove(runs.path + ending);
  std::ofstream(runs.path, std::ios::binary) << (command == 2 ? runs.half : runs.whole);
  fuzz::understood_or_refused([&] {
    change(runs.path, input, size);
    const auto storage = Storage::open(runs.path, command != 2);
    if (command == 0) report_all(report::find(*storage));
    if (command == 1) {
      const report::Comparison both =
          report::compare({{"one", report::find(*storage)}, {"two", report::find(*storage)}});
      report::comparison_text(both), report::comparison_page(both);
    }
    if (command == 2) {
      for (const Change& one : changes(storage->study(), runs.record))
        if (!one.harmless) return;
      check_space(storage->study(), runs.record);
      const std::atomic<bool> never = false;
      Quiet quiet;
      run(runs.file, runs.data, *storage, runs.workers, never, quiet);
      report_all(report::find(*storage));
    }
    if (command == 3) {
      std::vector<Trial> trials = storage->trials();
      std::erase_if(trials, [](const Trial& t) { return !has_outcome(t.outcome.state); });
      for (Trial& trial : trials) trial.outcome.curve = storage->curve(trial.number);
      StudyFile file = read_study_text("study.db", storage->study().text, runs.folder);
      if (storage->study().text != runs.record.text) return;  // another study may be of any size
      check_space(storage->study(), record_of(file, runs.data));
      verify(*storage, file, runs.data, trials, runs.workers);
      reasons_to_differ(*storage, runs.record);
    }
  });
  return 0;
}
