// The command as a process: what it prints, how it exits.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace process {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// report.json without its last section, `run`: the only one that may differ.
inline std::string lasting(const std::string& json) { return json.substr(0, json.find("\"run\"")); }

/// A folder of its own, gone with the object.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "holdout-cli-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::filesystem::path path;
};

struct Ended {
  int code = 0;  // exit code, or minus the signal that killed it
  std::string out, err;
};

/// Runs `holdout arguments…` in a folder, through sh so that redirections can be written; `$H` is the command.
inline Ended shell(const Folder& folder, const std::string& line) {
  const std::string out = folder / ".stdout", err = folder / ".stderr";
  const std::string command = "cd '" + folder.path.string() + "' && export H='" HOLDOUT_BINARY "' && { " + line +
                              " ; } > '" + out + "' 2> '" + err + "' < /dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_file(out), read_file(err)};
}

/// A line that is the user's mistake: exit code 2, what is wrong on stderr, nothing on stdout.
inline void check_refused(const Folder& folder, const std::string& line, const std::string& says) {
  CAPTURE(line);
  const Ended ended = shell(folder, line);
  CAPTURE(ended.err);
  CHECK(ended.code == 2);
  CHECK(has(ended.err, says));
  CHECK(ended.out.empty());
}

/// Starts `holdout run STUDY --out run`, sends the signal once `ready()` says so, and waits for the end.
template <class Ready>
int interrupted(const Folder& folder, const std::string& study, int signal, Ready ready) {
  std::fflush(nullptr);  // or the child would write our buffers once more
  const pid_t child = fork();
  if (child == 0) {
    if (chdir(folder.path.c_str()) != 0) _exit(99);
    if (!freopen(".stdout", "w", stdout) || !freopen(".stderr", "w", stderr)) _exit(99);
    execl(HOLDOUT_BINARY, "holdout", "run", study.c_str(), "--out", "run", static_cast<char*>(nullptr));
    _exit(99);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (ready()) {
      kill(child, signal);
      waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace process
