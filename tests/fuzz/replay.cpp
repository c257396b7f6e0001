// Gives a harness the files of a folder, one after another, and then for a while what chance makes of them: for
// compilers without libFuzzer, so that every build knows that the corpus and its neighbourhood are still handled.
// usage: fuzz_NAME FOLDER [SECONDS]
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fuzz.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using Counter = std::atomic<std::uint64_t>;

// One of libFuzzer's simple changes.
void change(std::string& input, const std::vector<std::string>& corpus, std::mt19937_64& draw) {
  const auto below = [&draw](std::size_t n) { return static_cast<std::size_t>(draw() % n); };
  const std::size_t at = below(input.size() + 1), length = std::min(input.size() - at, 1 + below(16));
  switch (below(5)) {
    case 0:
      input.insert(at, 1, static_cast<char>(below(256)));
      break;
    case 1:
      input.erase(at, length);
      break;
    case 2: {
      const std::string part = input.substr(at, length);
      input.insert(below(input.size() + 1), part);
      break;
    }
    case 3:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
      break;
    default: {
      const std::string& other = corpus[below(corpus.size())];
      const std::size_t from = below(other.size() + 1);
      input.replace(at, length, other, from, 1 + below(16));
    }
  }
}

// The files first, then changed ones. A function of its number, so that a find can be made again.
std::string input_of(std::uint64_t number, const std::vector<std::string>& corpus) {
  if (number < corpus.size()) return corpus[number];
  std::mt19937_64 draw(number);
  std::string input = corpus[draw() % corpus.size()];
  for (std::size_t changes = 1 + draw() % 8; changes > 0; --changes) change(input, corpus, draw);
  return input;
}

void work(const std::vector<std::string>& corpus, std::chrono::duration<double> budget, Counter& number) {
  const auto end = Clock::now() + budget;
  for (number = 0; number < corpus.size() || Clock::now() < end; ++number) {
    const std::string input = input_of(number, corpus);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  }
}

// Waits for the worker; one that does not get on with an input is a find, too.
int watch(pid_t worker, const Counter& number) {
  constexpr std::chrono::seconds kPatience{20};
  int status = 0;
  auto moved = Clock::now();
  for (std::uint64_t seen = number; ::waitpid(worker, &status, WNOHANG) == 0;
       std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    if (number != seen) seen = number, moved = Clock::now();
    if (Clock::now() - moved > kPatience) ::kill(worker, SIGKILL), moved = Clock::now();
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1]))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  if (corpus.empty()) return 2;

  void* const shared = ::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 2;
  auto& number = *new (shared) Counter(0);
  const pid_t worker = ::fork();
  if (worker < 0) return 2;
  if (worker == 0) {
    work(corpus, std::chrono::duration<double>(argc > 2 ? std::stod(argv[2]) : 0), number);
    return 0;
  }
  const int status = watch(worker, number);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    std::cout << number << " inputs, " << corpus.size() << " of them files\n";
    return 0;
  }
  const std::string found = "found-" + std::to_string(number);
  std::ofstream(found, std::ios::binary) << input_of(number, corpus);
  std::cerr << "input " << number << " is a find, or one before it leaks; it is in "
            << std::filesystem::absolute(found).string() << "\n";
  return 1;
}
