// holdout init: studies that run.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::read_file;
using process::shell;

namespace {

// Everything at once: gaps, words, an identifier, row numbers, a constant, a mix, an empty column, semicolons.
std::string untidy() {
  std::string text = "row;ticket;\"class: sea\";fare;same;mixed;gone;survived\n";
  for (int i = 0; i < 80; ++i) {
    const std::string sea = i % 3 == 0 ? "north" : i % 3 == 1 ? "east" : "south, far";
    text += std::to_string(i) + ";T-" + std::to_string(i * 37 % 101) + ";" + sea + ";" +
            (i % 9 == 8 ? "" : std::to_string(i % 7 * 1000)) + ";1;" + (i == 40 ? "x" : "2") + ";NA;" +
            ((i * 7 + i % 3) % 5 > 2 ? "yes" : "no") + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("init: an untidy file gets a study that runs, and says why it leaves columns out") {
  Folder folder;
  process::write_file(folder.path / "untidy data.csv", untidy());
  const auto made = shell(folder, "$H init 'untidy data.csv' --target survived --out first.yaml");
  REQUIRE_MESSAGE(made.code == 0, made.err);
  const std::string study = read_file(folder.path / "first.yaml");
  CAPTURE(study);
  for (const char* part : {"type: logistic", "delimiter: \";\"", "missing: mean",
                           "exclude: [row, ticket, same, mixed, gone]", "ticket: words, 80 different ones",
                           "row: it only numbers the rows", "mixed: numbers and words ('x' in line 42)",
                           "gone: every cell is missing", "same: the same in every row", "no (", "yes (", "kfold"})
    CHECK_MESSAGE(has(study, part), part);
  const auto run = shell(folder, "$H run first.yaml --out run");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(has(run.out, "model.l2"));
}

TEST_CASE("init: every kind of target, and files that are no CSV") {
  Folder folder;
  std::string numbers = "a,b,y\n", classes = "a,b,y\n", sparse, small = "a\ty\n";
  for (int i = 0; i < 60; ++i) {
    const std::string ab = std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + ",";
    numbers += ab + std::to_string(0.5 * i) + "\n", classes += ab + std::to_string(i * 7 % 11 % 3) + "\n";
    sparse += std::to_string(i % 2) + " 3:" + std::to_string(i % 4 + 1) + " 7:1.5\n";
  }
  for (int i = 0; i < 12; ++i) small += std::to_string(i * 7 % 11) + "\t" + (i % 2 == 0 ? "even" : "odd") + "\n";
  process::write_file(folder.path / "numbers.csv", numbers);
  process::write_file(folder.path / "classes.txt", classes);
  process::write_file(folder.path / "sparse", sparse);
  process::write_file(folder.path / "small.tsv", small);
  const struct {
    const char *line, *file, *part;
  } cases[] = {{"$H init numbers.csv --target y", "numbers.yaml", "type: linear"},
               {"gzip numbers.csv && $H init numbers.csv.gz --target y --out z.yaml", "z.yaml", "numbers.csv.gz"},
               {"$H init classes.txt --target y", "classes.yaml", "type: softmax"},
               {"$H init sparse", "sparse.yaml", "format: libsvm"},
               {"mkdir deep && $H init small.tsv --target y --out deep/s.yaml", "deep/s.yaml", "file: ../small.tsv"}};
  for (const auto& [line, file, part] : cases) {
    CAPTURE(line);
    const auto made = shell(folder, line);
    REQUIRE_MESSAGE(made.code == 0, made.err);
    CHECK(has(read_file(folder.path / file), part));
    const auto run = shell(folder, std::string("$H run ") + file + " --fresh --quiet");
    CHECK_MESSAGE(run.code == 0, run.err);
  }
}

TEST_CASE("init: proposes splits by group and by time where columns look like it, as comments that work") {
  Folder folder;
  std::string rows = "PatientID,date,clinic_year,age,dose,y\n";
  for (int i = 0; i < 120; ++i)
    rows += "p" + std::to_string(i % 12) + ",2024-" + (i / 10 < 9 ? "0" : "") + std::to_string(i / 10 + 1) + "-" +
            std::to_string(10 + i % 10) + "," + std::to_string(2000 + i / 10) + "," + std::to_string(i * 7 % 50) + "," +
            std::to_string(i % 9) + "," + std::to_string(0.5 * (i * 7 % 50) + i % 3) + "\n";
  process::write_file(folder.path / "d.csv", rows);
  const auto made = shell(folder, "$H init d.csv --target y --out first.yaml");
  REQUIRE_MESSAGE(made.code == 0, made.err);
  const std::string study = read_file(folder.path / "first.yaml");
  CAPTURE(study);
  const std::string group = "  # split: {method: kfold, folds: 5, group: PatientID, test: 0.2}",
                    time = "  # split: {method: time, folds: 5, order: date, test: 0.2}";
  CHECK(has(study, group));
  CHECK(has(study, time));
  CHECK(has(study, "order: clinic_year"));
  CHECK_FALSE(has(study, "group: age"));
  CHECK_FALSE(has(study, "group: dose"));
  for (const std::string& line : {group, time}) {
    std::string other = study;
    const std::size_t usual = other.find("  split:");
    other.replace(usual, other.find('\n', usual) - usual, "");
    other.replace(other.find(line) + 2, 2, "");
    process::write_file(folder.path / "other.yaml", other);
    const auto run = shell(folder, "$H run other.yaml --fresh --out run");
    CHECK_MESSAGE(run.code == 0, run.err);
    CHECK(has(run.err, line == group ? "12 groups by 'PatientID'" : "split by 'date'"));
  }
}

TEST_CASE("init: however few rows the rarest class has, the study runs") {
  for (int rare = 2; rare <= 7; ++rare) {
    CAPTURE(rare);
    Folder folder;
    std::string text = "a,b,y\n";
    for (int i = 0; i < 90; ++i)
      text += std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + "," + (i < rare ? "ill" : "well") + "\n";
    process::write_file(folder.path / "rare.csv", text);
    const auto made = shell(folder, "$H init rare.csv --target y");
    REQUIRE_MESSAGE(made.code == 0, made.err);
    CHECK(shell(folder, "$H run rare.yaml --out run").code == 0);
  }
}

TEST_CASE("init: nothing is overwritten; what cannot be is said, near names suggested") {
  Folder folder;
  process::write_file(folder.path / "d.csv", "age,same,name,target\n1,2,a,5\n2,2,b,6\n3,2,c,7\n4,2,d,8\n");
  process::write_file(folder.path / "there.yaml", "mine");
  const struct {
    const char *line, *says;
  } cases[] = {
      {"$H init d.csv --target target --out there.yaml", "is there already"},
      {"$H init d.csv", "columns: age, same, name, target"},
      {"$H init d.csv --target taget", "did you mean 'target'"},
      {"$H init d.csv --target same", "nothing to learn"},
      {"$H init nothere.csv --target y", "'nothere.csv': no such file"},
      {"$H init", "needs a data file"},
      {"printf '1 2:3\\n0 2:1\\n' > s.svm; $H init s.svm --target y", "leave --target away"},
      {"printf 'y,only\\n1,2\\n2,2\\n' > o.csv; $H init o.csv --target y", "'only': the same in every row"},
  };
  for (const auto& [line, says] : cases) process::check_refused(folder, line, says);
  CHECK(read_file(folder.path / "there.yaml") == "mine");
  CHECK(!std::filesystem::exists(folder.path / "d.yaml"));
}

TEST_CASE("init: how numbers and words are written is found out, and gaps get their rules") {
  Folder folder;
  std::string text = "sep=;\r\nGr\xf6\xdf\x65;0;city;y\r\n";
  for (int i = 0; i < 60; ++i)
    text += "1." + std::to_string(100 + i * 7 % 11) + "," + std::to_string(i % 10) + ";" +
            (i % 7 == 0 ? "" : std::to_string(i % 5)) + ";" +
            (i % 9 == 0 ? "NA"
             : i % 2    ? "A"
                        : "B") +
            ";" + (i == 3 ? "" : std::to_string(i % 11) + ",5") + "\r\n";
  process::write_file(folder.path / "d.csv", text);
  const auto made = shell(folder, "$H init d.csv --target y");
  REQUIRE_MESSAGE(made.code == 0, made.err);
  const std::string study = read_file(folder.path / "d.yaml");
  CAPTURE(study);
  for (const char* part : {"delimiter: \";\"", "encoding: windows-1252", "decimal: \",\"", "thousands: \".\"",
                           "missing: {default: mean, columns: {city: level, \"y\": drop_row}}"})
    CHECK_MESSAGE(has(study, part), part);
  const auto run = shell(folder, "$H run d.yaml --out run");
  CHECK_MESSAGE(run.code == 0, run.err);
  // A header of numbers, with the target's name.
  process::write_file(folder.path / "n.csv", "0,1,2\n1,5,2\n3,1,4\n4,4,9\n5,2,1\n6,7,3\n");
  CHECK(shell(folder, "$H init n.csv --target 2").code == 0);
}
