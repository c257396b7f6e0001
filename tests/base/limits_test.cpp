// Limits of the shell and of control groups; threads that cannot be had.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <string>
#include <thread>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/parallel.hpp>
#include <holdout/base/thread.hpp>

#include "control_groups.hpp"

using namespace holdout;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Whether `body` returns true in a process of its own, under a limit.
bool holds_under(__rlimit_resource_t resource, rlim_t most, const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{most, most};
    ::_exit(::setrlimit(resource, &limit) == 0 && body() ? 0 : 1);
  }
  int status = -1;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

std::string words_of(const std::function<void()>& body, Fault& fault) {
  try {
    body();
  } catch (const Error& error) {
    fault = error.fault();
    return error.what();
  }
  return {};
}

using Folders = std::vector<std::string>;

Folders folders(const std::string& groups, const std::string& mounts) {
  Folders all;
  for (const ControlGroups& each : control_groups("memory", groups, mounts))
    all.insert(all.end(), each.folders.begin(), each.folders.end());
  return all;
}

}  // namespace

TEST_CASE("control groups: version 2, version 1, and both; a container that sees its own part of the tree") {
  const std::string two = "29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
  CHECK(folders("0::/user.slice/job\n", two) ==
        Folders{"/sys/fs/cgroup/user.slice/job", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"});
  CHECK(folders("0::/\n", two) == Folders{"/sys/fs/cgroup"});
  const std::string one =
      "30 22 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
      "31 22 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
  CHECK(folders("5:cpu,cpuacct:/a\n4:memory:/b/c\n", one) ==
        Folders{"/sys/fs/cgroup/memory/b/c", "/sys/fs/cgroup/memory/b", "/sys/fs/cgroup/memory"});
  CHECK(folders("4:memory:/b\n0::/\n", one + two) ==
        Folders{"/sys/fs/cgroup/memory/b", "/sys/fs/cgroup/memory", "/sys/fs/cgroup"});
  const std::string part = "31 22 0:28 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
  CHECK(folders("4:memory:/docker/1f\n", part) == Folders{"/sys/fs/cgroup/memory"});
  CHECK(folders("4:memory:/docker/1f/x\n", part) == Folders{"/sys/fs/cgroup/memory/x", "/sys/fs/cgroup/memory"});
  for (const char* broken : {"", "x", "::", "4:memory", "0::/a"}) CHECK(folders(broken, "x\n1 2 3 - \n") == Folders{});
}

TEST_CASE("limits: those of the shell are told as one types them, and count") {
  CHECK(in_brackets({}).empty());
  CHECK(in_brackets(std::vector<Limit>{{"a 1"}}) == " (limit: a 1)");
  CHECK(in_brackets(std::vector<Limit>{{"a 1"}, {"b 2"}}) == " (limits: a 1, b 2)");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these take terabytes of addresses
  CHECK(holds_under(RLIMIT_AS, rlim_t{3} << 30, [] {
    return has(in_brackets(memory_limits()), "ulimit -v 3145728") && memory_in_reach() <= 3.0 * (1 << 30) &&
           free_bytes().value_or(1e18) < 3.0 * (1 << 30);
  }));
  CHECK(holds_under(RLIMIT_DATA, rlim_t{1} << 30, [] {
    return has(in_brackets(memory_limits()), "ulimit -d 1048576") && free_bytes().value_or(1e18) < 1.0 * (1 << 30);
  }));
#endif
  CHECK(holds_under(RLIMIT_NPROC, 1234, [] { return has(in_brackets(thread_limits()), "ulimit -u 1234"); }));
  CHECK(holds_under(RLIMIT_NOFILE, 12, [] { return system_words(EMFILE) == "too many open files (ulimit -n 12)"; }));
}

TEST_CASE("threads: they run, and end before their object does") {
  std::atomic<int> ran = 0;
  {
    Thread a([&] { ++ran; });
    const Thread b([&] { ++ran; });
    a.join();
    CHECK(ran >= 1);
  }
  CHECK(ran == 2);
  static std::atomic<bool> left = false;  // outlives what is left to itself
  {
    Thread c([] {
      while (!left) ::usleep(1000);
      left = false;
    });
    c.detach();
  }
  left = true;
  while (left) ::usleep(1000);
  CHECK(count_possible_threads(5, 1 << 20) == 5);
  CHECK(count_possible_threads(0, 1 << 20) == 0);
}

TEST_CASE("threads: those that cannot be made are told with the limit; without a number asked for, fewer do") {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these take terabytes of addresses
  // Room for some stacks, not for a thousand.
  CHECK(holds_under(RLIMIT_AS, rlim_t{200} << 20, [] {
    Fault fault = Fault::input;
    const std::string words = words_of([] { Workers workers(1000); }, fault);
    return fault == Fault::failure && has(words, "1000 threads cannot be made, only ") &&
           has(words, "ulimit -v 204800") && has(words, "use --threads ");
  }));
#endif
  // None beside the one that there is. The limit does not hold root.
  CHECK(holds_under(RLIMIT_NPROC, 0, [] {
    constexpr uid_t kNobodys = 1'954'322;
    if (::geteuid() == 0 && ::setuid(kNobodys) != 0) return false;
    Fault fault = Fault::input;
    const std::string words = words_of([] { Thread thread([] {}); }, fault);
    const Workers workers;
    int ran = 0;
    workers.for_each(3, [&](std::size_t) { ++ran; });
    return fault == Fault::failure && has(words, "a thread cannot be made: resource temporarily unavailable (limit") &&
           workers.threads() == 1 && workers.shortage().empty() == (std::thread::hardware_concurrency() == 1) &&
           ran == 3;
  }));
  CHECK(Workers(2).shortage().empty());
}
