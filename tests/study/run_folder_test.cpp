#include <holdout/study/run_folder.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "files.hpp"
#include "records.hpp"

namespace fs = std::filesystem;
using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// The number of a process that has ended.
pid_t dead_process() {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return child;
}

// No file may grow beyond it while this lives; to write more is an error and kills nobody.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("run folder: slugs are names of folders on every system") {
  CHECK(slug("breast-cancer_l2.v1") == "breast-cancer_l2.v1");
  CHECK(slug("Breast cancer (λ)") == "Breast-cancer");
  CHECK(slug("a  /  b") == "a-b");
  CHECK(slug("../../etc/passwd") == "etc-passwd");
  for (const char* strange : {"", ".", "..", "...", "λλ", "///", " \n\t", "-", "--.-"}) CHECK(slug(strange) == "study");
  CHECK(slug("--rm -rf") == "rm-rf");
  CHECK(slug(std::string("a\0b", 3)) == "a-b");
  CHECK(slug(std::string(200, 'x')) == std::string(64, 'x'));
  CHECK(slug(std::string(63, 'x') + " y") == std::string(63, 'x'));
  CHECK(slug("a_zA.Z09") == "a_zA.Z09");
  for (const char c : {'`', '{', '@', '[', '/', ':', ',', '^'}) CHECK(slug(std::string("a") + c + "b") == "a-b");
}

