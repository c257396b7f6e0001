#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "commands.hpp"

int main(int argc, char** argv) {
  // A closed standard stream would become the descriptor of the next file opened, the database for one.
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) < 0) return 1;
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed pipe is an error like any other, and is reported
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file beyond the size limit
  return holdout::cli::run_command({argv + 1, argv + argc});
}
