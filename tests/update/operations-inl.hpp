// One call of each operation. No guard: included for plain numbers and for each target.
template <class V>
RULE_FN void all_operations(V a, V b, V c, V (&out)[12]) {
  const V results[] = {a + b,
                       a - b,
                       a * b,
                       a / b,
                       -a,
                       mul_add(a, b, c),
                       neg_mul_add(a, b, c),
                       sqrt(a),
                       abs(a),
                       max(a, b),
                       where_positive(a, b),
                       select_positive(a, b, c)};
  for (int i = 0; i < 12; ++i) out[i] = results[i];
}
