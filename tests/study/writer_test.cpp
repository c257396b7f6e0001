#include "writer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "records.hpp"

using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

// Notes what it is given: "begin 0 1", "finish 0".
class Notes final : public Storage {
 public:
  std::function<void(const std::string& call)> on_call = [](const std::string&) {};

  std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  void begin(std::span<const Trial> trials) override { note("begin", trials); }
  void finish(std::span<const Trial> trials) override { note("finish", trials); }
  const StudyRecord& study() const override { return study_; }
  void go_on_as(const StudyRecord&) override {}
  void remove_from(int) override {}
  std::vector<Trial> trials() const override { return {}; }
  std::vector<Trial> answers() const override { return {}; }
  std::vector<CurvePoint> curve(int) const override { return {}; }
  std::vector<std::vector<double>> theta(int) const override { return {}; }
  void write(const RunFacts&) override {}
  void write(const Winner&) override {}
  void write(const Nested&) override {}
  std::optional<RunFacts> facts() const override { return {}; }
  std::optional<Winner> winner() const override { return {}; }
  std::optional<Nested> nested() const override { return {}; }
  void freeze() override {}
  void close() override {}

 private:
  void note(std::string call, std::span<const Trial> trials) {
    for (const Trial& trial : trials) call += " " + std::to_string(trial.number);
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(call);
    }
    on_call(call);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
  StudyRecord study_;
};

using Calls = std::vector<std::string>;

// Keeps what the user is told.
struct Listener final : Observer {
  std::mutex mutex;
  std::vector<std::string> notes;
  void changed(const RunState&) override {}
  void note(const std::string& text) override {
    const std::lock_guard lock(mutex);
    notes.push_back(text);
  }
};

// A writer, and what it needs.
struct Writing {
  std::atomic<bool> interrupt = false;
  Listener listener;
  Writer writer;
  explicit Writing(Storage& storage, WaitingLimit limit = {})
      : writer(storage, LockWait(interrupt, listener), 0, limit) {}
};

}  // namespace

TEST_CASE("writer: what is handed over while it works is written together, begun trials first") {
  Notes notes;
  std::atomic<bool> working = false, handed_over = false;
  notes.on_call = [&](const std::string& call) {
    if (call != "finish 0") return;
    working = true;
    handed_over.wait(false);
  };
  Writing writing(notes);
  Writer& writer = writing.writer;
  writer.finish(trials(0, 1));
  while (!working) std::this_thread::yield();
  writer.finish(trials(1, 3));
  writer.begin(trials(4, 5));
  writer.finish(trials(3, 4));
  handed_over = true, handed_over.notify_one();
  writer.drain();
  CHECK(notes.calls() == Calls{"finish 0", "begin 4", "finish 1 2 3"});
  CHECK_FALSE(writer.failed());
}

TEST_CASE("writer: what is handed over while it rests waits for more, and is there after drain") {
  Notes notes;
  notes.on_call = [](const std::string&) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
  Writing writing(notes);
  Writer& writer = writing.writer;
  writer.finish(trials(0, 1));
  while (notes.calls().empty()) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(40));  // now it rests, for half a second
  for (int i = 1; i < 4; ++i) writer.finish(trials(i, i + 1));
  CHECK(notes.calls() == Calls{"finish 0"});
  writer.drain();
  CHECK(notes.calls() == Calls{"finish 0", "finish 1 2 3"});
  writer.drain();  // nothing to wait for
  CHECK(notes.calls().size() == 2);
}

TEST_CASE("writer: at its end all that was handed over is written") {
  Notes notes;
  {
    Writing writing(notes);
    Writer& writer = writing.writer;
    writer.begin(trials(0, 2));
    writer.finish(trials(0, 2));
  }
  std::string all;
  for (const std::string& call : notes.calls()) all += call + "; ";
  CHECK(all == "begin 0 1; finish 0 1; ");
}

