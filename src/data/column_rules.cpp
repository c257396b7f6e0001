#include "column_rules.hpp"

namespace holdout::data {

InputColumn::Encoding encoding_of(const std::string& rule) {
  using Encoding = InputColumn::Encoding;
  return rule == "target" ? Encoding::target : rule == "ordinal" ? Encoding::ordinal : Encoding::onehot;
}

InputColumn::Missing missing_of(const std::string& rule, const Column& column) {
  using Missing = InputColumn::Missing;
  if (rule == "level") return column.text && column.missing > 0 ? Missing::level : Missing::refuse;
  if (rule == "indicator") return column.missing > 0 ? Missing::indicator : Missing::fill;
  return rule == "mean" || rule == "median" ? Missing::fill : Missing::refuse;
}

}  // namespace holdout::data
