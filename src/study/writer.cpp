#include "writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "choice_bias.hpp"

namespace holdout::study {
namespace {

using Clock = std::chrono::steady_clock;

// Outcomes gather until writing has rested fifty times as long as it last worked: it takes one fiftieth of one thread's
// time at most, however small the trainings are. What half a second finished is the most that a killed process repeats.
constexpr int kRest = 50;
constexpr Clock::duration kLongestRest = std::chrono::milliseconds(500);
// Between two attempts at a locked database, which themselves wait for it.
constexpr Clock::duration kRetry = std::chrono::milliseconds(20);

void append(std::vector<Trial>& to, std::vector<Trial> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// About what they take in memory: numbers, words and lists, each list with its own small block.
std::size_t bytes_of(std::span<const Trial> trials) {
  std::size_t bytes = 0;
  for (const Trial& trial : trials) {
    const Outcome& o = trial.outcome;
    bytes += sizeof(Trial) + trial.configuration.values.size() * sizeof(std::optional<Value>) +
             o.curve.size() * sizeof(CurvePoint) + o.metrics.size() * sizeof(Metrics::value_type) +
             (o.gradient.size() + o.curvature.size() + o.fold_values.size() + o.start_values.size()) * sizeof(double);
    for (const auto& fold : o.theta) bytes += fold.size() * sizeof(double);
  }
  return bytes;
}

std::string counted(std::int64_t n, const char* more) {
  return std::to_string(n) + (n == 1 ? " finished trial" : " finished trials") + more;
}

}  // namespace

Writer::Writer(Storage& storage, LockWait wait, std::int64_t stored, WaitingLimit limit, const ChoiceBias* bias)
    : storage_(storage), wait_(std::move(wait)), bias_(bias), limit_(limit), stored_(stored), thread_([this] {
        loop();
      }) {
  pthread_setname_np(thread_.handle(), "storage");  // in top, and for those who ask what storing costs
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Writer::begin(std::vector<Trial> trials) {
  const std::lock_guard lock(mutex_);
  append(begun_, std::move(trials));
  wake_.notify_one();
}

void Writer::finish(std::vector<Trial> trials) {
  const std::lock_guard lock(mutex_);
  append(finished_, std::move(trials));
  wake_.notify_one();
}

bool Writer::failed() const {
  const std::lock_guard lock(mutex_);
  return problem_ || given_up_;
}

std::size_t Writer::unstored() const {
  const std::lock_guard lock(mutex_);
  return unstored_ + finished_.size();
}

void Writer::wait_until_idle(bool or_locked) {
  std::unique_lock lock(mutex_);
  ++draining_;
  wake_.notify_one();
  idle_.wait(lock, [&] {
    return problem_ || given_up_ || (or_locked && locked_) || (!busy_ && begun_.empty() && finished_.empty());
  });
  --draining_;
  if (problem_) std::rethrow_exception(problem_);
}

bool Writer::drain() {
  wait_until_idle(false);
  const std::lock_guard lock(mutex_);
  return !given_up_;
}

void Writer::settle() { wait_until_idle(true); }

void Writer::loop() {
  std::vector<Trial> begun, finished;  // in work; they stay there as long as the database is locked
  std::unique_lock lock(mutex_);
  while (true) {
    if (!locked_) wake_.wait(lock, [this] { return stop_ || !begun_.empty() || !finished_.empty(); });
    append(begun, std::exchange(begun_, {})), append(finished, std::exchange(finished_, {}));
    if (begun.empty() && finished.empty()) return;  // stopped
    busy_ = true;
    write(lock, begun, finished);
    busy_ = locked_;
    idle_.notify_all();
    if (problem_ || given_up_) return;  // nothing is written after a failure
  }
}

// One attempt, and the rest after it.
void Writer::write(std::unique_lock<std::mutex>& lock, std::vector<Trial>& begun, std::vector<Trial>& finished) {
  lock.unlock();
  std::exception_ptr problem;
  bool locked = false;
  std::size_t stored = 0;
  const auto start = Clock::now();
  try {
    if (!begun.empty()) storage_.begin(begun);
    begun.clear();
    if (!finished.empty() && bias_ && bias_->is_computed()) storage_.write_with_outcomes(bias_->state());
    if (!finished.empty()) storage_.finish(finished);
    stored = finished.size();
    finished.clear();
  } catch (const Locked&) {
    locked = true;
  } catch (...) {
    problem = std::current_exception();
  }
  const auto end = Clock::now();
  const std::size_t bytes = locked ? bytes_of(begun) + bytes_of(finished) : 0;
  lock.lock();
  stored_ += static_cast<std::int64_t>(stored);
  locked_ = locked;
  if (problem) problem_ = problem;
  if (locked) return wait_for_lock(lock, finished, bytes);
  wait_.released(counted(stored_, stored_ == 1 ? " is stored" : " are stored"));
  busy_ = false;
  idle_.notify_all();
  wake_.wait_until(lock, end + std::min(kRest * (end - start), kLongestRest),
                   [this] { return stop_ || draining_ > 0; });
}

// @param finished  what waits  @param bytes  of memory that it takes, begun trials included
void Writer::wait_for_lock(std::unique_lock<std::mutex>& lock, std::vector<Trial>& finished, std::size_t bytes) {
  const std::string stored = counted(stored_, stored_ == 1 ? " is stored, " : " are stored, ");
  wait_.locked(stored + std::to_string(finished.size()) + (finished.size() == 1 ? " waits" : " wait") +
               " in memory; training goes on");
  if (bytes > limit_.bytes || finished.size() > limit_.trials) {
    problem_ = std::make_exception_ptr(Error(
        Message{{},
                "another program has kept study.db locked for " + std::to_string(wait_.seconds()) + " s: " + stored +
                    std::to_string(finished.size()) + " that wait fill the memory that is set aside for them (" +
                    std::to_string(limit_.bytes >> 20) + " MB or " + std::to_string(limit_.trials) + " trials)",
                "end that program, then run the study again: only what waits is trained once more",
                {}},
        Fault::failure));
  } else if (stop_ || wait_.given_up()) {
    given_up_ = true, locked_ = false;
    unstored_ = finished.size();
  } else {
    idle_.notify_all();  // who settles for less
    wake_.wait_for(lock, kRetry, [this] { return stop_; });
  }
}

}  // namespace holdout::study
