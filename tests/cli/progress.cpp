// What a run shows of itself: a live view on a terminal, events for programs, nothing where that is wanted.
#include <pty.h>

#include <algorithm>

#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::shell;

namespace {

void write_study(const Folder& folder) {
  std::string rows = "a,b,target\n";
  for (int i = 0; i < 40; ++i)
    rows += std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + "," + std::to_string(i * i % 17) + "\n";
  process::write_file(folder.path / "rows.csv", rows);
  process::write_file(folder.path / "s.yaml",
                      "name: live\n"
                      "data: {file: rows.csv, target: target, split: {method: holdout, fraction: 0.25}}\n"
                      "model: {type: linear, l2: {min: 1e-3, max: 10, scale: log}}\n"
                      "training: {optimizer: gd, learning_rate: auto, batch_size: batch, epochs: 50}\n"
                      "objective: {metric: mse}\n"
                      "search: {method: random, trials: 300}\n");
}

// All that `holdout run s.yaml --out run` says on a terminal of 60 columns, with these variables set.
std::string on_terminal(const Folder& folder, const std::string& environment) {
  winsize size{};
  size.ws_row = 24, size.ws_col = 60;
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    const std::string command = "cd '" + folder.path.string() + "' && exec env -u NO_COLOR -u LC_ALL -u LC_CTYPE " +
                                environment + " '" HOLDOUT_BINARY "' run s.yaml --out run --fresh";
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(99);
  }
  std::string said;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(terminal, buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(n));
  close(terminal);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  return said;
}

}  // namespace

TEST_CASE("progress: on a terminal a view that is drawn over and gone at the end, no line longer than the terminal") {
  const Folder folder;
  write_study(folder);
  const std::string said = on_terminal(folder, "TERM=xterm LANG=C.UTF-8");
  CHECK(has(said, "of 300 trials"));
  CHECK(has(said, "\x1b[K"));
  // Seen as a terminal would: what remains is the summary alone.
  const std::size_t end = said.rfind("\x1b[K");
  CHECK(has(said.substr(end), "best mse: "));
  CHECK_FALSE(has(said.substr(end), "cohort"));
  std::size_t column = 0;
  bool inside = false;
  for (const char c : said.substr(0, end)) {
    if (c == '\x1b') inside = true;
    if (!inside && (static_cast<unsigned char>(c) & 0xC0) != 0x80) ++column;
    if (inside && (c == 'K' || c == 'A' || c == 'm')) inside = false;
    if (c == '\r' || c == '\n') column = 0;
    CHECK(column <= 60);
  }
}

TEST_CASE("progress: NO_COLOR leaves the view without colours, TERM=dumb without movements") {
  const Folder folder;
  write_study(folder);
  CHECK_FALSE(has(on_terminal(folder, "TERM=xterm LANG=C NO_COLOR=1"), "\x1b[1;32m"));
  CHECK_FALSE(has(on_terminal(folder, "TERM=dumb LANG=C"), "\x1b"));
}

TEST_CASE("progress: --json says events on stderr, a JSON object a line, and the report on stdout") {
  const Folder folder;
  write_study(folder);
  const process::Ended ended = shell(folder, "$H run s.yaml --out run --json");
  CHECK(ended.code == 0);
  CHECK(ended.out.starts_with("{\n  \"schema\": 1"));
  CHECK(ended.err.starts_with(
      "{\"event\":\"start\",\"study\":\"live\",\"metric\":\"mse\",\"direction\":\"minimize\"}\n"));
  CHECK(has(ended.err, "{\"event\":\"trials\",\"done\":"));
  CHECK(has(ended.err, "{\"event\":\"end\",\"done\":300,\"failed\":0,\"planned\":300,\"best\":"));
  std::size_t start = 0;
  for (std::size_t stop = 0; (stop = ended.err.find('\n', start)) != std::string::npos; start = stop + 1) {
    const std::string line = ended.err.substr(start, stop - start);
    CHECK(line.starts_with("{\"event\":\""));
    CHECK(line.ends_with("}"));
    CHECK(std::ranges::count(line, '{') == 1);
  }
  CHECK(shell(folder, "$H run s.yaml --out quiet --quiet").err.empty());
  CHECK(shell(folder, "$H run s.yaml --out quiet --json --quiet --fresh").err.empty());
}
