// What stands in a study's database may come from anybody: numbers of rows that are below 0, tables whose sides differ,
// parameters that the space does not have. Reports, searches and repetitions count on none of that, so it is refused
// where it is read. Kinds of members are checked by json_fields, the model by model_from_json.
#pragma once

#include <string_view>

#include <holdout/search/space.hpp>
#include <holdout/study/run_facts.hpp>
#include <holdout/study/trial.hpp>

namespace holdout::study {

// All throw std::domain_error, naming the member.

void check(const RunFacts& facts);
void check(const Winner& winner);
/// The same against the study's space.
void check(const Winner& winner, const search::SearchSpace& space);
void check(const Nested& nested, const search::SearchSpace& space);
/// One trial, its configuration included.
void check(const Trial& trial, const search::SearchSpace& space);
/// A fingerprint: what study::changes() reads.
void check_fingerprint(std::string_view json);

}  // namespace holdout::study
