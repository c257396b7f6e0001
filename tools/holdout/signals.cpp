#include "signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <string_view>

namespace holdout::cli {
namespace {

// Whoever started us may have had a signal ignored (nohup: SIGHUP; a shell's background job without job control:
// SIGINT). Waiting for it would undo that: a blocked signal is delivered to sigwait even where it is ignored.
bool ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals() {
  sigemptyset(&set_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (!ignored(signal)) sigaddset(&set_, signal);
  sigaddset(&set_, SIGUSR1);  // ours: ends the thread
  pthread_sigmask(SIG_BLOCK, &set_, &before_);
  try {
    thread_.emplace([this] { wait(); });
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    throw;
  }
}

Signals::~Signals() {
  done_ = true;
  pthread_kill(thread_->handle(), SIGUSR1);
  thread_.reset();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Signals::wait() {
  while (!done_) {
    int signal = 0;
    if (sigwait(&set_, &signal) != 0 || signal == SIGUSR1) continue;
    if (interrupted_ || !ask_) _exit(128 + signal);
    number_ = signal;
    interrupted_ = true;
    constexpr std::string_view kNote = "\nending: what is finished is being stored (once more: end at once)\n";
    [[maybe_unused]] const auto written = write(STDERR_FILENO, kNote.data(), kNote.size());
  }
}

}  // namespace holdout::cli
