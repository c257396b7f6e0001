// Completion and the manual: that shells take them.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::shell;

namespace {

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

TEST_CASE("completion: zsh takes its script, where there is a zsh; other shells are unknown") {
  Folder folder;
  const auto script = shell(folder, "$H completion zsh > _holdout && cat _holdout");
  CHECK(script.code == 0);
  CHECK(script.out.starts_with("#compdef holdout\n"));
  CHECK(has(script.out, "'*--out[folder of the run (runs/NAME)]:DIR:_directories'"));
  if (shell(folder, "command -v zsh").code == 0) CHECK(shell(folder, "zsh -n _holdout").code == 0);
  const auto wrong = shell(folder, "$H completion fish");
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "unknown shell 'fish'"));
}