TEST_CASE("run folder: made with its parents, holds a signed lock that stays") {
  const Scratch scratch;
  const std::string path = scratch / "runs/a b/c";
  {
    const RunFolder folder(path);
    CHECK(folder.path() == path);
    CHECK(folder.file("study.db") == path + "/study.db");
    CHECK(contains(bytes_of(path + "/lock"), "process " + std::to_string(::getpid()) + " on "));
    // Children that are started do not inherit the lock.
    bool open_somewhere = false;
    for (int fd = 0; fd < 256; ++fd) {
      std::error_code error;
      if (fs::read_symlink("/proc/self/fd/" + std::to_string(fd), error).string() !=
          fs::canonical(path).string() + "/lock")
        continue;
      open_somewhere = true;
      CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK(open_somewhere);
  }
  CHECK(fs::exists(path + "/lock"));
  CHECK(RunFolder(path + "/").file("x") == path + "/x");
}

TEST_CASE("run folder: a second process is told who holds it, and gets it after the first one's death") {
  const Scratch scratch;
  const std::string path = scratch / "run";
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t holder = ::fork();
  REQUIRE(holder >= 0);
  if (holder == 0) {
    try {
      const RunFolder folder(path);
      (void)!::write(ready[1], "x", 1);
      ::pause();
    } catch (...) {
    }
    ::_exit(1);
  }
  char c = 0;
  REQUIRE(::read(ready[0], &c, 1) == 1);
  Fault fault = Fault::input;
  const std::string message = message_of([&] { RunFolder second(path); }, &fault);
  char host[256] = {};
  REQUIRE(::gethostname(host, sizeof host - 1) == 0);
  CHECK(message.starts_with(path + ": error: another run works in this folder"));
  CHECK(contains(message, "process " + std::to_string(holder) + " on " + host + " since 20"));
  CHECK(fault == Fault::failure);
  ::kill(holder, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(holder, &status, 0) == holder);
  CHECK_NOTHROW(RunFolder{path});
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("run folder: a second process that comes before the first has written its name waits for that") {
  const Scratch scratch;
  const std::string path = scratch / "run";
  fs::create_directory(path);
  const int lock = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  REQUIRE(lock >= 0);
  REQUIRE(::flock(lock, LOCK_EX) == 0);
  std::thread first([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    (void)!::write(lock, "process 7 on", 12);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    (void)!::write(lock, " it since now\n", 14);
  });
  const std::string message = message_of([&] { RunFolder second(path); });
  first.join();
  ::close(lock);
  CHECK(contains(message, "another run works in this folder: process 7 on it since now"));
}

TEST_CASE("run folder: a holder that never writes its name is a holder all the same") {
  const Scratch scratch;
  const int lock = ::open((scratch / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  REQUIRE(lock >= 0);
  REQUIRE(::flock(lock, LOCK_EX) == 0);
  const std::string message = message_of([&] { RunFolder second(scratch.path()); });
  ::close(lock);
  CHECK(contains(message, ": error: another run works in this folder\n"));
}

TEST_CASE("run folder: a lock that cannot be signed is an error of the lock") {
  const Scratch scratch;
  Fault fault = Fault::input;
  std::string message;
  {
    const FileSizeLimit nothing(0);
    message = message_of([&] { RunFolder folder(scratch.path()); }, &fault);
  }
  CHECK(contains(message, scratch / "lock: error: cannot be written: file too large\n"));
  CHECK(contains(message, "  check the file size limit (ulimit -f)"));
  CHECK(fault == Fault::failure);
  CHECK_NOTHROW(RunFolder{scratch.path()});
}

TEST_CASE("run folder: what cannot be one is named") {
  const Scratch scratch;
  const std::string file = scratch / "file";
  std::ofstream(file) << "x";
  Fault fault = Fault::failure;
  CHECK(contains(message_of([&] { RunFolder f(file); }, &fault),
                 file + ": error: this is not the folder of a run: it is a regular file, not a directory"));
  CHECK(fault == Fault::input);
  CHECK(contains(message_of([&] { RunFolder f(file + "/run"); }),
                 file + "/run: error: the folder cannot be made: not a directory"));
  CHECK(contains(message_of([&] { RunFolder f(""); }), "the folder cannot be made"));
  // A lock that is a link could make us write somewhere else.
  fs::create_directory(scratch / "linked");
  fs::create_symlink(file, scratch / "linked/lock");
  CHECK(contains(message_of([&] { RunFolder f(scratch / "linked"); }, &fault), "cannot be written"));
  CHECK(fault == Fault::failure);
  CHECK(bytes_of(file) == "x");

  if (::geteuid() == 0) {
    MESSAGE("skipped: root may write into folders that are read-only");
    return;
  }
  fs::create_directory(scratch / "closed");
  REQUIRE(::chmod((scratch / "closed").c_str(), 0555) == 0);
  for (const char* path : {"closed", "closed/run"})
    CHECK(contains(message_of([&] { RunFolder f(scratch / path); }),
                   std::string(path) + ": error: the folder cannot be "));
  CHECK(contains(message_of([&] { write_file(scratch / "closed/x", "x"); }),
                 "closed/x: error: cannot be written: permission denied"));
}

TEST_CASE("run folder: sweeps what dead processes left, and nothing else") {
  const Scratch scratch;
  const std::string dead = std::to_string(dead_process()), alive = std::to_string(::getppid());
  const std::vector<std::string> kept = {"." + alive, ".a." + alive + ".tmp", ".a.tmp",
                                         ".tmp",      "a." + dead + ".tmp",   "." + dead + ".tmp"};
  for (const std::string& name : kept) std::ofstream(scratch / name) << "x";
  for (const char* name : {".report.json.", ".study.db."}) std::ofstream(scratch / (name + dead + ".tmp")) << "x";
  const RunFolder folder(scratch.path());
  auto left = names_in(scratch.path());
  std::vector<std::string> expected = kept;
  expected.push_back("lock");
  std::sort(expected.begin(), expected.end());
  CHECK(left == expected);
}

TEST_CASE("write_file: a file is written whole, and replaced whole") {
  const Scratch scratch;
  const std::string path = scratch / "report.json";
  const std::string large(3'000'000, 'x');
  for (const std::string& content : {std::string("{}\n"), large, std::string(), std::string("a\0b\xff", 4)}) {
    write_file(path, content);
    CHECK(bytes_of(path) == content);
  }
  // Next to it nothing; permissions are those that the user's mask leaves.
  CHECK(names_in(scratch.path()) == std::vector<std::string>{"report.json"});
  const mode_t mask = ::umask(027);
  write_file(scratch / "masked", "x");
  ::umask(mask);
  struct stat info {};
  REQUIRE(::stat((scratch / "masked").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0640);
  // What a dead process of our number left is no obstacle, and a link in its place is not followed.
  std::ofstream(scratch / "elsewhere") << "x";
  fs::create_symlink(scratch / "elsewhere", temporary_name(path));
  write_file(path, "new");
  CHECK(bytes_of(path) == "new");
  CHECK(bytes_of(scratch / "elsewhere") == "x");
}

TEST_CASE("write_file: an error names the file and the reason, and leaves what was there") {
  const Scratch scratch;
  const std::string path = scratch / "report.html";
  write_file(path, "old");
  Fault fault = Fault::input;
  std::string message;
  {
    const FileSizeLimit limit(60'000);
    message = message_of([&] { write_file(path, std::string(100'000, 'y')); }, &fault);
  }
  CHECK(message.starts_with(path + ": error: cannot be written: file too large"));
  CHECK(fault == Fault::failure);
  CHECK(bytes_of(path) == "old");
  CHECK(names_in(scratch.path()) == std::vector<std::string>{"report.html"});

  CHECK(contains(message_of([&] { write_file(scratch / "no/x", "x"); }),
                 "no/x: error: cannot be written: no such file or directory"));
  fs::create_directory(scratch / "folder");
  CHECK(contains(message_of([&] { write_file(scratch / "folder", "x"); }),
                 "folder: error: cannot be written: it is a directory, not a regular file"));
  CHECK(names_in(scratch.path()) == std::vector<std::string>{"folder", "report.html"});
}
