#include <holdout/train/lanes.hpp>

#include <sys/mman.h>

#include <new>

namespace holdout::train {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::align_val_t alignment(std::size_t bytes) {
  constexpr std::size_t kVector = 64;
  return std::align_val_t{bytes >= kHugePage ? kHugePage : kVector};
}

}  // namespace

void* allocate_aligned(std::size_t bytes) {
  void* const p = ::operator new(bytes, alignment(bytes));
  if (bytes >= kHugePage) madvise(p, bytes, MADV_HUGEPAGE);  // advice: failure is harmless
  return p;
}

void free_aligned(void* p, std::size_t bytes) { ::operator delete(p, alignment(bytes)); }

}  // namespace holdout::train