TEST_CASE("writer: a failure is told to all who wait or ask, and nothing is written after it") {
  for (const char* failing : {"begin 0", "finish 0"}) {
    CAPTURE(failing);
    Notes notes;
    notes.on_call = [&](const std::string& call) {
      if (call == failing) throw Error(Message{{"study.db", 0, 0}, "no space left", {}, {}}, Fault::failure);
    };
    {
      Writing writing(notes);
      Writer& writer = writing.writer;
      writer.begin(trials(0, 1));
      writer.finish(trials(0, 1));
      Fault fault = Fault::input;
      CHECK(contains(message_of([&] { writer.drain(); }, &fault), "study.db: error: no space left"));
      CHECK(fault == Fault::failure);
      CHECK(writer.failed());
      writer.finish(trials(1, 2));
      CHECK(contains(message_of([&] { writer.drain(); }), "no space left"));
    }
    for (const std::string& call : notes.calls()) CHECK(call != "finish 1");
    CHECK(notes.calls().back() == failing);
  }
}

TEST_CASE("writer: while another program keeps the database locked, outcomes wait and who can go on goes on") {
  Notes notes;
  std::atomic<int> attempts = 0;
  std::atomic<bool> locked = true;
  notes.on_call = [&](const std::string&) {
    ++attempts;
    if (locked) throw Locked(Message{{}, "locked", {}, {}}, Fault::failure);
  };
  Writing writing(notes);
  Writer& writer = writing.writer;
  writer.begin(trials(0, 2));
  writer.finish(trials(0, 1));
  writer.settle();
  CHECK(attempts > 0);
  writer.begin(trials(2, 3));
  writer.finish(trials(1, 3));
  writer.settle();
  CHECK_FALSE(writer.failed());
  locked = false;
  CHECK(writer.drain());
  std::vector<std::string> calls = notes.calls();
  CHECK(calls.back() == "finish 0 1 2");
  CHECK(calls[calls.size() - 2] == "begin 0 1 2");
  CHECK(writer.unstored() == 0);
}

TEST_CASE("writer: begun trials that are stored are not begun again where their outcomes met a lock") {
  Notes notes;
  std::atomic<int> refused = 0;
  notes.on_call = [&](const std::string& call) {
    if (call.starts_with("finish") && refused++ < 3) throw Locked(Message{{}, "locked", {}, {}}, Fault::failure);
  };
  Writing writing(notes);
  writing.writer.begin(trials(0, 2));
  writing.writer.finish(trials(0, 2));
  CHECK(writing.writer.drain());
  const Calls calls = notes.calls();
  CHECK(std::count(calls.begin(), calls.end(), "begin 0 1") == 1);
  CHECK(std::count(calls.begin(), calls.end(), "finish 0 1") == 4);
}

TEST_CASE("writer: an interrupted run gives up what a lock keeps from being stored, and says how much that is") {
  Notes notes;
  notes.on_call = [](const std::string&) { throw Locked(Message{{}, "locked", {}, {}}, Fault::failure); };
  Writing writing(notes);
  writing.writer.begin(trials(0, 3));
  writing.writer.finish(trials(0, 3));
  writing.interrupt = true;
  CHECK_FALSE(writing.writer.drain());
  CHECK(writing.writer.failed());
  CHECK(writing.writer.unstored() == 3);
}

TEST_CASE("writer: what waits for a lock is bounded by number and by memory, and its end says so") {
  for (const WaitingLimit limit : {WaitingLimit{1 << 20, 5}, WaitingLimit{20 * sizeof(Trial), 1000}}) {
    Notes notes;
    notes.on_call = [](const std::string&) { throw Locked(Message{{}, "locked", {}, {}}, Fault::failure); };
    Writing writing(notes, limit);
    writing.writer.finish(trials(0, 3));
    writing.writer.settle();
    writing.writer.finish(trials(3, 40));
    Fault fault = Fault::input;
    const std::string message = message_of([&] { writing.writer.drain(); }, &fault);
    CHECK(contains(message, "0 finished trials are stored, 40 that wait fill the memory"));
    CHECK(contains(message, "another program has kept study.db locked for "));
    CHECK(fault == Fault::failure);
  }
}
