#include "writer.hpp"

#include <iterator>
#include <utility>

namespace holdout::study {
namespace {

void append(std::vector<Trial>& to, std::vector<Trial> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

Writer::Writer(Storage& storage) : storage_(storage), thread_([this] { loop(); }) {}

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
  idle_.wait(lock, [this] { return problem_ || (!busy_ && begun_.empty() && finished_.empty()); });
  if (problem_) std::rethrow_exception(problem_);
}

void Writer::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stop_ || !begun_.empty() || !finished_.empty(); });
    if (problem_ || (begun_.empty() && finished_.empty())) return;  // stopped; nothing is written after a failure
    const std::vector<Trial> begun = std::exchange(begun_, {}), finished = std::exchange(finished_, {});
    busy_ = true;
    lock.unlock();
    std::exception_ptr problem;
    try {
      if (!begun.empty()) storage_.begin(begun);
      if (!finished.empty()) storage_.finish(finished);
    } catch (...) {
      problem = std::current_exception();
    }
    lock.lock();
    busy_ = false;
    if (problem) problem_ = problem;
    idle_.notify_all();
  }
}

}  // namespace holdout::study
