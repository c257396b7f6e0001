#include "commands.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <new>
#include <system_error>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/number.hpp>
#include <holdout/base/version.hpp>

namespace holdout::cli {
namespace {

// The list: a command is added here and nowhere else.
constexpr Command kCommands[] = {
    {"run", "STUDY", "run a study: search, report, best configuration", run_syntax, run_study},
    {"validate", "STUDY", "find every mistake of a study and its data; train nothing", validate_syntax, validate},
    {"trace", "STUDY", "draw the paths of update rules over two parameters", trace_syntax, trace},
    {"report", "RUN", "write the reports of a run again", report_syntax, report},
    {"verify", "RUN", "train the best trial of a run again and compare to the last bit", verify_syntax, verify},
    {"predict", "RUN DATA", "predictions of the tuned model, as CSV", predict_syntax, predict},
    {"export", "RUN", "the tuned model as a short program: --to python", export_syntax, export_model},
    {"init", "DATA", "a first study for a data file: --target COLUMN", init_syntax, init},
    {"compare", "RUN RUN…", "which run won, side by side", compare_syntax, compare},
    {"list", "[FAMILY]", "optimizers, models, searches, metrics …: what a study may name", list_syntax, list},
    {"completion", "SHELL", "completion for bash or zsh, to be sourced", completion_syntax, completion},
};

std::string usage() {
  std::string text =
      "holdout: hyperparameter tuning where one SIMD lane trains one configuration\n\n"
      "usage: holdout COMMAND …\n\n";
  for (const Command& c : kCommands) {
    std::string head = "  " + std::string(c.name) + " " + std::string(c.arguments);
    constexpr std::size_t kColumn = 22;  // characters, not bytes
    const auto more =
        std::count_if(head.begin(), head.end(), [](char b) { return (static_cast<unsigned char>(b) & 0xC0) == 0x80; });
    head.resize(kColumn + static_cast<std::size_t>(more), ' ');
    text += head + std::string(c.help) + "\n";
  }
  return text +
         "\nholdout COMMAND --help explains a command.\n"
         "Exit codes: 0 done, 1 could not finish, 2 the input is wrong, 3 every trial failed,\n"
         "            130, 143 and 129 interrupted by SIGINT, SIGTERM, SIGHUP (finished trials are stored).\n";
}

int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::cerr << "error: no command\n\n" << usage();
    return kWrongInput;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    std::cout << usage();
    return kDone;
  }
  if (name == "--version") {
    std::cout << "holdout " << version() << "\n";
    return kDone;
  }
  std::vector<std::string> names;
  for (const Command& c : kCommands) {
    names.emplace_back(c.name);
    if (c.name != name) continue;
    const std::optional<Options> options = read_options(c, {arguments.begin() + 1, arguments.end()});
    return options ? c.run(*options) : kDone;
  }
  throw Error("unknown command " + quoted(name), did_you_mean(name, names) + " (holdout --help)");
}

// Whoever read our output has had enough: `holdout list optimizers | head`.
bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int fail(const std::string& what, int code) {
  std::cerr << what << std::endl;
  return code;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

void note_shortage(const Workers& workers) {
  if (!workers.shortage().empty())
    std::cerr << "note: " << workers.shortage() << "; it takes longer, and the results are the same" << std::endl;
}

int run_command(const std::vector<std::string>& arguments) {
  int code = kDone;
  try {
    code = dispatch(arguments);
  } catch (const Error& e) {
    code = fail(e.what(), e.fault() == Fault::input ? kWrongInput : kFailure);
  } catch (const std::bad_alloc&) {
    code = fail("error: out of memory" + in_brackets(memory_limits()) +
                    "\n  raise the limit, or use fewer threads (--threads), fewer rows or `precision: float32`",
                kFailure);
  } catch (const std::system_error& e) {  // of a file, a thread, a lock
    code = fail("error: the system refuses: " + escaped(e.what()), kFailure);
  } catch (const std::exception& e) {
    code = fail(std::string("error: unexpected: ") + e.what() + "\n  this is a bug in holdout; please report it",
                kFailure);
  }
  std::cout.flush();
  if (!std::cout && reader_is_gone()) return code == kDone ? kFailure : code;
  if (!std::cout) return fail("error: cannot write to standard output: no space left, or closed", kFailure);
  return code;
}

}  // namespace holdout::cli
