// Checksums of a trial: one of what decides about it, its configuration, what was asked of it, its state, value and
// derivatives; another of the facts and words beside that, which only reports read. They are stored with the outcome,
// so that a row which another program changed afterwards is recognized on reading. They find changes, they do not
// defend against forgery.
#pragma once

#include <cstdint>
#include <string_view>

namespace holdout::study {

/// A sum over entries, so that their order does not matter: they come back from the database in any.
class TrialCheck {
 public:
  void add(std::string_view key, std::string_view text);
  /// Minus zero counts as zero: SQLite keeps no sign of it.
  void add(std::string_view key, double value);
  /// Never 0, which stands for an outcome that was stored before there were checks.
  long long value() const;

 private:
  std::uint64_t sum_ = 0;
};

/// Both of a trial.
struct TrialChecks {
  TrialCheck decisive, details;
  /// Adds an attribute, `holdout:` included, to the one that it is part of, if any.
  void add_attribute(std::string_view key, std::string_view json);
};

}  // namespace holdout::study
