#include <holdout/report/report.hpp>

#include <algorithm>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/study/run_folder.hpp>

#include "writers.hpp"

namespace holdout::report {
namespace {

struct Format {
  std::string_view name;
  std::string_view file;
  std::string (*write)(const Findings&, const Page&);
};

constexpr Format kFormats[] = {{"json", "report.json", json},
                               {"markdown", "report.md", markdown},
                               {"html", "report.html", html},
                               {"csv", "trials.csv", csv}};

constexpr std::string_view kNames[] = {kFormats[0].name, kFormats[1].name, kFormats[2].name, kFormats[3].name};
static_assert(std::size(kNames) == std::size(kFormats));

constexpr std::string_view kBest = "best.yaml", kModel = "model.json";

// In the order of the table. @throws Error for an unknown name
std::vector<const Format*> formats_of(std::span<const std::string> chosen) {
  const std::vector<std::string> known(std::begin(kNames), std::end(kNames));
  Errors errors;
  for (const std::string& name : chosen)
    if (std::find(known.begin(), known.end(), name) == known.end())
      errors.add({{}, "unknown report format " + quoted(name), did_you_mean(name, known), {}});
  errors.throw_if_any();
  std::vector<const Format*> wanted;
  for (const Format& format : kFormats)
    if (std::find(chosen.begin(), chosen.end(), format.name) != chosen.end()) wanted.push_back(&format);
  return wanted;
}

std::string path_of(const std::string& folder, std::string_view file) { return folder + "/" + std::string(file); }

}  // namespace

std::span<const std::string_view> formats() { return kNames; }

void check_outputs(const std::string& folder, std::span<const std::string> chosen) {
  Errors errors;
  const auto check = [&](std::string_view file) {
    try {
      study::check_output(path_of(folder, file));
    } catch (const Error& error) {
      errors.add(error);
    }
  };
  for (const Format* format : formats_of(chosen)) check(format->file);
  check(kBest), check(kModel);
  errors.throw_if_any();
}

std::string render(const Findings& findings, std::string_view format) {
  for (const Format& known : kFormats)
    if (known.name == format) return known.write(findings, Page{});
  throw Error("unknown report format " + quoted(format));
}

std::vector<std::string> write(const Findings& findings, const std::string& folder,
                               std::span<const std::string> chosen) {
  std::vector<const Format*> wanted = formats_of(chosen);
  std::vector<std::string> files;
  for (const Format* format : wanted) files.emplace_back(format->file);
  const bool best = findings.winner && !findings.winner->best_yaml.empty();
  if (best) files.emplace_back(kBest);
  const bool model = findings.winner && findings.winner->model;
  if (model) files.emplace_back(kModel);

  std::vector<std::string> paths;
  const auto put = [&](std::string_view file, std::string_view content) {
    paths.push_back(path_of(folder, file));
    study::write_file(paths.back(), content);
  };
  if (best) put(kBest, findings.winner->best_yaml);
  if (model) put(kModel, study::model_json(*findings.winner->model));
  // The page last: it takes longest, and what programs read must not wait for it.
  std::stable_partition(wanted.begin(), wanted.end(), [](const Format* format) { return format->write != html; });
  for (const Format* format : wanted) put(format->file, format->write(findings, Page{files}));
  return paths;
}

}  // namespace holdout::report
