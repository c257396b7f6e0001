// Softmax loss (cross entropy) over K scores: L = log Σ_k e^{f_k} − f_y, ∂L/∂f_k = e^{f_k} / Σ e^{f} − [k = y].
//
// Scores are shifted by their maximum, so that nothing overflows.
struct Softmax {
  static constexpr LossInfo info{.info = {"softmax", "log Σ_k e^{f_k} − f_y, y one of K classes"},
                                 .classes = Classes::any,
                                 .link = Link::odds,
                                 .curvature = 0.5};
  /// f: [K] rows of V in memory, `stride` elements apart, `gap` from value to tangent; scores become share · slopes.
  /// @return L
  template <class V, class T>
  static RULE_FN V row(T* f, size_t outputs, size_t stride, long gap, size_t y, V share) {
    V most, of_class, fk, sum(0.0);
    read(most, f, gap);
    for (size_t k = 1; k < outputs; ++k) read(fk, f + k * stride, gap), most = max(most, fk);
    read(of_class, f + y * stride, gap);
    for (size_t k = 0; k < outputs; ++k) {
      read(fk, f + k * stride, gap);
      const V e = exp(fk - most);
      write(e, f + k * stride, gap);
      sum = sum + e;
    }
    const V scale = share / sum;
    for (size_t k = 0; k < outputs; ++k) {
      read(fk, f + k * stride, gap);
      fk = fk * scale;
      if (k == y) fk = fk - share;
      write(fk, f + k * stride, gap);
    }
    return log(sum) + (most - of_class);  // often exact: of large scores only their difference counts
  }
};
