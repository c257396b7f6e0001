// A certificate as a user meets it: proved or not, on the console, in report.json, while it is computed, and verified.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "process.hpp"

using process::Folder;
using process::has;
using process::shell;

namespace {

// Of report.json, the certificate's member.
std::string certificate_of(const Folder& folder) {
  std::ifstream in(folder.path / "run/report.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t first = text.find("\"certificate\": {");
  REQUIRE(first != std::string::npos);
  return text.substr(first, text.find("\n  }", first) - first);
}

// Two hold-out rows are alike but for their class: where the decision passes over both, neither is certain.
void write_study(const Folder& folder, const std::string& metric) {
  std::string rows = "x,part,target\n";
  for (int i = 0; i < 30; ++i)
    rows += std::to_string((i % 3 == 0 ? 1 : 0) + 0.05 * (i % 7)) + ",train," + (i % 3 == 0 ? "yes" : "no") + "\n";
  process::write_file(folder.path / "rows.csv", rows + "2,holdout,yes\n2,holdout,no\n-5,holdout,no\n");
  process::write_file(folder.path / "s.yaml",
                      "data: {file: rows.csv, target: target, split: {method: column, column: part}}\n"
                      "model: {type: logistic, l2: {min: 1e-4, max: 1e4, scale: log}}\n"
                      "training: {optimizer: exact}\nobjective: {metric: " +
                          metric + "}\nsearch: {method: gradient, certify: 0.001}\n");
}

}  // namespace

TEST_CASE("certificate: where it cannot be proved console and report say where and why; the result stands, verified") {
  const Folder folder;
  write_study(folder, "error");
  const auto run = shell(folder, "$H run s.yaml --out run");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(has(run.out, "not certified: on "));
  CHECK(has(run.out, "a hold-out error below 0.3329 is not ruled out (about λ = "));
  CHECK(has(run.out, "the bounds do not reach it there, however small the intervals; the search's result stands"));
  CHECK_FALSE(has(run.out, "certified: no λ"));
  const std::string certificate = certificate_of(folder);
  CHECK(has(certificate, "\"proved\": false"));
  CHECK(has(certificate, "\"share\": 0.99"));
  CHECK(has(certificate, "\"reason\": \"the bounds do not reach it there, however small the intervals\""));
  CHECK_FALSE(has(certificate, "\"open\": []"));
  const auto verified = shell(folder, "$H verify run");
  CHECK_MESSAGE(verified.code == 0, verified.err);
}

TEST_CASE("certificate: proved, with an event when it begins") {
  const Folder folder;
  write_study(folder, "log_loss");
  const auto run = shell(folder, "$H run s.yaml --out run --json");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(has(run.err, "{\"event\":\"certificate\","));
  CHECK(has(certificate_of(folder), "\"proved\": true"));
  CHECK(has(certificate_of(folder), "\"open\": []"));
  CHECK(shell(folder, "$H verify run").code == 0);
}
