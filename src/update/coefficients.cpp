#include "coefficients.hpp"

namespace holdout::update {

std::vector<double> defaults(std::span<const Coefficient> table) {
  std::vector<double> values;
  for (const Coefficient& c : table) values.push_back(c.value);
  return values;
}

void visit(FieldVisitor& f, std::span<const Coefficient> table, std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Coefficient& c = table[i];
    const Field field{c.name, c.help, Scope::lane};
    double& value = values[i];
    switch (c.kind) {
      case Coefficient::Kind::decay:
        f(field, value, half_open(0.0, 1.0));
        break;
      case Coefficient::Kind::real:
        f(field, value, between(0.0, c.max));
        break;
      case Coefficient::Kind::positive:
        f(field, value, Range<double>{0.0, c.max, true});
        break;
      case Coefficient::Kind::flag: {
        bool on = value != 0;
        f(field, on);
        value = on ? 1 : 0;
      }
    }
  }
}

}  // namespace holdout::update
