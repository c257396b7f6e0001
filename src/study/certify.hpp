// The certificate of a search on one λ: the step after the search that proves how much any λ of the range could still
// gain (train/certificate.hpp has the bounds). Per fold a lower bound of the error, averaged, refined where it does not
// reach the best value yet; minima of J that the search found are reused. Without a proof the result of the search
// stands, and the certificate says where the proof is missing, and why.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>

#include <holdout/base/error.hpp>
#include <holdout/study/certificate.hpp>
#include <holdout/study/reader.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/study/storage.hpp>
#include <holdout/train/metric.hpp>

#include "designs.hpp"

namespace holdout::study {

/// `search.certify` of a gradient search; 0: no certificate is asked for.
double certify_tolerance(const Study& study);

/// What stands in the way of a certificate that a study asks for, as far as the study alone can tell: several
/// parameters, a range that is not one of logarithms, losses and metrics without a bound. Paths are filled in.
void check_certificate(const Study& study, Errors& errors);

/// Nothing if interrupted. The same bits for any number of threads, and after a resumption.
/// @param storage  has θ of the trials
/// @param best     the value of the best configuration
/// @param told     of every interval that is bounded, by one thread at a time; empty: nobody
std::optional<Certificate> certify(const Study& study, double tolerance, std::span<const Trial> trials, double best,
                                   const Storage& storage, Designs& designs, const train::Metric& metric,
                                   const Workers& workers, const std::atomic<bool>& interrupt,
                                   const std::function<void(const RunState::Certifying&)>& told = {});

}  // namespace holdout::study
