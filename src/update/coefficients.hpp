// Tables of coefficients as settings.
#pragma once

#include <span>
#include <vector>

#include <holdout/update/rule.hpp>

namespace holdout::update {

/// The defaults of a table.
std::vector<double> defaults(std::span<const Coefficient> table);

/// Shows each coefficient to the visitor as a setting of a lane.
void visit(FieldVisitor& f, std::span<const Coefficient> table, std::vector<double>& values);

}  // namespace holdout::update
