#include "files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "records.hpp"

namespace fs = std::filesystem;
using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

TEST_CASE("files: what the system says, in small letters, with a hint for what people meet") {
  struct {
    int reason;
    const char *text, *hint;
  } const cases[] = {
      {ENOSPC, "cannot be written: no space left on device", "make room and run it again: what is finished is stored"},
      {EDQUOT, "cannot be written: disk quota exceeded", "make room and run it again: what is finished is stored"},
      {EACCES, "cannot be written: permission denied", "or choose another one with --out"},
      {EPERM, "cannot be written: operation not permitted", "or choose another one with --out"},
      {EROFS, "cannot be written: read-only file system", "or choose another one with --out"},
      {EFBIG, "cannot be written: file too large", "check the file size limit (ulimit -f)"},
      {EIO, "cannot be written: input/output error", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.reason);
    const Error error = system_error("runs/x", "cannot be written", c.reason);
    CHECK(error.fault() == Fault::failure);
    REQUIRE(error.messages().size() == 1);
    CHECK(error.messages()[0].place.file == "runs/x");
    CHECK(error.messages()[0].text == c.text);
    CHECK(contains(error.messages()[0].hint, c.hint));
    CHECK(error.messages()[0].hint.empty() == (c.reason == EIO));
  }
}

TEST_CASE("files: a descriptor is closed once, and says when that went wrong") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Descriptor reading(ends[0]), writing(ends[1]);
  CHECK(reading.close());
  CHECK(reading.close());  // nothing is left to close
  CHECK(reading.fd() == -1);
  const int fd = writing.release();
  CHECK(writing.close());
  CHECK(::fcntl(fd, F_GETFD) >= 0);  // it is the caller's now
  Descriptor again(fd);
  REQUIRE(::close(fd) == 0);
  CHECK_FALSE(again.close());
  CHECK(errno == EBADF);
}

TEST_CASE("files: folders and temporary names") {
  CHECK(folder_of("study.db") == ".");
  CHECK(folder_of("/study.db") == "/");
  CHECK(folder_of("runs/x/study.db") == "runs/x");
  const std::string ending = "." + std::to_string(::getpid()) + ".tmp";
  CHECK(temporary_name("runs/x/study.db") == "runs/x/.study.db" + ending);
  CHECK(temporary_name("study.db") == ".study.db" + ending);
  for (const char* name : {".a.x.tmp", ".a.12x.tmp", ".a.0.tmp", ".a.-5.tmp", ".a.99999999999.tmp", ".a..tmp", ".tmp",
                           ".12.tmp", "a.12.tmp", ".a.12"}) {
    CAPTURE(name);
    CHECK_FALSE(abandoned(name));
  }
}

TEST_CASE("files: what is in the way of a temporary file, or no folder to make safe, is an error of the file's") {
  const Scratch scratch;
  const std::string path = scratch / "study.db", temporary = temporary_name(path);
  fs::create_directory(temporary);
  CHECK(contains(message_of([&] { create_temporary(temporary, path); }),
                 path + ": error: cannot be written: is a directory"));
  CHECK(fs::is_directory(temporary));
  const std::string lost = scratch / "no/study.db";
  CHECK(contains(message_of([&] { sync_folder_of(lost); }),
                 lost + ": error: cannot be made safe on the disk: no such file or directory"));
  CHECK_NOTHROW(sync_folder_of(path));
  CHECK_NOTHROW(sync_folder_of("/proc/version"));  // a folder that cannot be synced is as safe as it gets
}
