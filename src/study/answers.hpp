// What a search is told of trials, and whether what is stored of them answers what it asked. Between storage, where
// trials outlive processes, and the search, which must be told the same of a trial whenever it was trained.
#pragma once

#include <optional>
#include <span>

#include <holdout/search/objective.hpp>
#include <holdout/study/study.hpp>
#include <holdout/study/trial.hpp>

namespace holdout::study {

/// What the search is told of a trial: of one in storage the same as of one that has just been trained. A metric that
/// is to be maximized is turned around.
search::Evaluation evaluation_of(const Trial& trial, bool maximize);

bool all_finite(std::span<const double> numbers);

/// Whether a trial was stored for that request.
bool asked_the_same(const Trial& trial, const search::Request& request);

/// Whether an outcome is an answer: failed, or with the value that was asked for, finite, and with derivatives where
/// they were wanted, finite too, unless the request can do without them and the outcome says that it has none.
bool is_answer(const Outcome& outcome, const search::Request& request);

/// The number of the first stored trial that is no answer, where the search goes by derivatives: an earlier
/// holdout could store one without them when it was interrupted. What the search asked for after it follows from
/// nothing.
/// @param past   by number
/// @param batch  configurations asked for at once
std::optional<int> first_without_answer(const Study& study, std::span<const Trial> past, int batch);

}  // namespace holdout::study
