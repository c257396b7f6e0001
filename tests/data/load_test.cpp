// Files to rows that can be trained on, as a whole.
#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "data_files.hpp"
#include "table.hpp"

namespace holdout::data {
namespace {

using namespace testing;

std::string numbers(int rows) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < rows; ++i) text += std::to_string(i) + ",1," + std::to_string(i * i) + "\n";
  return text;
}

TEST_CASE("load: what cannot be a data file is refused at once, naming the setting") {
  const Folder folder;
  std::filesystem::create_directory(folder.path("dir"));
  REQUIRE(mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  std::filesystem::create_symlink("loop", folder.path("loop"));
  const std::pair<std::string, std::string> cases[] = {
      {"nowhere.csv", "no such file"}, {"dir", "not a regular file"}, {"/dev/zero", "not a regular file"},
      {"pipe", "not a regular file"},  {"loop", "symbolic links"},    {"nowhere/a.csv", "no such file"}};
  for (const auto& [file, why] : cases) {
    CAPTURE(file);
    const auto m = messages_of([&, name = file] { load(settings(name), folder.path(), Task::regression, Seed{}); });
    REQUIRE(m.size() == 1);
    CHECK(m[0].path == "data.file");
    CHECK(has(m[0].text, file));
    CHECK(has(m[0].text, why));
    CHECK(has(m[0].hint, file[0] == '/' ? file : folder.path(file)));  // the absolute path that was tried
  }
}

TEST_CASE("load: a file that may not be opened, or cannot be read") {
  const Folder folder;
  folder.write("a.csv", numbers(8));
  std::filesystem::permissions(folder.path("a.csv"), std::filesystem::perms::none);
  const uid_t user = ::geteuid();
  constexpr uid_t kNobody = 65534;
  if (user != 0 || ::seteuid(kNobody) == 0) {  // root may open everything
    const auto m = messages_of([&] { load(settings(), folder.path(), Task::regression, Seed{}); });
    REQUIRE(::seteuid(user) == 0);
    REQUIRE(m.size() == 1);
    CHECK(m[0].text == "data file 'a.csv': permission denied");
    CHECK(m[0].path == "data.file");
  }
  // A regular file, with nothing at its start.
  const auto read = [&] { load(settings("/proc/self/mem"), folder.path(), Task::regression, Seed{}); };
  CHECK(error_of(read) == "/proc/self/mem: error: cannot be read: input/output error");
  CHECK(fault_of(read) == Fault::failure);
}

TEST_CASE("reference: marks are bytes and CRC-32 of what is on disk") {
  // Python: zlib.crc32(open(file, "rb").read())
  DataSettings s = settings("iris.csv");
  s.target = "target";
  s.split.select(SplitSettings::column);
  s.split.column_name = "part0", s.split.file = "iris.split.csv";
  const Prepared p = load(s, kCsv, Task::classification, Seed{});
  REQUIRE(p.files.size() == 2);
  CHECK(p.files[0].path == "iris.csv");
  CHECK(p.files[0].bytes == 2615);
  CHECK(p.files[0].crc32 == 2475168614u);
  CHECK(p.files[1].path == "iris.split.csv");
  CHECK(p.files[1].bytes == 4310);
  CHECK(p.files[1].crc32 == 585738308u);
  const Folder folder;
  const std::string packed = gzipped("a,y\n1,2\n3,4\n5,6\n7,8\n") + std::string(600'000, '\0');
  folder.write("a.csv", packed);
  const Prepared gz = load(settings(), folder.path(), Task::regression, Seed{});
  CHECK(gz.files[0].bytes == packed.size());
  CHECK(gz.files[0].crc32 == crc32(0, reinterpret_cast<const Bytef*>(packed.data()), static_cast<uInt>(packed.size())));
}

TEST_CASE("reference: iris with its split file") {
  // Counts and first rows of each part: Python's csv module on the same files.
  DataSettings s = settings("iris.csv");
  s.target = "target";
  s.split.select(SplitSettings::column);
  s.split.column_name = "part0", s.split.file = "iris.split.csv";
  const Split words = load(s, kCsv, Task::classification, Seed{}).split;
  REQUIRE(words.folds.size() == 1);
  CHECK(words.folds[0].train.size() == 90);
  CHECK(words.folds[0].holdout.size() == 30);
  CHECK(words.test.size() == 30);
  CHECK(RowList(words.test.begin(), words.test.begin() + 8) == RowList{1, 5, 9, 14, 17, 19, 27, 38});
  CHECK(RowList(words.folds[0].holdout.begin(), words.folds[0].holdout.begin() + 8) ==
        RowList{2, 8, 12, 13, 23, 28, 31, 33});
  s.split.column_name = "fold0";
  const Split folds = load(s, kCsv, Task::classification, Seed{}).split;
  REQUIRE(folds.folds.size() == 5);
  for (const Fold& fold : folds.folds) CHECK(fold.holdout.size() == 24);
  CHECK(RowList(folds.folds[0].holdout.begin(), folds.folds[0].holdout.begin() + 8) ==
        RowList{2, 4, 11, 15, 30, 37, 43, 45});
}

DataSettings by_column(const std::string& side = "") {
  DataSettings s = settings();
  s.split.select(SplitSettings::column);
  s.split.column_name = "part", s.split.file = side;
  return s;
}

TEST_CASE("load: a split column of the data file is no feature") {
  const Prepared p =
      load_text("a,part,y\n1,train,1\n2,holdout,2\n3,train,3\n4,test,4\n", Task::regression, by_column());
  CHECK(p.dataset.feature_names == std::vector<std::string>{"a"});
  CHECK(p.split.folds[0].train == RowList{0, 2});
  CHECK(p.split.test == RowList{3});
  const auto m = messages_of([] { load_text("a,prat,y\n1,train,1\n2,holdout,2\n", Task::regression, by_column()); });
  REQUIRE(m.size() == 1);
  CHECK(m[0].path == "data.split.column");
  CHECK(has(m[0].hint, "'prat'"));
  CHECK(has(error_of([] { load_text("a,part,y\n1,train,1\n2,,2\n3,holdout,3\n", Task::regression, by_column()); }),
            "a.csv:3: "));
}

TEST_CASE("load: dropped rows are dropped from the side file too") {
  const Folder folder;
  folder.write("a.csv", "a,y\n1,1\n,2\n3,3\n4,4\n5,5\n");
  folder.write("side.csv", "part\ntrain\nholdout\nholdout\ntest\ntrain\n");
  DataSettings s = by_column("side.csv");
  s.missing.usual = "drop_row";
  const Prepared p = load(s, folder.path(), Task::regression, Seed{});
  CHECK(p.dataset.y == std::vector<double>{1, 3, 4, 5});
  CHECK(p.split.folds[0].train == RowList{0, 3});
  CHECK(p.split.folds[0].holdout == RowList{1});
  CHECK(p.split.test == RowList{2});
}

TEST_CASE("load: side files that do not fit") {
  const Folder folder;
  folder.write("a.csv", "a,y\n1,1\n2,2\n3,3\n4,4\n");
  const auto fail = [&](const std::string& side) {
    folder.write("side.csv", side);
    return messages_of([&] { load(by_column("side.csv"), folder.path(), Task::regression, Seed{}); });
  };
  auto m = fail("part\ntrain\nholdout\n");
  REQUIRE(m.size() == 1);
  CHECK(m[0].path == "data.split.file");
  CHECK(has(m[0].text, "2"));
  CHECK(has(m[0].text, "4"));
  m = fail("part\ntrain\nholdout\nno\ntrain\n");
  REQUIRE(m.size() == 1);
  CHECK(m[0].place.file == "side.csv");
  CHECK(m[0].place.line == 4);
  std::string folds = "part\n";
  for (int i = 0; i < 10'001; ++i) folds += std::to_string(i) + "\n";
  m = fail(folds);
  REQUIRE(m.size() == 1);
  CHECK(m[0].place.file == "side.csv");
  CHECK(m[0].text == "column 'part' has more than 10000 different values: it is no split");
  m = fail("parts\ntrain\nholdout\ntrain\ntrain\n");
  REQUIRE(m.size() == 1);
  CHECK(m[0].path == "data.split.column");
  m = messages_of([&] { load(by_column("gone.csv"), folder.path(), Task::regression, Seed{}); });
  REQUIRE(m.size() == 1);
  CHECK(m[0].path == "data.split.file");
}

TEST_CASE("load: constant and all-missing features of the training rows are told") {
  const Prepared p = load_text(numbers(20));
  REQUIRE(p.notices.size() == 1);
  CHECK(has(p.notices[0], "constant"));
  CHECK(has(p.notices[0], "b"));
  DataSettings s = by_column();
  s.missing.usual = "mean";
  const Prepared gone =
      load_text("a,b,part,y\n1,,train,1\n2,,train,2\n3,3,holdout,3\n4,5,holdout,4\n", Task::regression, s);
  REQUIRE(gone.notices.size() == 2);
  CHECK(has(gone.notices[0], "column 'b': 2 of 4 cells are missing"));
  CHECK(has(gone.notices[1], "b"));
  CHECK(has(gone.notices[1], "missing on all training rows"));
  std::string many = "a,c1,c2,c3,c4,c5,c6,y\n";
  for (int i = 0; i < 8; ++i) many += std::to_string(i) + ",1,1,1,1,1,1," + std::to_string(i) + "\n";
  CHECK(load_text(many).notices ==
        std::vector<std::string>{"6 features are constant on the training rows: c1, c2, c3, c4, c5, …"});
}

TEST_CASE("load: a table that will not fit is refused while it is read, with the estimate") {
  const Folder folder;
  const int rows = 1'500'000;  // 3 columns of 8 bytes: 36 MB
  std::string text = "a,b,y\n";
  for (int i = 0; i < rows; ++i) text += "1,2,3\n";
  folder.write("a.csv", text);
  FileMark mark;
  const auto read = [&](double memory) {
    return error_of([&] { read_table(folder.path("a.csv"), "a.csv", {',', {}, "data.file", memory}, mark); });
  };
  CHECK(read(40e6) == "(none)");
  const std::string error = read(34e6);
  CHECK(has(error, "a.csv: "));
  CHECK(has(error, "3 columns"));
  CHECK(has(error, "0.036 GB"));
  CHECK(mark.bytes == text.size());  // as the reading before left it: this one did not get to the end
}

TEST_CASE("load: the same call gives the same bytes") {
  const Prepared a = load_text(numbers(50)), b = load_text(numbers(50));
  CHECK(a.dataset.x == b.dataset.x);
  CHECK(a.split.folds[0].train == b.split.folds[0].train);
}

}  // namespace
}  // namespace holdout::data
