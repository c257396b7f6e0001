#include <holdout/base/random.hpp>

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include <holdout/base/number.hpp>

namespace holdout {
namespace {

// Ten rounds of Philox 4×32: constants and key schedule of Salmon et al., table 2.
void philox(std::uint32_t (&c)[4], std::uint64_t key) {
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0], b = std::uint64_t{0xCD9E8D57} * c[2];
    const std::uint32_t next[4] = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(b),
                                   static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(a)};
    for (int i = 0; i < 4; ++i) c[i] = next[i];
    k0 += 0x9E3779B9, k1 += 0xBB67AE85;
  }
}

// splitmix64: Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

}  // namespace

Stream stream(Seed seed, std::string_view purpose, std::uint64_t i, std::uint64_t j) {
  std::uint64_t key = mix(seed.value);
  for (const char c : purpose) key = mix(key ^ static_cast<unsigned char>(c));
  return Stream(mix(key ^ i), j);
}

std::uint32_t Stream::bits32() {
  if (left_ == 0) {
    words_[0] = static_cast<std::uint32_t>(block_), words_[1] = static_cast<std::uint32_t>(block_ >> 32);
    words_[2] = static_cast<std::uint32_t>(high_), words_[3] = static_cast<std::uint32_t>(high_ >> 32);
    philox(words_, key_);
    ++block_, left_ = 4;
  }
  return words_[4 - left_--];
}

std::uint64_t Stream::bits64() {
  const std::uint64_t low = bits32();
  return low | (std::uint64_t{bits32()} << 32);
}

double Stream::uniform() { return static_cast<double>(bits64() >> 11) * 0x1p-53; }

std::uint32_t Stream::below(std::uint32_t n) {
  std::uint64_t product = std::uint64_t{bits32()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    const std::uint32_t refused = -n % n;
    while (static_cast<std::uint32_t>(product) < refused) product = std::uint64_t{bits32()} * n;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double Stream::normal() {
  const double u = 1 - uniform(), v = uniform();
  return std::sqrt(-2 * log(u)) * cos(2 * std::numbers::pi * v);
}

std::vector<std::uint32_t> Stream::permutation(std::uint32_t n) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  for (std::uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

}  // namespace holdout
