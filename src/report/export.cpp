#include <holdout/report/export.hpp>

#include <array>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "exports/python.hpp"

namespace holdout::report {
namespace {

struct Language {
  Info info;
  std::string (*write)(const study::TunedModel& model);
};

// The list: a language is added here and nowhere else.
constexpr Language kLanguages[] = {{{"python", "a script for Python 3 with numpy alone"}, python}};

constexpr auto kInfos = [] {
  std::array<Info, std::size(kLanguages)> infos;
  for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = kLanguages[i].info;
  return infos;
}();

}  // namespace

std::span<const Info> languages() { return kInfos; }

std::string export_model(const study::TunedModel& model, std::string_view name) {
  std::vector<std::string> names;
  for (const Language& language : kLanguages) {
    if (language.info.name == name) return language.write(model);
    names.emplace_back(language.info.name);
  }
  throw Error("unknown language " + quoted(name), did_you_mean(name, names));
}

}  // namespace holdout::report
