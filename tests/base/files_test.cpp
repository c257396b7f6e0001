// What stands in the place of a file, told in words and without waiting.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <holdout/base/files.hpp>

namespace fs = std::filesystem;
using namespace holdout;

namespace {

// One of everything that can stand at a path.
struct Zoo {
  Zoo() {
    std::string name = (fs::temp_directory_path() / "holdout-files-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    std::ofstream(at("file")) << "content";
    fs::create_directory(at("folder"));
    REQUIRE(::mkfifo(at("pipe").c_str(), 0600) == 0);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    at("socket").copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(fd);
    fs::create_symlink("file", at("link"));
    fs::create_symlink("gone", at("dangling"));
    fs::create_symlink("loop", at("loop"));
    fs::create_symlink("/dev/full", at("device"));
  }
  ~Zoo() { fs::remove_all(folder); }
  Zoo(const Zoo&) = delete;
  Zoo& operator=(const Zoo&) = delete;
  std::string at(const std::string& name) const { return (folder / name).string(); }
  fs::path folder;
};

struct Case {
  const char *name, *input, *output, *as_folder;
};
constexpr Case kCases[] = {
    {"file", "", "", "it is a regular file, not a directory"},
    {"link", "", "", "it is a regular file, not a directory"},
    {"folder", "it is a directory, not a regular file", "it is a directory, not a regular file", ""},
    {"pipe", "it is a named pipe (FIFO), not a regular file", "it is a named pipe (FIFO), not a regular file",
     "it is a named pipe (FIFO), not a directory"},
    {"socket", "it is a socket, not a regular file", "it is a socket, not a regular file",
     "it is a socket, not a directory"},
    {"device", "it is a device, not a regular file", "it is a device, not a regular file",
     "it is a device, not a directory"},
    {"nowhere", "no such file", "", "no such directory"},
    {"nowhere/file", "no such file", "", "no such directory"},
    {"dangling", "no such file: it is a link to 'gone', which is not there",
     "no such file: it is a link to 'gone', which is not there",
     "no such directory: it is a link to 'gone', which is not there"},
    {"loop", "too many levels of symbolic links", "too many levels of symbolic links",
     "too many levels of symbolic links"},
    {"file/below", "no such file: a part of its path is not a directory", "",
     "no such file: a part of its path is not a directory"},
};

bool there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace

TEST_CASE("files: inputs, outputs and folders are what they should be, or it is said what they are") {
  const Zoo zoo;
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    for (const Accept accept : {Accept::files, Accept::streams}) {
      const Input input = open_input(zoo.at(c.name), accept);
      CHECK(input.problem == c.input);
      CHECK((input.file.fd() >= 0) == input.problem.empty());
    }
    CHECK(output_problem(zoo.at(c.name)) == c.output);
    CHECK(folder_problem(zoo.at(c.name)) == c.as_folder);
    CHECK(something_at(zoo.at(c.name)) == there(zoo.at(c.name)));
  }
  CHECK(open_input(std::string(5000, 'x')).problem == "file name too long");
  CHECK(output_problem(std::string(5000, 'x')) == "file name too long");
}

TEST_CASE("files: what was opened is read, as far as asked") {
  const Zoo zoo;
  const Input input = open_input(zoo.at("link"));
  CHECK(input.size == 7);
  std::string text;
  CHECK(read_up_to(input.file, 4, text) == 0);
  CHECK(text == "cont");
  CHECK(read_up_to(input.file, 100, text) == 0);
  CHECK(text == "content");
  CHECK(read_up_to(Descriptor(), 100, text) == EBADF);
}

TEST_CASE("files: a pipe without a name is read where streams are meant, and only there") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const std::string name = "/dev/fd/" + std::to_string(ends[0]);
  REQUIRE(::write(ends[1], "abc", 3) == 3);
  CHECK(open_input(name).problem == "it is a named pipe (FIFO), not a regular file");
  const Input input = open_input(name, Accept::streams);
  ::close(ends[1]);
  std::string text;
  CHECK(read_up_to(input.file, 100, text) == 0);
  CHECK(text == "abc");
  ::close(ends[0]);
}

TEST_CASE("files: a descriptor that is moved has one owner") {
  Descriptor a(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int fd = a.fd();
  Descriptor b(std::move(a));
  CHECK(b.fd() == fd);
  Descriptor c;
  c = std::move(b);
  CHECK(c.fd() == fd);
  c = Descriptor();
  CHECK(::fcntl(fd, F_GETFD) == -1);
}

TEST_CASE("files: absolute paths, also where there is no current directory") {
  CHECK(absolute_path("/a/./b/../c") == "/a/c");
  CHECK(absolute_path("x") == (fs::current_path() / "x").string());
  const pid_t child = ::fork();
  if (child == 0) {
    const Zoo zoo;
    fs::current_path(zoo.at("folder"));
    fs::remove(zoo.at("folder"));
    const bool as_it_is = absolute_path("x") == "x";
    fs::remove_all(zoo.folder);
    ::_exit(as_it_is ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
