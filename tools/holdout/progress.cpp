#include "progress.hpp"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/base/quoting.hpp>

#include "live_view.hpp"

namespace holdout::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::string duration(double seconds) {
  const auto s = static_cast<long>(std::ceil(seconds));
  if (s < 100) return std::to_string(s) + " s";
  if (s < 6000) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  return std::to_string(s / 3600) + " h " + std::to_string(s / 60 % 60) + " min";
}

void print_note(const std::string& text) { std::cerr << "note: " << escaped(text) << std::endl; }

class Nothing final : public study::Observer {
  void changed(const study::RunState&) override {}
  void note(const std::string& text) override { print_note(text); }
};

// For logs: one line every ten seconds.
class Lines final : public study::Observer {
 public:
  explicit Lines(std::string metric) : metric_(std::move(metric)) {}

  void changed(const study::RunState& state) override {
    const auto now = Clock::now();
    if (now - last_ < std::chrono::seconds(10)) return;
    last_ = now;
    std::string text = counts(state, std::chrono::duration<double>(now - start_).count());
    if (state.best) text += ", best " + metric_ + " " + to_text(*state.best, 6);
    text += last_step(state);
    std::cerr << text << std::endl;
  }
  void note(const std::string& text) override { print_note(text); }

 private:
  std::string metric_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

// For programs: a JSON object a line.
class Events final : public study::Observer {
 public:
  explicit Events(const Shown& what) {
    std::cerr << "{\"event\":\"start\",\"study\":" << json_quoted(what.study)
              << ",\"metric\":" << json_quoted(what.metric) << ",\"direction\":\""
              << (what.maximize ? "maximize" : "minimize") << "\"}" << std::endl;
  }
  ~Events() override { write("end", last_); }

  void changed(const study::RunState& state) override {
    const bool certifying = state.certifying.has_value(), begins = certifying && !last_.certifying;
    const bool news = state.done != last_.done || state.winner != last_.winner || begins;
    last_ = state;
    if (news) write(certifying ? "certificate" : state.winner ? "winner" : "trials", state);
  }
  void note(const std::string& text) override {
    std::cerr << "{\"event\":\"note\",\"text\":" << json_quoted(text) << "}" << std::endl;
  }

 private:
  void write(const char* event, const study::RunState& state) {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    std::cerr << "{\"event\":\"" << event << "\",\"done\":" << state.done << ",\"failed\":" << state.failed
              << ",\"planned\":" << (state.planned > 0 ? std::to_string(state.planned) : "null")
              << ",\"best\":" << (state.best ? to_text(*state.best) : "null") << ",\"seconds\":" << to_text(seconds, 6)
              << "}" << std::endl;
  }

  study::RunState last_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

Show show(bool quiet, bool json) {
  if (quiet) return Show::nothing;
  if (json) return Show::events;
  const char* const terminal = std::getenv("TERM");
  const bool moves = terminal && *terminal && std::string_view(terminal) != "dumb";
  return moves && isatty(STDERR_FILENO) == 1 ? Show::live : Show::lines;
}

std::unique_ptr<study::Observer> make_progress(Show how, const Shown& what, const std::atomic<bool>& interrupted) {
  switch (how) {
    case Show::lines:
      return std::make_unique<Lines>(what.metric);
    case Show::live:
      try {
        return std::make_unique<LiveView>(what, interrupted);
      } catch (const Error&) {  // it needs a thread, and does without
        return std::make_unique<Lines>(what.metric);
      }
    case Show::events:
      return std::make_unique<Events>(what);
    case Show::nothing:
      break;
  }
  return std::make_unique<Nothing>();
}

std::string last_step(const study::RunState& state) {
  if (!state.certifying) return state.winner ? ", training the winner again" : "";
  const auto [share, intervals] = *state.certifying;
  return ", certifying: " + to_text(std::floor(100 * share), 3) + " % of ln λ bounded, " + std::to_string(intervals) +
         (intervals == 1 ? " interval" : " intervals") + " so far";
}

std::string counts(const study::RunState& state, double seconds) {
  const double done = static_cast<double>(state.done), planned = static_cast<double>(state.planned);
  const double rate = seconds > 0 ? (done - static_cast<double>(state.stored)) / seconds : 0;
  std::string text = std::to_string(state.done);
  if (state.planned > 0) text += " of " + std::to_string(state.planned);
  text += " trials";
  if (state.failed > 0) text += " (" + std::to_string(state.failed) + " failed)";
  if (rate > 0) text += ", " + to_text(rate < 1000 ? rate : std::round(rate), rate < 1000 ? 3 : 9) + " trials/s";
  if (rate > 0 && planned > done) text += ", " + duration((planned - done) / rate) + " left";
  return text;
}

}  // namespace holdout::cli
