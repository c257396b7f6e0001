// What two runs of one study may differ in stands in one section of each page.
#include <doctest/doctest.h>

#include <holdout/report/report.hpp>

#include "fake.hpp"
#include "trial_data.hpp"

using namespace holdout;
using namespace holdout::report;

namespace {

std::string without(std::string text, const std::string& from, const std::string& to) {
  const std::size_t first = text.find(from);
  REQUIRE(first != std::string::npos);
  const std::size_t last = std::min(text.find(to, first + from.size()), text.size());
  return text.erase(first, last - first);
}

FakeStorage timed(double seconds, int threads) {
  FakeStorage s = sample();
  for (study::Trial& trial : s.all) trial.outcome.seconds = seconds * (1 + trial.number % 3);
  s.run->threads = threads, s.run->seconds = 1000 * seconds;
  if (threads > 1) {
    s.run->version = "9.9", s.run->cpu_target = "AVX2";
    s.run->started = "2031-01-01 00:00:00", s.run->finished = "2031-01-01 00:00:01";
  }
  return s;
}

}  // namespace

TEST_CASE("pages: times, threads, version and machine stand in the section on the run alone") {
  const Findings one = find(timed(0.01, 1)), other = find(timed(3.7, 64));
  const auto rest = [](const Findings& f, const char* format) {
    const std::string page = render(f, format);
    return std::string(format) == "html" ? without(page, "<h2>The run</h2>", "</section>")
                                         : without(page, "## The run\n", "\n## ");
  };
  for (const char* format : {"html", "markdown"}) {
    CAPTURE(format);
    CHECK(render(one, format) != render(other, format));
    CHECK(rest(one, format) == rest(other, format));
    const std::string text = rest(one, format);  // behind it comes the page's own script
    CHECK(text.substr(0, text.rfind("<script>")).find("econds") == std::string::npos);
  }
  CHECK(render(one, "csv") == render(other, "csv"));
}

TEST_CASE("pages: seconds in the order of the table's rows, and none where none are known") {
  CHECK(trial_seconds(find(timed(0.01, 1))) == "[0.03,0.01,0.02,0.01,0.02]");
  CHECK(trial_seconds(find(sample())).empty());
  FakeStorage some = sample();
  some.all[3].outcome.seconds = 0.5;
  CHECK(trial_seconds(find(some)) == "[null,0.5,null,null,null]");
}
