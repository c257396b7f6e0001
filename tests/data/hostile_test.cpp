// The CSV cases of the hostile index, each with what its line there promises; and mutations of a good file.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "data_files.hpp"
#include "support/thin.hpp"

namespace holdout::data {
namespace {

using namespace testing;

struct Case {
  const char* file;
  int line;                        // 0: none promised
  std::vector<const char*> words;  // empty: it loads
};

Prepared load_case(const std::string& file) {
  DataSettings s = settings(file);
  s.target = "target";
  if (file.starts_with("D51")) s.split.select(SplitSettings::kfold);
  return load(s, kCsv, Task::classification, Seed{7});
}

TEST_CASE("hostile: each file gets the message that its index promises") {
  const Case cases[] = {
      {"D01-empty.csv", 0, {"D01-empty.csv", "empty"}},
      {"D02-header-only.csv", 0, {"D02", "row"}},
      {"D04-short-row.csv", 13, {"D04", "4", "5"}},
      {"D06-word-in-number.csv", 24, {"x2", "abc"}},
      {"D07-empty-cell.csv", 11, {"x3", "missing"}},
      {"D09-nan-cell.csv", 5, {"x4", "missing"}},
      {"D11-decimal-comma.csv", 0, {"delimiter", ";"}},
      {"D12-wrong-delimiter.csv", 0, {"delimiter", ";"}},
      {"D13-quoted-newline.csv", 0, {}},
      {"D15-crlf.csv", 0, {}},
      {"D17-bom.csv", 0, {}},
      {"D19-nul.csv", 4, {"NUL"}},
      {"D21-duplicate-column.csv", 1, {"x2", "twice"}},
      {"D23-constant-column.csv", 0, {}},
      {"D25-single-class.csv", 0, {"class"}},
      {"D28-text-labels.csv", 0, {}},
      {"D29-fraction-label.csv", 7, {"0.5", "target"}},
      {"D32-target-only.csv", 0, {"feature", "column"}},
      {"D35-tiny-variance.csv", 0, {}},
      {"D39-blank-end.csv", 0, {}},
      {"D41-trailing-comma.csv", 1, {"no name"}},
      {"D43-no-header.csv", 0, {"target", "header", "looks like data"}},
      {"D46-gz-cut.csv.gz", 0, {"D46", "trunc"}},
      {"D49-big-integers.csv", 0, {}},
      {"D51-stratify-small.csv", 0, {"folds", "3", "class"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    const std::string error = error_of([&] { load_case(c.file); });
    CAPTURE(error);
    if (c.words.empty()) CHECK(error == "(none)");
    for (const char* word : c.words) CHECK(has(error, word));
    if (c.line > 0) CHECK(has(error, std::string(c.file) + ":" + std::to_string(c.line) + ": "));
  }
}

TEST_CASE("hostile: the good ones have the values of their file") {
  const Dataset tiny = load_case("tiny.csv").dataset;
  CHECK(tiny.rows == 40);
  CHECK(tiny.feature_names == std::vector<std::string>{"x1", "x2", "x3", "x4"});
  CHECK(tiny.row(1)[1] == 1.5621);  // line 3 of the file
  for (const char* same : {"D15-crlf.csv", "D17-bom.csv", "D39-blank-end.csv"}) {
    const Prepared p = load_case(same);
    CHECK(p.dataset.x == tiny.x);
    CHECK(p.dataset.y == tiny.y);
  }
  const Prepared quoted = load_case("D13-quoted-newline.csv");
  CHECK(quoted.dataset.rows == 40);
  CHECK(quoted.dataset.feature_names ==
        std::vector<std::string>{"x1", "x2", "x3", "x4", "note=a, \"b\"\nc", "note=plain"});
  CHECK(load_case("D28-text-labels.csv").dataset.classes == std::vector<std::string>{"no", "yes"});
  for (const char* odd : {"D23-constant-column.csv", "D35-tiny-variance.csv", "D49-big-integers.csv"}) {
    const Prepared p = load_case(odd);
    const Scaling s = fit_scaling(p.dataset, p.split.folds[0].train, Standardize::deviation);
    for (std::size_t i = 0; i < p.dataset.x.size(); ++i)
      CHECK(std::abs(s.apply(i % p.dataset.features, p.dataset.x[i])) < 100);
  }
  const Prepared constant = load_case("D23-constant-column.csv");
  REQUIRE(constant.notices.size() == 1);
  CHECK(has(constant.notices[0], "x3"));
  CHECK(fit_scaling(constant.dataset, constant.split.folds[0].train, Standardize::deviation).scale[2] == 1);
}

TEST_CASE("hostile: each byte deleted, flipped or doubled: it loads or says why, and never anything else") {
  std::string text = "x1,x2,\"note, quoted\",y\r\n";
  for (int i = 0; i < 29; ++i)
    text += std::to_string(0.25 * i) + ", -" + std::to_string(i) + "e-1," + (i % 2 ? "plain" : "\"a, \"\"b\"\"\nc\"") +
            "," + (i % 3 ? "yes" : "no") + (i % 5 ? "\n" : "\r\n");
  const Folder folder;
  int loaded = 0, refused = 0;
  const auto attempt = [&](const std::string& mutant) {
    folder.write("a.csv", mutant);
    for (const char* missing : {"refuse", "drop_row", "mean"}) {
      DataSettings s = settings();
      s.missing.usual = missing;
      try {
        const Prepared p = load(s, folder.path(), Task::classification, Seed{1});
        REQUIRE(p.dataset.x.size() == p.dataset.rows * p.dataset.features);
        REQUIRE(p.dataset.y.size() == p.dataset.rows);
        REQUIRE(p.dataset.feature_names.size() == p.dataset.features);
        ++loaded;
      } catch (const Error& e) {
        REQUIRE(!e.messages().empty());
        REQUIRE(e.fault() == Fault::input);
        ++refused;
      }
    }
  };
  attempt(text);
  REQUIRE(loaded == 3);
  for (std::size_t i = 0; i < text.size(); ++i) {
    CAPTURE(i);
    if (holdout::testing::left_out(i)) continue;
    attempt(text.substr(0, i) + text.substr(i + 1));
    attempt(text.substr(0, i) + text[i] + text.substr(i));
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    attempt(flipped);
  }
  constexpr int kEnough = holdout::testing::kSanitized ? 75 : 300;
  CHECK(loaded > kEnough);
  CHECK(refused > kEnough);
  const std::string packed = gzipped(text);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    if (holdout::testing::left_out(i)) continue;
    std::string flipped = packed;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    attempt(flipped);
    attempt(packed.substr(0, i) + packed.substr(i + 1));
  }
}

}  // namespace
}  // namespace holdout::data
