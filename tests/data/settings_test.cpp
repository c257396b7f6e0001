// The keys, as a study reader meets them.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include <holdout/data/settings.hpp>

namespace holdout::data {
namespace {

// Notes each field: its path, and what it accepts.
class Listing final : public FieldVisitor {
 public:
  std::map<std::string, std::string> seen;
  std::vector<std::string> searchable;
  bool all_helped = true;

  void operator()(const Field& f, bool&) override { note(f, "bool"); }
  void operator()(const Field& f, std::int64_t&, const Range<std::int64_t>& r) override { note(f, describe(r)); }
  void operator()(const Field& f, double&, const Range<double>& r) override { note(f, describe(r)); }
  void operator()(const Field& f, std::string&, std::span<const std::string_view> w) override { note(f, words(w)); }
  void operator()(const Field& f, std::vector<std::string>&, std::span<const std::string_view> w) override {
    note(f, "list " + words(w));
  }
  void operator()(const Field& f, std::vector<std::int64_t>&, const Range<std::int64_t>& r) override {
    note(f, "list, each " + describe(r));
  }
  void operator()(const Field& f, Choice& choice, const ChoiceStyle& style) override {
    note(f, "choice " + std::string(style.key) + (style.nested ? " nested" : ""));
    choice.fields(*this);
  }
  void section(const Field& f, const std::function<void(FieldVisitor&)>& fields, std::string_view) override {
    note(f, "section");
    const std::string outer = prefix_;
    prefix_ += std::string(f.name) + ".";
    fields(*this);
    prefix_ = outer;
  }

 private:
  static std::string words(std::span<const std::string_view> w) {
    std::string all = "text";
    for (const std::string_view word : w) all += " " + std::string(word);
    return all;
  }
  void note(const Field& f, const std::string& what) {
    const std::string path = prefix_ + std::string(f.name);
    CHECK(seen.emplace(path, what + (f.required ? " required" : "")).second);
    if (f.scope != Scope::fixed) searchable.push_back(path);
    all_helped = all_helped && !f.help.empty();
  }

  std::string prefix_;
};

std::map<std::string, std::string> keys(DataSettings& s) {
  Listing listing;
  s.fields(listing);
  CHECK(listing.searchable == std::vector<std::string>{"standardize", "target_transform", "features.polynomial"});
  CHECK(listing.all_helped);
  return listing.seen;
}

TEST_CASE("settings: the keys of data, and what each method of splitting adds") {
  DataSettings s;
  auto k = keys(s);
  CHECK(k["file"] == "text required");
  CHECK(k["target"] == "text");  // libsvm files have none
  CHECK(k["format"] == "text auto csv libsvm");
  CHECK(k["missing"] == "section");
  CHECK(k["missing.default"] == "text refuse drop_row mean median level indicator");
  CHECK(k["missing.columns"] == "section");
  CHECK(k["encoding"] == "text utf-8 windows-1252");
  CHECK(k["decimal"] == "text . ,");
  CHECK(k["thousands"] == "text none , . ' space");
  CHECK(k["missing_words"] == "list text");
  CHECK(k["standardize"] == "text none deviation max_abs robust auto true false");
  CHECK(k["categorical"] == "list text");
  CHECK(k["positive"] == "text");
  CHECK(k["features"] == "section");
  CHECK(k["features.include"] == "list text");
  CHECK(k["features.exclude"] == "list text");
  CHECK(k["features.polynomial"] == "an integer from 1 to 20");
  CHECK(k["weight"] == "section");
  CHECK(k["weight.column"] == "text");
  CHECK(k["split"] == "choice method");
  CHECK(k["fraction"] == "a number > 0 and < 1");
  CHECK(k["test"] == "a number >= 0 and < 1");
  CHECK(k["stratify"] == "bool");
  CHECK(!k.contains("folds"));
  CHECK(!k.contains("column"));
  s.split.select(SplitSettings::kfold);
  k = keys(s);
  CHECK(k["folds"].starts_with("an integer from 2 to "));
  CHECK(k.contains("test"));
  CHECK(k.contains("stratify"));
  CHECK(!k.contains("fraction"));
  CHECK(k["group"] == "text");
  CHECK(k["repeats"] == "an integer from 1 to 1000");
  CHECK(k["outer.folds"] == "an integer from 2 to 1000 or 'none'");
  CHECK(k["outer.fold"] == "an integer from 0 to 999 or 'all'");
  s.split.select(SplitSettings::time);
  k = keys(s);
  CHECK(k["folds"] == "an integer from 1 to 1000");
  CHECK(k["window"] == "text expanding sliding");
  CHECK(k["gap"].starts_with("an integer >= 0"));
  CHECK(k["gap_unit"] == "text rows order");
  CHECK(k["order"] == "text");
  CHECK(k.contains("outer.folds"));
  CHECK(!k.contains("group"));
  CHECK(!k.contains("stratify"));
  s.split.select(SplitSettings::column);
  Listing listing;
  s.split.fields(listing);
  CHECK(listing.seen == std::map<std::string, std::string>{{"column", "text required"}, {"file", "text"}});
}

TEST_CASE("settings: the default delimiter is one of those allowed") {
  DataSettings s;
  CHECK((" " + keys(s)["delimiter"] + " ").find(" " + s.delimiter + " ") != std::string::npos);
}

TEST_CASE("settings: choosing a method forgets the settings of the one before") {
  SplitSettings s;
  s.fraction = 0.5, s.test = 0.3, s.stratify = false;
  s.select(SplitSettings::kfold);
  CHECK(s.selected() == SplitSettings::kfold);
  CHECK(s.alternatives()[s.selected()].name == "kfold");
  CHECK(s.test == 0);
  CHECK(s.stratify);
  CHECK(s.fraction == 0.25);
}

}  // namespace
}  // namespace holdout::data
