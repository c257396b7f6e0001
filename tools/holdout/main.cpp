#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/thread.hpp>

#include "commands.hpp"

namespace {

using namespace holdout;

// Where nothing can catch it: a thread that TBB could not make, memory that its threads did not get. Only in a moment
// in which others took what was there when the workers were made.
[[noreturn]] void end_without_resources() {
  const auto say = [](std::string_view text) {
    [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
  };
  try {
    if (const auto problem = std::current_exception()) std::rethrow_exception(problem);
  } catch (const std::bad_alloc&) {
    say("error: out of memory");
  } catch (const std::runtime_error& problem) {
    if (std::string_view(problem.what()).find("pthread") == std::string_view::npos) std::abort();
    say("error: a thread cannot be made: ");
    say(problem.what());
  } catch (...) {
    std::abort();
  }
  say("\n  raise the limit (ulimit -u, ulimit -v), or use fewer threads: --threads; what is finished is stored\n");
  _exit(cli::kFailure);
}

// The stack of the first thread is the shell's choice (ulimit -s), and overrunning it would kill. It may grow up to
// what the limit says at that time.
bool stack_is_small() {
  constexpr rlim_t kEnough = rlim_t{1} << 20, kUsual = rlim_t{8} << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kEnough) return false;
  limit.rlim_cur = limit.rlim_max < kUsual ? limit.rlim_max : kUsual;
  return setrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur < kEnough;
}

int run_on_another_stack(const std::vector<std::string>& arguments) {
  int code = cli::kFailure;
  Thread thread([&] { code = cli::run_command(arguments); });
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are for the thread that works
  thread.join();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  // A closed standard stream would become the descriptor of the next file opened, the database for one.
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) < 0) return 1;
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed pipe is an error like any other, and is reported
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file beyond the size limit
  std::set_terminate(end_without_resources);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (stack_is_small()) try {
      return run_on_another_stack(arguments);
    } catch (const Error&) {  // no thread can be made: the small stack may do
    }
  return cli::run_command(arguments);
}
