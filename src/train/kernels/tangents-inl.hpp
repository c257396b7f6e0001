// How kernels walk rows with tangents: for each tangent once with dual numbers, then once with values alone, which are
// written last, because every tangent needs them. Included once per target, after the operations; no guard.

/// f(N(), gap, lane) for every vector of every tangent, N a dual number, then for the values, N a plain one.
template <class F>
HWY_INLINE void over_tangents(const Tangents& t, F f) {
  with_tag<double>(t.lanes, [&](auto d) HWY_ATTR {
    using V = Lanes<decltype(d)>;
    for (size_t h = 1; h <= t.count; ++h)
      for (size_t lane = 0; lane < t.lanes; lane += hn::Lanes(d)) f(Dual<V>(), static_cast<long>(h * t.lanes), lane);
    for (size_t lane = 0; lane < t.lanes; lane += hn::Lanes(d)) f(V(), 0L, lane);
  });
}

/// Of a dual number the tangent alone.
template <class D>
HWY_INLINE void write_new(Lanes<D> x, double* p, long) {
  write(x, p, 0);
}
template <class V>
HWY_INLINE void write_new(Dual<V> x, double* p, long gap) {
  write(x.d, p + gap, 0);
}
