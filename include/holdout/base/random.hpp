// Counter-based random streams: a draw depends on its address (seed, purpose, i, j) alone, never on what was drawn
// before elsewhere. So threads cannot matter, and a resumed search needs no saved generator.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace holdout {

/// The root of all randomness of a study.
struct Seed {
  std::uint64_t value = 0;
};

/// A stream of draws. Philox 4×32-10: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.
class Stream {
 public:
  Stream(std::uint64_t key, std::uint64_t counter) : key_(key), high_(counter) {}

  std::uint32_t bits32();
  std::uint64_t bits64();
  /// In [0, 1), 53 bits.
  double uniform();
  /// An integer in 0 … n − 1, without bias (Lemire, ACM TOMACS 29, 2019). n > 0.
  std::uint32_t below(std::uint32_t n);
  /// Standard normal (Box and Muller, 1958).
  double normal();
  /// 0 … n − 1 in random order (Fisher and Yates, as Durstenfeld 1964).
  std::vector<std::uint32_t> permutation(std::uint32_t n);

 private:
  std::uint64_t key_, high_, block_ = 0;
  std::uint32_t words_[4] = {};
  int left_ = 0;
};

/// The stream of a purpose ("shuffle", "split", "search" …); i and j number what it is for: fold and epoch, trial.
Stream stream(Seed seed, std::string_view purpose, std::uint64_t i = 0, std::uint64_t j = 0);

}  // namespace holdout
