// How a pass cuts a row of lanes into vectors. Included once per target, after lanes-inl.hpp; no guard.

// Accumulators that fit beside kN + 1 other registers: 6 × 4 of the 32 of AVX-512, 4 × 3 of the 16 of AVX2. With fewer
// vectors more rows, so that enough multiply-adds are in flight.
constexpr size_t kAccumulators = HWY_TARGET <= HWY_AVX3 ? 24 : 12;
constexpr size_t kMaxVectors = HWY_TARGET <= HWY_AVX3 ? 4 : 3;
template <size_t kN>
constexpr size_t kRowsAtOnce = kAccumulators / kN < 12 ? kAccumulators / kN : 12;

// f(d, kN, lane) for every piece of kN vectors, from its first lane on.
template <class T, class F>
HWY_INLINE void over_columns(size_t stride, F f) {
  with_tag<T>(stride, [&](auto d) HWY_ATTR {
    const size_t width = hn::Lanes(d);
    size_t lane = 0;
    for (; lane + kMaxVectors * width <= stride; lane += kMaxVectors * width)
      f(d, std::integral_constant<size_t, kMaxVectors>(), lane);
    if (lane + 3 * width <= stride) f(d, std::integral_constant<size_t, 3>(), lane), lane += 3 * width;
    if (lane + 2 * width <= stride) f(d, std::integral_constant<size_t, 2>(), lane), lane += 2 * width;
    if (lane < stride) f(d, std::integral_constant<size_t, 1>(), lane);
  });
}

// Whether n rows of lanes, so many bytes apart, push each other out of an L1 cache of 64 sets and 8 ways: 64 lanes of
// 8 bytes use every eighth set only. Half of the ways are the other operand's.
constexpr bool collide(size_t n, size_t bytes) {
  constexpr size_t kLine = 64, kSets = 64, kWays = 8;
  const size_t lines = bytes / kLine, apart = lines & (~lines + 1);  // the largest power of two that divides them
  return bytes % kLine == 0 && n > kWays / 2 * kSets / HWY_MIN(apart, kSets);
}

// Rows in random order come from far away, and no hardware guesses them. While a pass works on row i it asks for some
// features of row i + n, of the batch to come: the first half in the score pass, the second in the gradient pass.
template <class T>
HWY_INLINE void fetch_ahead(const Rows<T>& rows, size_t i, size_t from, size_t to) {
  constexpr size_t kLine = 64 / sizeof(T);
  if (i >= rows.next) return;
  const T* row = rows[i + rows.n];
  for (size_t j = from; j < to; j += kLine) __builtin_prefetch(row + j, 0, 2);
}
