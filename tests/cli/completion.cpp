// Completion and the manual: that shells take them.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::shell;

namespace {

// A zsh in a pseudo terminal that has the script in its fpath, as users have. Of each argument, a line that is typed up
// to there, once the shell listens to single keys, it prints what Ctrl-D lists and the line after Tab, <so>, and a new
// page.
constexpr const char* kZsh = R"(zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "fpath=($PWD/zfunc \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=0 COLUMNS=200 LINES=200"
zpty -w z "unset zle_bracketed_paste; unsetopt beep prompt_cr prompt_sp; PS1="
zpty -w z 'show_line() { print -r -- "<$BUFFER>"; BUFFER= }; zle -N show_line; bindkey "^T" show_line'
zpty -w z 'zle-line-init() { print REA""DY }; zle -N zle-line-init'
zpty -r -m z out '*READY*'
for typed in "$@"; do
  zpty -n -w z "$typed"$'\C-d\t\C-t'
  zpty -r -m z out '*<holdout*>*'
  print -r -- "$out"$'\f'
done
zpty -d z
)";

// What bash offers for these words, the last of which is being typed.
std::string offered(const Folder& folder, const std::string& words) {
  return shell(folder, "bash -c 'source <(\"$H\" completion bash); COMP_WORDS=(" + words +
                           "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _holdout; echo \"${COMPREPLY[@]}\"'")
      .out;
}

}  // namespace

TEST_CASE("completion: bash offers commands, options, files, settings and families") {
  Folder folder;
  process::write_file(folder.path / "my study.yaml", "");
  process::write_file(folder.path / "mine.csv", "");
  std::filesystem::create_directory(folder.path / "myruns");
  CHECK(offered(folder, "holdout va") == "validate\n");
  CHECK(has(offered(folder, "holdout \"\""), "run validate"));
  CHECK(offered(folder, "holdout run --ou") == "--out\n");
  CHECK(has(offered(folder, "holdout predict run --"), "--keep"));
  CHECK(has(offered(folder, "holdout run m"), "my study.yaml"));
  CHECK(!has(offered(folder, "holdout run m"), "mine.csv"));
  CHECK(offered(folder, "holdout predict my") == "myruns\n");
  CHECK(has(offered(folder, "holdout predict myruns m"), "mine.csv"));
  CHECK(offered(folder, "holdout run x.yaml --out my") == "myruns\n");
  CHECK(offered(folder, "holdout run x.yaml --set training.ep") == "training.epochs=\n");
  CHECK(has(offered(folder, "holdout run x.yaml --set training.optimizer.adam.b"), "training.optimizer.adam.beta1="));
  CHECK(offered(folder, "holdout list opt") == "optimizers\n");
  CHECK(offered(folder, "holdout export r --to py") == "python\n");
  CHECK(offered(folder, "holdout report r --formats h") == "html\n");
}

TEST_CASE("completion: zsh offers the same, where there is a zsh") {
  Folder folder;
  if (shell(folder, "command -v zsh").code != 0) return;
  process::write_file(folder.path / "my study.yaml", "");
  process::write_file(folder.path / "mine.csv", "");
  std::filesystem::create_directory(folder.path / "myruns");
  std::filesystem::create_directory(folder.path / "zfunc");
  process::write_file(folder.path / "ask.zsh", kZsh);
  REQUIRE(shell(folder, "$H completion zsh > zfunc/_holdout && zsh -n zfunc/_holdout").code == 0);
  const struct {
    const char *typed, *offers, *line;
  } cases[] = {
      {"holdout ", "run won, side by side", "<holdout compare>"},
      {"holdout va", "validate", "<holdout validate >"},
      {"holdout run --ou", "--out", "<holdout run --out >"},
      {"holdout run m", "my\\ study.yaml", "<holdout run my"},
      {"holdout predict myruns mi", "mine.csv", "<holdout predict myruns mine.csv >"},
      {"holdout run x.yaml --set training.ep", "training.epochs=", "<holdout run x.yaml --set training.epochs=>"},
      {"holdout list opt", "optimizers", "<holdout list optimizers >"},
      {"holdout export r --to py", "python", "<holdout export r --to python >"}};
  std::string all;
  for (const auto& c : cases) all += " '" + std::string(c.typed) + "'";
  std::string said = shell(folder, "timeout 60 zsh -f ask.zsh" + all).out;
  for (const auto& [typed, offers, line] : cases) {
    CAPTURE(typed);
    const std::string page = said.substr(0, said.find('\f'));
    CAPTURE(page);
    CHECK(has(page, offers));
    CHECK(has(page, line));
    if (typed == std::string("holdout run m")) CHECK(!has(page, "mine.csv"));
    said.erase(0, page.size() + 1);
  }
}

TEST_CASE("completion: a script for zsh has its first line; other shells are unknown") {
  Folder folder;
  const auto script = shell(folder, "$H completion zsh > _holdout && cat _holdout");
  CHECK(script.code == 0);
  CHECK(script.out.starts_with("#compdef holdout\n"));
  CHECK(has(script.out, "'*--out[folder of the run (runs/NAME)]:DIR:_directories'"));
  const auto wrong = shell(folder, "$H completion fish");
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "unknown shell 'fish'"));
}
