#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include <holdout/base/random.hpp>

namespace holdout {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Philox 4×32-10 once more, from the paper's figure 3, on any counter: Stream reaches only those with a small block.
Words philox(Words c, std::uint32_t k0, std::uint32_t k1, int rounds = 10) {
  if (rounds == 0) return c;
  const auto product = [](std::uint64_t a, std::uint64_t b) { return a * b; };
  const std::uint64_t p0 = product(0xD2511F53, c[0]), p1 = product(0xCD9E8D57, c[2]);
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  return philox({high(p1) ^ c[1] ^ k0, low(p1), high(p0) ^ c[3] ^ k1, low(p0)}, k0 + 0x9E3779B9, k1 + 0xBB67AE85,
                rounds - 1);
}

// Σ (observed − expected)² / expected.
double chi_square(const std::vector<int>& counts) {
  double n = 0, sum = 0;
  for (const int c : counts) n += c;
  const double expected = n / static_cast<double>(counts.size());
  for (const int c : counts) sum += (c - expected) * (c - expected) / expected;
  return sum;
}

}  // namespace

// Expected: Random123 1.09, examples/kat_vectors, philox4x32 10.
TEST_CASE("reference: Philox 4x32-10 known answers") {
  CHECK(philox({0, 0, 0, 0}, 0, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t f = 0xffffffff;
  CHECK(philox({f, f, f, f}, f, f) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

  Stream zero(0, 0);
  for (const std::uint32_t word : {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}) CHECK(zero.bits32() == word);
  for (const std::uint64_t key : {0ull, 1ull, ~0ull, 0x299f31d0a4093822ull})
    for (const std::uint64_t counter : {0ull, 7ull, ~0ull, 0x0370734413198a2eull}) {
      Stream drawn(key, counter);
      for (std::uint32_t block = 0; block < 5; ++block) {
        const Words words =
            philox({block, 0, static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32)},
                   static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
        for (const std::uint32_t word : words) CHECK(drawn.bits32() == word);
      }
    }
}

// Expected: the same construction (splitmix64 over seed, purpose and i; Philox with j in the counter) in Python. A
// change of these values changes every study's result.
TEST_CASE("reference: a stream's draws never change") {
  Stream s = stream(Seed{7}, "shuffle", 3, 5);
  CHECK(s.bits64() == 0x7f8bfed25d7cf7de);
  CHECK(s.bits64() == 0xdabe63e4de4c987b);
  CHECK(s.bits64() == 0xaaca95b9503134cd);
}

TEST_CASE("property: streams depend on all of their address, and on nothing else") {
  std::set<std::uint64_t> first;
  int streams = 0;
  for (const std::uint64_t seed : {0, 1, 2})
    for (const char* purpose : {"", "a", "b", "ab", "ba", "shuffle", "search"})
      for (const std::uint64_t i : {0, 1, 2})
        for (const std::uint64_t j : {0, 1, 2}) first.insert(stream(Seed{seed}, purpose, i, j).bits64()), ++streams;
  CHECK(first.size() == static_cast<std::size_t>(streams));
  Stream a = stream(Seed{5}, "x", 1), other = stream(Seed{5}, "x", 2), b = stream(Seed{5}, "x", 1);
  for (int k = 0; k < 10; ++k) {
    other.bits32();
    CHECK(a.bits32() == b.bits32());
  }
}

// Limits: the 1 − 1e-9 quantile of χ² with as many degrees of freedom; the draws are fixed, so it passes or it does
// not.
TEST_CASE("property: below is in range and without bias") {
  Stream s = stream(Seed{1}, "below");
  for (int k = 0; k < 100; ++k) CHECK(s.below(1) == 0);
  for (const auto& [n, limit] : std::map<std::uint32_t, double>{{2, 37.3}, {3, 41.4}, {10, 60.7}, {1000, 1290.8}}) {
    std::vector<int> counts(n);
    for (int k = 0; k < 100000; ++k) ++counts.at(s.below(n));
    CAPTURE(n);
    CHECK(chi_square(counts) < limit);
  }
  // Without rejection every third value of 3 · 2^30 would be drawn twice as often.
  std::vector<int> rest(3);
  const std::uint32_t large = 3u << 30;
  for (int k = 0; k < 30000; ++k) {
    const std::uint32_t x = s.below(large);
    REQUIRE(x < large);
    ++rest[x % 3];
  }
  CHECK(chi_square(rest) < 41.4);
}

TEST_CASE("property: permutations are permutations, and all as likely") {
  Stream s = stream(Seed{2}, "permutation");
  CHECK(s.permutation(0).empty());
  CHECK(s.permutation(1) == std::vector<std::uint32_t>{0});
  std::vector<std::uint32_t> long_one = s.permutation(1000), sorted = long_one;
  std::sort(sorted.begin(), sorted.end());
  for (std::uint32_t i = 0; i < 1000; ++i) CHECK(sorted[i] == i);
  CHECK(long_one != sorted);

  std::map<std::vector<std::uint32_t>, int> seen;
  for (int k = 0; k < 48000; ++k) ++seen[s.permutation(4)];
  REQUIRE(seen.size() == 24);
  std::vector<int> counts;
  for (const auto& [order, count] : seen) counts.push_back(count);
  CHECK(chi_square(counts) < 89.1);  // 23 degrees of freedom
}

// Limits: 6 standard deviations of the mean of n draws.
TEST_CASE("property: uniform and normal have their moments") {
  Stream s = stream(Seed{3}, "moments");
  constexpr int n = 200000;
  double u1 = 0, u2 = 0, z1 = 0, z2 = 0, z3 = 0, z4 = 0, most = 0, least = 1;
  for (int k = 0; k < n; ++k) {
    const double u = s.uniform(), z = s.normal();
    most = std::max(most, u), least = std::min(least, u);
    u1 += u, u2 += u * u, z1 += z, z2 += z * z, z3 += z * z * z, z4 += z * z * z * z;
  }
  const auto near = [](double sum, double mean, double variance) {
    return std::abs(sum / n - mean) < 6 * std::sqrt(variance / n);
  };
  CHECK((least >= 0 && least < 1e-4 && most > 1 - 1e-4 && most < 1));
  CHECK(near(u1, 1.0 / 2, 1.0 / 12));
  CHECK(near(u2, 1.0 / 3, 4.0 / 45));
  CHECK(near(z1, 0, 1));
  CHECK(near(z2, 1, 2));
  CHECK(near(z3, 0, 15));
  CHECK(near(z4, 3, 96));
}

}  // namespace holdout
