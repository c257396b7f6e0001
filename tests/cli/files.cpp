// Files that are no files, and limits, as a user meets them. tests/faults/limits.py has all places and all limits.
#include <doctest/doctest.h>

#include "process.hpp"

using process::check_refused;
using process::Folder;
using process::has;
using process::shell;

namespace {

void write_study(const Folder& folder) {
  std::string rows = "a,y\n";
  for (int i = 0; i < 30; ++i) rows += std::to_string(i % 7) + "," + std::to_string(2 * (i % 7) + i % 3) + "\n";
  process::write_file(folder.path / "rows.csv", rows);
  process::write_file(folder.path / "s.yaml",
                      "name: s\ndata: {file: rows.csv, target: y}\nmodel: {type: linear, l2: {values: [0.1, 1]}}\n"
                      "training: {optimizer: exact}\n");
}

}  // namespace

TEST_CASE("what is no file is refused before anything waits for it, and is left as it is") {
  Folder folder;
  write_study(folder);
  REQUIRE(shell(folder,
                "$H run s.yaml --out run --quiet && mkfifo pipe && ln -s gone dangling && ln -s /dev/full full && "
                "ln -s loop loop && mkdir taken && mkfifo taken/report.html")
              .code == 0);
  const struct {
    const char *line, *says;
  } cases[] = {
      {"$H run pipe", "pipe: error: it is a named pipe (FIFO), not a regular file"},
      {"$H validate full", "full: error: it is a device, not a regular file"},
      {"$H run dangling", "dangling: error: no such file: it is a link to 'gone', which is not there"},
      {"$H run loop", "loop: error: too many levels of symbolic links"},
      {"$H run s.yaml --set data.file=pipe", "data file 'pipe': it is a named pipe (FIFO), not a regular file"},
      {"$H run s.yaml --out dangling",
       "dangling: error: this is not the folder of a run: no such directory: it is a link"},
      {"$H run s.yaml --out pipe", "pipe: error: this is not the folder of a run: it is a named pipe (FIFO)"},
      {"$H run s.yaml --out taken", "taken/report.html: error: cannot be written: it is a named pipe (FIFO)"},
      {"$H report pipe", "'pipe' is not the folder of a run: it is a named pipe (FIFO), not a directory"},
      {"$H verify loop", "'loop' is not the folder of a run: too many levels of symbolic links"},
      {"$H compare run dangling", "'dangling' is not the folder of a run: no such directory: it is a link to 'gone'"},
      {"$H compare run run --html pipe", "pipe: error: cannot be written: it is a named pipe (FIFO)"},
      {"$H export run --to python --out full", "full: error: cannot be written: it is a device, not a regular file"},
      {"$H export pipe --to python", "pipe: error: it is a named pipe (FIFO), not a regular file"},
      {"$H predict run pipe", "data file 'pipe': it is a named pipe (FIFO), not a regular file"},
      {"$H predict run /dev/zero", "data file '/dev/zero': it is a device, not a regular file"},
      {"$H init pipe --target y", "data file 'pipe': it is a named pipe (FIFO), not a regular file"},
      {"$H init rows.csv --target y --out dangling", "'dangling' is there already"},
  };
  for (const auto& [line, says] : cases) check_refused(folder, line, says);
  CHECK(shell(folder, "test -p pipe && test -L dangling && test -L full && test -L loop && test -p taken/report.html")
            .code == 0);
  CHECK(!std::filesystem::exists(folder.path / "taken/study.db"));  // said before the training
}

TEST_CASE("predict reads the pipes that are meant") {
  Folder folder;
  write_study(folder);
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  const std::string whole = shell(folder, "$H predict run rows.csv").out;
  CHECK(whole.size() > 300);
  for (const char* line : {"cat rows.csv | $H predict run /dev/stdin", "$H predict run /dev/stdin < rows.csv",
                           "gzip -c rows.csv | $H predict run -", "cat rows.csv | $H predict run /dev/fd/0",
                           "bash -c '$H predict run <(cat rows.csv)'"}) {
    CAPTURE(line);
    CHECK(shell(folder, line).out == whole);
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these take terabytes of addresses
TEST_CASE("what a limit refuses is said with the limit") {
  Folder folder;
  write_study(folder);
  const auto files = shell(folder, "exec 3>&-; ulimit -n 4; $H run s.yaml --out run");
  CHECK(files.code == 1);
  CHECK(has(files.err, "too many open files (ulimit -n 4)"));
  const auto stacks = shell(folder, "ulimit -v 400000; $H run s.yaml --out run --threads 1000");
  CHECK(stacks.code == 1);
  CHECK(has(stacks.err, "1000 threads cannot be made, only "));
  CHECK(has(stacks.err, "ulimit -v 400000"));
  CHECK(has(stacks.err, "use --threads "));
  CHECK(shell(folder, "ulimit -s 64; $H run s.yaml --out run").code == 0);
}
#endif
