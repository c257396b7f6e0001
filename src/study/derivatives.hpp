// Answers to requests that want derivatives: solved near other trials, averaged over folds, in the space's coordinates.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <holdout/study/storage.hpp>
#include <holdout/study/study.hpp>
#include <holdout/train/hypergradient.hpp>

#include "designs.hpp"

namespace holdout::study {

/// What one fold says of one request.
struct FoldDerivatives {
  train::HyperDerivatives derivatives;
  double guard = 0;  // of a guarded request: the metric on the rows that have no part in the derivatives
};

class Derivatives {
 public:
  /// @param study, designs, storage  must outlive it
  Derivatives(const Study& study, const train::Metric& metric, const Designs& designs, const Storage& storage);

  static bool wanted(const search::Request& request) { return request.want != search::Want::value; }
  /// What requests that are solved together must have in common besides their cohort fields; equal for all that want
  /// no derivatives.
  std::string key(const search::Request& request);
  /// Is told of every trial, in order, before anything may start near it.
  void begin(int trial, const search::Request& request);
  /// The lanes of a cohort on one fold. From many threads.
  std::vector<FoldDerivatives> solve(std::size_t fold, std::span<const train::LaneConfig> lanes,
                                     std::span<const search::Request* const> requests,
                                     const std::atomic<bool>* interrupt);
  /// [request] the metric of the models that requests start from, averaged over folds; none where trials that they name
  /// have left no models. Configurations differ from those of the trials they name in continuous parameters alone.
  std::vector<double> preview(std::span<const search::Request> requests, const Workers& workers);
  /// Whether a trial that the request starts from has left a model.
  bool starts_warm(const search::Request& request);
  /// [lane] what trainings of these requests start from. Every one starts warm.
  std::vector<std::vector<double>> starts(std::size_t fold, std::span<const train::LaneConfig> lanes,
                                          std::span<const search::Request* const> requests);
  /// Adds to an outcome what the folds say; keeps what later trials may start from. An outcome whose value is not
  /// finite is failed, one whose gradient is not, too, unless the request can do without. From many threads.
  void put(Outcome& outcome, int trial, const search::Request& request, std::span<FoldDerivatives> folds);

 private:
  struct Known {
    std::vector<double> at;                   // [axis]
    std::vector<std::vector<double>> states;  // [fold]; empty: in storage
  };
  std::vector<std::size_t> axes(const search::Configuration& configuration) const;
  std::vector<double> values(const search::Configuration& configuration) const;  // of the axes
  // θ to start from; empty: cold.
  std::vector<double> start(const search::Request& request, std::size_t fold, std::size_t parameters);
  std::vector<train::HyperDerivatives> solve_implicitly(std::size_t fold, std::span<const train::LaneConfig> lanes,
                                                        std::span<const std::string> wrt,
                                                        std::span<const search::Request* const> requests,
                                                        const std::atomic<bool>* interrupt);
  // mutex_ is held in both.
  bool has_states(int trial);
  std::span<const double> state_of(int trial, std::size_t fold, std::size_t parameters);  // empty: not known
  std::string solver_key(std::size_t fold, bool guarded, const train::LaneConfig& config) const;
  std::unique_ptr<train::HyperSolver> take(const std::string& key, std::size_t fold, bool guarded,
                                           const train::LaneConfig& config);
  void give_back(const std::string& key, std::unique_ptr<train::HyperSolver> solver);
  std::size_t parameters(std::size_t fold, const train::LaneConfig& config);
  struct LinearScores;
  LinearScores scores_of(int trial, const search::Request& request, std::size_t fold);
  std::vector<double> preview(std::size_t fold, std::span<const search::Request> requests);
  // What solvers derive for a model: the metric, or one with a gradient in its place.
  const train::Metric& smooth_for(const train::ModelSettings& model, std::size_t classes) const;
  void measure(const train::Design<double>& design, const train::ModelSettings& model,
               train::HyperDerivatives& derivatives) const;
  // What a step from `near` to the request adds of the derivative by each axis; empty where these are not known.
  std::vector<double> steps(const search::Near& near, const search::Request& request, std::size_t fold,
                            std::size_t parameters) const;

  const Study& study_;
  const train::Metric& metric_;
  const Designs& designs_;
  const Storage& storage_;
  train::Hypergradient method_;
  std::mutex mutex_;
  std::map<int, Known> known_;                                                    // trial
  std::map<std::string, std::vector<std::unique_ptr<train::HyperSolver>>> idle_;  // by fold and model
};

}  // namespace holdout::study
