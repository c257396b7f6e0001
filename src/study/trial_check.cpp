#include "trial_check.hpp"

#include <bit>

#include "attributes.hpp"

namespace holdout::study {
namespace {

// FNV-1a, 64 bits (Fowler, Noll and Vo), over one part of an entry.
std::uint64_t hashed(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

// The end of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a sum of FNV hashes alone would be too regular.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

std::uint64_t hash_of(std::string_view key) {
  constexpr std::uint64_t kBasis = 0xCBF29CE484222325ULL;
  return hashed(hashed(kBasis, key), std::string_view("\0", 1));  // where the key ends
}

}  // namespace

void TrialCheck::add(std::string_view key, std::string_view text) { sum_ += mixed(hashed(hash_of(key), text)); }

void TrialCheck::add(std::string_view key, double value) {
  sum_ += mixed(hash_of(key) ^ mixed(std::bit_cast<std::uint64_t>(value + 0.0)));
}

long long TrialCheck::value() const { return sum_ == 0 ? 1 : std::bit_cast<long long>(sum_); }

void TrialChecks::add_attribute(std::string_view key, std::string_view json) {
  // How often it was tried grows with processes that died.
  if (!key.starts_with(kAttributePrefix) || key.substr(kAttributePrefix.size()) == "attempts") return;
  (is_detail(key) ? details : decisive).add(key, json);
}

}  // namespace holdout::study
