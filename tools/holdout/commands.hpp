// The commands of `holdout`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdout::cli {

/// Exit codes of the command.
enum ExitCode { kDone = 0, kFailure = 1, kWrongInput = 2, kAllFailed = 3, kInterrupted = 128 };

struct Command {
  std::string_view name, arguments, help;
  int (*run)(const std::vector<std::string>& arguments);  // @throws Error
};

std::span<const Command> commands();

int run_study(const std::vector<std::string>& arguments);
int validate(const std::vector<std::string>& arguments);
int trace(const std::vector<std::string>& arguments);
int report(const std::vector<std::string>& arguments);
int list(const std::vector<std::string>& arguments);

/// The whole command: dispatches, prints errors, and returns the exit code.
int run_command(const std::vector<std::string>& arguments);

}  // namespace holdout::cli
