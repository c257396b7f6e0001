// All that the search layer knows of the world: it asks for evaluations and is answered.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/search/space.hpp>

namespace holdout::search {

/// How far an evaluation goes. Neither given: as far as the study says.
struct Fidelity {
  std::optional<std::int64_t> epochs;  // stop after so many
  // Relative gradient norm of the inner problem; where derivatives are wanted: relative error of the value, and of
  // the derivatives small enough that their signs are right.
  std::optional<double> tolerance;
  bool full() const { return !epochs && !tolerance; }
};

/// What is wanted besides the value: the gradient in the continuous parameters, the curvature too.
enum class Want { value, gradient, curvature };

/// A trial whose model has a part in where another training starts. With x_k the value of the continuous parameter k
/// (its logarithm where its range is one of logarithms), θ_i the model of the trial, and x without i what is asked for,
/// the start is Σ_i weight_i θ_i + along_i Σ_k (x_k − x_ki) ∂θ_i/∂x_k: with one trial and ones a step along its
/// tangent, with several whatever polynomial goes through their θ and derivatives. What is not known of a trial counts
/// as zero.
struct Near {
  int trial = 0;
  double weight = 1, along = 1;
  friend bool operator==(const Near&, const Near&) = default;
};

/// One question; it becomes one trial. All but the configuration are optional.
struct Request {
  Configuration configuration;
  Fidelity fidelity = {};
  std::vector<Near> near = {};  // where to start, if that saves work; none: from the model's own start
  Want want = Want::value;
  // Where derivatives are wanted and not finite: the value will do. Otherwise such an evaluation fails.
  bool derivatives_optional = false;
  bool guarded = false;  // value and derivatives over a part of the hold-out rows only, the rest for Evaluation::guard
};

/// How an evaluation ended.
enum class End { complete, failed, pruned };

/// The answer. A complete one has a finite value, and a gradient where that was wanted, unless the request can do
/// without and it was not finite.
struct Evaluation {
  int trial = 0;  // its number: the position of its request among all requests
  End end = End::complete;
  double value = 0;  // hold-out error, to be minimized (maximized metrics come negated); only if complete
  std::optional<double> error_bound = {};  // of `value`, from the inner problem's residual
  std::vector<double> gradient = {};       // d value / d (log) parameter, by parameter index; all finite, or empty
  std::vector<double> curvature = {};      // second derivatives, row-major; empty where they cost too much
  std::optional<double> guard = {};        // of a guarded request: the error on the rows that `value` has not seen
  double cost = 0;                         // passes over the training rows
};

/// Answers requests, in their order, however it schedules them.
class Objective {
 public:
  virtual ~Objective() = default;
  /// Evaluations of `requests`, in order. May be shorter only if the run was interrupted.
  virtual std::vector<Evaluation> evaluate(std::span<const Request> requests) = 0;
  /// What the values of requests would be if nothing were trained: those of the models that Request::near puts
  /// together. Makes no trials. A search uses it where a value has no derivative, but the models behind it are smooth.
  /// @return none if such models are not known
  virtual std::vector<double> preview(std::span<const Request> requests) {
    (void)requests;
    return {};
  }
};

}  // namespace holdout::search
