#include "writer.hpp"

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
  std::optional<RunFacts> facts() const override { return {}; }
  std::optional<Winner> winner() const override { return {}; }
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

}  // namespace

TEST_CASE("writer: what is handed over while it works is written together, begun trials first") {
  Notes notes;
  std::atomic<bool> working = false, handed_over = false;
  notes.on_call = [&](const std::string& call) {
    if (call != "finish 0") return;
    working = true;
    handed_over.wait(false);
  };
  Writer writer(notes);
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
  Writer writer(notes);
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
    Writer writer(notes);
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
      Writer writer(notes);
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
