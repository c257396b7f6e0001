// Files of libsvm and svmlight: a row a line, LABEL [qid:N] INDEX:VALUE INDEX:VALUE … [# comment].
#pragma once

#include "table.hpp"

namespace holdout::data {

/// The one column of such a table.
inline constexpr const char* kLabel = "label";

/// Reads features into `sparse` and labels into a column. What a row does not name is 0; indices count from 0 or 1 and
/// ascend in each row. Only indices that some row has with another value than 0 become features, so memory depends on
/// the nonzeros, not on the largest index. A query number (qid:) is checked and left out.
/// @param options  as_text with kLabel: labels are classes, words or numbers; else they are numbers
/// @throws Error with the lines of all that is wrong (at most 20)
Table read_libsvm(const std::string& path, const std::string& name, const TableOptions& options, FileMark& mark);

/// Whether a file whose name says nothing is one: by its first line that is no comment.
bool looks_like_libsvm(const std::string& path, const std::string& name, const std::string& setting);

}  // namespace holdout::data
