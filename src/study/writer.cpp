#include "writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace holdout::study {
namespace {

using Clock = std::chrono::steady_clock;

// Outcomes gather until writing has rested fifty times as long as it last worked: it takes one fiftieth of one thread's
// time at most, however small the trainings are. What half a second finished is the most that a killed process repeats.
constexpr int kRest = 50;
constexpr Clock::duration kLongestRest = std::chrono::milliseconds(500);

void append(std::vector<Trial>& to, std::vector<Trial> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Writer::Writer(Storage& storage) : storage_(storage), thread_([this] { loop(); }) {
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
  return problem_ != nullptr;
}

void Writer::drain() {
  std::unique_lock lock(mutex_);
  ++draining_;
  wake_.notify_one();
  idle_.wait(lock, [this] { return problem_ || (!busy_ && begun_.empty() && finished_.empty()); });
  --draining_;
  if (problem_) std::rethrow_exception(problem_);
}

void Writer::loop() {
  std::unique_lock lock(mutex_);
  auto rested = Clock::now();
  while (true) {
    wake_.wait_until(lock, rested, [this] { return stop_ || draining_ > 0; });
    wake_.wait(lock, [this] { return stop_ || !begun_.empty() || !finished_.empty(); });
    if (problem_ || (begun_.empty() && finished_.empty())) return;  // stopped; nothing is written after a failure
    const std::vector<Trial> begun = std::exchange(begun_, {}), finished = std::exchange(finished_, {});
    busy_ = true;
    lock.unlock();
    std::exception_ptr problem;
    const auto start = Clock::now();
    try {
      if (!begun.empty()) storage_.begin(begun);
      if (!finished.empty()) storage_.finish(finished);
    } catch (...) {
      problem = std::current_exception();
    }
    const auto end = Clock::now();
    rested = end + std::min(kRest * (end - start), kLongestRest);
    lock.lock();
    busy_ = false;
    if (problem) problem_ = problem;
    idle_.notify_all();
  }
}

}  // namespace holdout::study
