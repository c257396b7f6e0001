// What other programs did to the trials of a run. study.db is a database in Optuna's schema, so Optuna, its dashboard
// and plain SQL can add trials to it, change them and delete them; reports tell that apart from what the search did.
#pragma once

#include <optional>
#include <string>

namespace holdout::study {

/// One trial that is not as holdout stored it.
struct ForeignChange {
  enum class Kind {
    added,    // the search never asked for it: it is not ranked, and no search is told of it
    changed,  // its outcome or its configuration is not the one that was stored: it counts as not finished
    deleted   // the search asked for it, and it is gone
  };
  Kind kind = Kind::added;
  int number = 0;               // as Optuna counts where it was added, else the search's
  std::string state;            // of an added one, Optuna's word: COMPLETE
  std::optional<double> value;  // of an added one, where it has a finite one
};

}  // namespace holdout::study
