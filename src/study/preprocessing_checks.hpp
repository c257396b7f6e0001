// Whether the data have what their preprocessing asks for.
#pragma once

#include <cstdint>

#include <holdout/base/error.hpp>
#include <holdout/data/load.hpp>
#include <holdout/study/reader.hpp>

namespace holdout::study {

/// Whether every target has what configurations may train on in its place; a notice says what they train on.
void check_target_transform(const StudyFile& file, data::Prepared& data, Errors& errors);

/// What the encoding by targets does not go with.
/// @param highest_degree  of products of features that a configuration may have
void check_encodings(const StudyFile& file, const data::Prepared& data, std::int64_t highest_degree, Errors& errors);

}  // namespace holdout::study
