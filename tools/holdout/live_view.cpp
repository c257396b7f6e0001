#include "live_view.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::cli {
namespace {

bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value && *value;
}

bool speaks_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string_view locale = value;  // the first that is set counts
    return locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

std::size_t columns() {
  winsize size{};
  constexpr std::size_t kUsual = 80;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

std::string bar(double share) {
  constexpr int kWidth = 24;
  const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * kWidth);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(kWidth - full), '.') + "] ";
}

bool begins_letter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t width) {
  static constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  // Errors fall by orders of magnitude: then by their logarithms.
  const bool log = *low > 0 && *high > 10 * *low;
  const auto scaled = [&](double x) { return log ? std::log(x) : x; };
  const double base = scaled(*low), height = scaled(*high) - base;
  std::string line;
  const std::size_t bars = std::min(width, values.size());
  for (std::size_t i = 0; i < bars; ++i) {
    const double value = values[bars == 1 ? 0 : i * (values.size() - 1) / (bars - 1)];
    line += kBars[height > 0 ? std::min(7, static_cast<int>(8 * (scaled(value) - base) / height)) : 0];
  }
  return line;
}

LiveView::LiveView(const Shown& what, const std::atomic<bool>& interrupted)
    : what_(what),
      interrupted_(interrupted),
      colours_(!is_set("NO_COLOR")),
      unicode_(speaks_unicode()),
      thread_([this] {
        try {
          loop();
        } catch (const std::exception&) {  // out of memory: the run matters more than its picture
        }
      }) {}

LiveView::~LiveView() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
  erase();
}

void LiveView::changed(const study::RunState& state) {
  const std::lock_guard lock(mutex_);
  if (state.best && state.done != state_.done) history_.push_back(*state.best);
  state_ = state;
  if (!begun_) wake_.notify_one();
  begun_ = true;
}

// Above the two lines, which are drawn again.
void LiveView::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (!interrupted_) erase();
  lines_ = 0;
  std::cerr << "note: " << escaped(text) << std::endl;
}

void LiveView::loop() {
  constexpr auto kRedraw = std::chrono::milliseconds(150);
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return begun_ || stop_; });
  while (!stop_ && !interrupted_) {  // once interrupted, the screen belongs to the message about that
    draw();
    wake_.wait_for(lock, kRedraw, [this] { return stop_; });
  }
  if (interrupted_) lines_ = 0;
}

void LiveView::draw() {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double share = state_.planned > 0 ? static_cast<double>(state_.done) / static_cast<double>(state_.planned) : 0;
  std::vector<Piece> first{{(state_.planned > 0 ? bar(share) : "") + counts(state_, seconds)}};
  if (state_.winner)
    first.push_back({last_step(state_)});
  else if (state_.cohorts > 0)
    first.push_back(
        {", " + std::to_string(state_.cohorts) + (state_.cohorts == 1 ? " cohort" : " cohorts") + " in training"});
  std::vector<Piece> second;
  if (state_.best) {
    constexpr std::size_t kSpark = 32;
    second = {{"best " + what_.metric + " "}, {to_text(*state_.best, 6), "\x1b[1;32m"}};
    if (unicode_) second.push_back({"  " + sparkline(history_, kSpark)});
  } else {
    second = {{"no trial has ended yet"}};
  }
  const std::size_t width = columns() - 1;
  const std::string text = laid_out(first, width) + "\n" + laid_out(second, width);
  erase();
  std::cerr << text << std::flush;
  lines_ = 2;
}

void LiveView::erase() {
  if (lines_ == 0) return;
  std::cerr << "\r\x1b[K\x1b[1A\r\x1b[K" << std::flush;
  lines_ = 0;
}

// Cut at the terminal's width: a line that wraps could not be drawn over.
std::string LiveView::laid_out(const std::vector<Piece>& line, std::size_t width) const {
  std::string out;
  std::size_t room = width;
  for (const Piece& piece : line) {
    std::size_t end = 0;
    for (; end < piece.text.size(); ++end)
      if (begins_letter(piece.text[end]) && room-- == 0) break;
    const std::string text = piece.text.substr(0, end);
    out += colours_ && !piece.colour.empty() ? piece.colour + text + "\x1b[0m" : text;
    if (end < piece.text.size()) break;
  }
  return out;
}

}  // namespace holdout::cli
