#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include <holdout/base/number.hpp>

namespace holdout::cli {
namespace {

std::string duration(double seconds) {
  const auto s = static_cast<long>(std::ceil(seconds));
  if (s < 100) return std::to_string(s) + " s";
  if (s < 6000) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  return std::to_string(s / 3600) + " h " + std::to_string(s / 60 % 60) + " min";
}

std::string bar(double share) {
  constexpr int kWidth = 24;
  const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * kWidth);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(kWidth - full), '.') + "] ";
}

}  // namespace

Progress::Progress(std::string metric, bool quiet)
    : metric_(std::move(metric)), quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
}

std::string Progress::line(const study::RunState& state, double seconds) const {
  const double done = static_cast<double>(state.done), planned = static_cast<double>(state.planned);
  const double rate = seconds > 0 ? (done - static_cast<double>(state.stored)) / seconds : 0;
  std::string text = std::to_string(state.done);
  if (state.planned > 0) text += " of " + std::to_string(state.planned);
  text += " trials";
  if (state.failed > 0) text += " (" + std::to_string(state.failed) + " failed)";
  if (state.best) text += ", best " + metric_ + " " + to_text(*state.best, 6);
  if (rate > 0) text += ", " + to_text(rate, 3) + " trials/s";
  if (rate > 0 && planned > done) text += ", " + duration((planned - done) / rate) + " left";
  if (state.winner) text += ", training the winner again";
  return text;
}

void Progress::changed(const study::RunState& state) {
  if (quiet_) return;
  constexpr auto kRedraw = std::chrono::milliseconds(100);
  constexpr auto kPlain = std::chrono::seconds(10);  // a log should stay readable
  const auto now = Clock::now();
  if (now - last_ < (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlain))) return;
  last_ = now;
  const std::string text = line(state, std::chrono::duration<double>(now - start_).count());
  if (terminal_) {
    const double share = state.planned > 0 ? static_cast<double>(state.done) / static_cast<double>(state.planned) : 0;
    std::cerr << "\r\x1b[K" << (state.planned > 0 ? bar(share) : "") << text << std::flush;
    drawn_ = true;
  } else {
    std::cerr << text << std::endl;
  }
}

}  // namespace holdout::cli
