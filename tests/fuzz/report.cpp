// Names and words of any bytes in every report: the JSON is JSON, and the HTML has the tags that it has without the
// characters that make tags. Lines of the input are the study's name, a parameter's path, a listed word, a reason, a
// column, a class.
#include <algorithm>
#include <array>
#include <sstream>

#include <nlohmann/json.hpp>

#include <holdout/report/report.hpp>

#include "fuzz.hpp"
#include "report/fake.hpp"

using namespace holdout;

namespace {

using Words = std::array<std::string, 6>;

report::Findings findings_of(const Words& words) {
  report::FakeStorage storage;
  storage.record.name = words[0], storage.record.metric = "log_loss";
  const search::Parameter parameter{words[1], {words[2], 0.5}, search::Interval{}, {}};
  storage.record.space = search::SearchSpace(std::vector<search::Parameter>{parameter});
  for (int number = 0; number < 3; ++number)
    storage.all.push_back(
        report::trial(number, 0.5 + number, {.values = {number == 0 ? Value(words[2]) : Value(0.25)}}));
  storage.all[2].outcome.state = study::TrialState::failed, storage.all[2].outcome.reason = words[3];
  storage.run.emplace();
  storage.run->target = words[4], storage.run->classes = {words[5], "b"}, storage.run->notices = {words[4]};
  return report::find(storage);
}

auto tags(const std::string& html) { return std::count(html.begin(), html.end(), '<'); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Words words, harmless;
  std::istringstream lines(std::string(reinterpret_cast<const char*>(bytes), size));
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::getline(lines, words[i]);
    harmless[i] = words[i];
    for (char& c : harmless[i])
      if (std::string_view("<>&\"'`").find(c) != std::string_view::npos) c = 'x';
  }
  const report::Findings findings = findings_of(words);
  for (const std::string_view format : report::formats()) {
    const std::string text = report::render(findings, format);
    if (format == "json" && !nlohmann::json::accept(text)) fuzz::find("the JSON is none");
    if (format == "html" && tags(text) != tags(report::render(findings_of(harmless), format)))
      fuzz::find("the HTML has other tags than with harmless words");
  }
  report::summary(findings, words[0]);
  return 0;
}
