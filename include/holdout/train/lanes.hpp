// Tables of numbers with one column per lane: parameters, gradients, state of update rules.
#pragma once

#include <cstddef>
#include <vector>

namespace holdout::train {

/// Memory aligned for the widest vectors; large blocks ask for huge pages, since rows in random order would miss the
/// TLB at almost every row.
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* p, std::size_t bytes);

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  explicit AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_aligned(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) { free_aligned(p, n * sizeof(T)); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

/// Elements from one row of a lane table to the next: half a vector of 64 bytes where the lanes fit into one (so that
/// two small cohorts are as cheap as one of twice the lanes), else whole vectors.
template <class T>
constexpr std::size_t lane_stride(std::size_t lanes) {
  constexpr std::size_t kHalf = 32 / sizeof(T), kWhole = 64 / sizeof(T);
  return lanes <= kHalf ? kHalf : (lanes + kWhole - 1) / kWhole * kWhole;
}

/// A table [row][lane], lanes contiguous, every row aligned. What stands behind the last lane is padding: it is
/// computed with and never looked at.
template <class T>
class LaneTable {
 public:
  LaneTable() = default;
  LaneTable(std::size_t rows, std::size_t lanes) : LaneTable(rows, lanes, lane_stride<T>(lanes)) {}
  /// With the stride of another table, so that slots agree between tables of different types.
  LaneTable(std::size_t rows, std::size_t lanes, std::size_t stride)
      : rows_(rows), lanes_(lanes), stride_(stride), values_(rows * stride) {}

  std::size_t rows() const { return rows_; }
  std::size_t lanes() const { return lanes_; }
  std::size_t stride() const { return stride_; }
  T* row(std::size_t r) { return values_.data() + r * stride_; }
  const T* row(std::size_t r) const { return values_.data() + r * stride_; }
  T& at(std::size_t r, std::size_t lane) { return values_[r * stride_ + lane]; }
  const T& at(std::size_t r, std::size_t lane) const { return values_[r * stride_ + lane]; }

  /// A table of the given lanes only, in that order.
  LaneTable select(const std::vector<std::size_t>& lanes, std::size_t stride) const {
    LaneTable out(rows_, lanes.size(), stride);
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t i = 0; i < lanes.size(); ++i) out.at(r, i) = at(r, lanes[i]);
    return out;
  }

 private:
  std::size_t rows_ = 0, lanes_ = 0, stride_ = 0;
  AlignedVector<T> values_;
};

}  // namespace holdout::train
