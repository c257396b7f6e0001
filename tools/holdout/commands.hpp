// The commands of `holdout`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/parallel.hpp>

#include "options.hpp"

namespace holdout::cli {

/// Exit codes of the command.
enum ExitCode { kDone = 0, kFailure = 1, kWrongInput = 2, kAllFailed = 3, kInterrupted = 128 };

struct Command {
  std::string_view name, arguments, help;  // run, STUDY, and what it does in one line
  Syntax (*syntax)();
  int (*run)(const Options& options);  // @throws Error
};

std::span<const Command> commands();

Syntax run_syntax();
int run_study(const Options& options);
Syntax validate_syntax();
int validate(const Options& options);
Syntax trace_syntax();
int trace(const Options& options);
Syntax report_syntax();
int report(const Options& options);
Syntax predict_syntax();
int predict(const Options& options);
Syntax export_syntax();
int export_model(const Options& options);
Syntax init_syntax();
int init(const Options& options);
Syntax verify_syntax();
int verify(const Options& options);
Syntax list_syntax();
int list(const Options& options);

Syntax compare_syntax();
int compare(const Options& options);
Syntax completion_syntax();
int completion(const Options& options);

/// Says on standard error that fewer threads are used than there are CPUs, if so: nothing else tells why it takes
/// longer.
void note_shortage(const Workers& workers);

/// What `holdout list` takes.
std::vector<std::string> family_names();

/// The whole command: dispatches, prints errors, and returns the exit code.
int run_command(const std::vector<std::string>& arguments);

}  // namespace holdout::cli
