// Rows for a trained model: columns by name, odd cells, blocks.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmath>

#include <holdout/data/rows.hpp>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using testing::error_of;
using testing::Folder;
using testing::gzipped;
using testing::has;

RowFormat format() {
  RowFormat f;
  f.columns = {{"b", {}}, {"color", {"blue", "red"}}, {"a", {}}};
  return f;
}

struct Read {
  std::vector<std::vector<double>> x;
  std::vector<char> good;
  std::vector<std::string> kept, odd;
  std::size_t odd_rows = 0, blocks = 0;
};

Read read_from(const std::string& path, const RowFormat& f = format()) {
  const auto reader = open_rows(path, f);
  Read r;
  RowBlock block;
  while (reader->next(block)) {
    ++r.blocks;
    const Dataset& d = block.rows;
    for (std::size_t i = 0; i < d.rows; ++i) {
      r.x.emplace_back(d.features);
      if (d.is_sparse())
        for (std::size_t k = d.sparse.start[i]; k < d.sparse.start[i + 1]; ++k)
          r.x.back()[d.sparse.columns[k]] = d.sparse.values[k];
      else
        r.x.back().assign(d.row(i).begin(), d.row(i).end());
    }
    r.good.insert(r.good.end(), block.good.begin(), block.good.end());
    r.kept.insert(r.kept.end(), block.kept.begin(), block.kept.end());
    CHECK(d.y.size() == d.rows);
    CHECK(block.good.size() == d.rows);
  }
  for (const Message& m : reader->odd().messages())
    r.odd.push_back(std::to_string(m.place.line) + ": " + m.text + " | " + m.hint);
  r.odd_rows = reader->odd_rows();
  return r;
}

Read read(std::string_view text, const RowFormat& f = format(), const std::string& name = "new.csv") {
  const Folder folder;
  folder.write(name, text);
  return read_from(folder.path(name), f);
}

// Standard input is another file for a while; -1: it is closed.
class Input {
 public:
  explicit Input(int file) : before_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10)) {
    if (file >= 0) ::dup2(file, STDIN_FILENO);
    ::close(file >= 0 ? file : STDIN_FILENO);
  }
  ~Input() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

 private:
  int before_;
};

// What hands out one piece at a time, as a slow pipe does.
int slow(const std::vector<std::string_view>& pieces) {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
  for (const std::string_view piece : pieces)
    REQUIRE(::write(ends[1], piece.data(), piece.size()) == static_cast<ssize_t>(piece.size()));
  ::close(ends[1]);
  return ends[0];
}

int waiting_[2];  // a pipe

void write_and_close(int) {
  constexpr std::string_view kText = "b,color,a\n1,red,2\n";
  (void)!::write(waiting_[1], kText.data(), kText.size());
  ::close(waiting_[1]);
}

}  // namespace

TEST_CASE("rows: columns are found by name in any order; others are passed over, or kept as text") {
  RowFormat f = format();
  f.keep = {"id", "color"};
  const Read r = read("id,a,\"color\",extra,b\nx-1,1.5,red,no number,-2\n\"x,2\",3,blue,,4e1\n", f);
  CHECK(r.odd.empty());
  REQUIRE(r.x.size() == 2);
  CHECK(r.x[0] == std::vector<double>{-2, 0, 1, 1.5});
  CHECK(r.x[1] == std::vector<double>{40, 1, 0, 3});
  CHECK(r.kept == std::vector<std::string>{"x-1", "red", "x,2", "blue"});
}

TEST_CASE("rows: all columns that are missing are named at once, near ones suggested") {
  const std::string error = error_of([] { read("A,colour\n1,red\n"); });
  CHECK(has(error, "column 'b' is missing"));
  CHECK(has(error, "column 'color' is missing"));
  CHECK(has(error, "did you mean 'colour'"));
  CHECK(has(error, "column 'a' is missing"));
  CHECK(has(error, "new.csv:1: error"));
  CHECK(has(error_of([] { read("a,b,color,a\n"); }), "'a' is listed twice"));
  CHECK(has(error_of([] { read("a;b;color\n1;2;red\n"); }), "--delimiter"));
  CHECK(!has(error_of([] { read("B\n1\n"); }), "--delimiter"));
  CHECK(has(error_of([] { read("B\n1\n"); }), "did you mean 'B'"));
  CHECK(has(error_of([] { read(""); }), "the file is empty"));
  RowFormat f = format();
  f.keep = {"ID"};
  CHECK(has(error_of([&] { read("id,a,b,color\n", f); }), "column to keep: 'ID' is missing"));
}

TEST_CASE("rows: an odd cell costs its row alone, and is named with its line") {
  const Read r = read("b,color,a\n1,red,1\n2,,2\nx,purple,1e301\n4,blue\n5,blue,5,5\n6,blue,6\n");
  CHECK(r.good == std::vector<char>{1, 0, 0, 0, 0, 1});
  CHECK(r.odd_rows == 4);
  REQUIRE(r.odd.size() == 6);
  CHECK(has(r.odd[0], "3: column 'color': a missing value, ''"));
  CHECK(has(r.odd[1], "4: column 'b': 'x' is not a number"));
  CHECK(has(r.odd[2], "4: column 'color': 'purple' is none of the values that the model was trained with | blue, red"));
  CHECK(has(r.odd[3], "4: column 'a': '1e301' is no finite number"));
  CHECK(has(r.odd[4], "5: the row has 2 cells, the header 3"));
  CHECK(has(r.odd[5], "6: the row has 4 cells, the header 3"));
  for (const std::size_t i : {1u, 2u, 3u, 4u}) CHECK(r.x[i] == std::vector<double>(4, 0.0));
  CHECK(r.x[5] == std::vector<double>{6, 1, 0, 6});
}

TEST_CASE("rows: missing cells are NaN in every feature of their column where the model fills them") {
  RowFormat f = format();
  for (InputColumn& column : f.columns) column.missing = InputColumn::Missing::fill;
  const Read r = read("b,color,a\nNA,?,1\n", f);
  CHECK(r.odd.empty());
  CHECK(std::isnan(r.x[0][0]));
  CHECK(std::isnan(r.x[0][1]));
  CHECK(std::isnan(r.x[0][2]));
  CHECK(r.x[0][3] == 1);
}

TEST_CASE("rows: blocks, a compressed file, and only the first twenty oddities of many") {
  std::string text = "a,b,color\n";
  for (int i = 0; i < 2500; ++i) text += std::to_string(i) + "," + (i % 10 == 9 ? "?" : "7") + ",red\n";
  for (const Read& r : {read(text), read(gzipped(text))}) {
    CHECK(r.blocks == 3);
    REQUIRE(r.x.size() == 2500);
    for (std::size_t i = 0; i < r.x.size(); ++i) CHECK(r.x[i][3] == (i % 10 == 9 ? 0.0 : static_cast<double>(i)));
    CHECK(r.odd_rows == 250);
    CHECK(r.odd.size() == 20);
  }
}

TEST_CASE("rows: libsvm lines with and without labels; unknown indices have no weight") {
  RowFormat f;
  f.sparse = true, f.features = {"2", "5", "100"};
  const Read r = read("1 2:0.5 3:9 100:-1 # comment\n\n5:2\n-1 qid:3 2:1 2:2\n0 x:1\n0 5:inf\n0\n", f, "new.svm");
  CHECK(r.x == std::vector<std::vector<double>>{{0.5, 0, -1}, {0, 2, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}});
  CHECK(r.good == std::vector<char>{1, 1, 0, 0, 0, 1});
  REQUIRE(r.odd.size() == 3);
  CHECK(has(r.odd[0], "4: '2:2'"));
  CHECK(has(r.odd[2], "6: '5:inf'"));
  const Read odd = read("1 2\n1 2:\n1 2:0 5:1\n", f, "new.svm");
  CHECK(odd.x == std::vector<std::vector<double>>{{0, 0, 0}, {0, 0, 0}, {0, 1, 0}});
  REQUIRE(odd.odd.size() == 2);
  CHECK(odd.odd[0] == "1: '2': expected INDEX:VALUE, as libsvm files have them | as in: 1 3:0.5 17:2");
  CHECK(has(odd.odd[1], "2: '2:': the value is no finite number"));
  f.features = {"2", "no index", "5"};  // as a damaged model may have
  CHECK(read("2:3 5:4\n", f, "new.svm").x == std::vector<std::vector<double>>{{3, 0, 4}});
  f.keep = {"id"};
  CHECK(error_of([&] { read("1 2:1\n", f, "new.svm"); }) ==
        "error: a libsvm file has no columns to keep\n  leave --keep away");
}

TEST_CASE("rows: libsvm: what the model does not know is counted in words; rows that have nothing else are odd") {
  RowFormat f;
  f.sparse = true, f.features = {"1", "2", "5"}, f.classes = {"-1", "+1"};
  const Folder folder;
  folder.write("new.svm", "1 1:2 7:3\n-1.0 2:1\n0 1:1 9:0\n+1 7:1 8:1\n3 1:1 0:2\nyes 1:1\n2 2:1\n-1\n");
  const auto reader = open_rows(folder.path("new.svm"), f);
  RowBlock block;
  REQUIRE(reader->next(block));
  CHECK(block.good == std::vector<char>{1, 1, 1, 0, 0, 0, 1, 1});
  REQUIRE(reader->odd().messages().size() == 3);
  CHECK(reader->odd().messages()[0].text == "the model knows none of the row's indices: 7, 8");
  CHECK(reader->odd().messages()[0].hint == "it was trained with the indices 1, 2, 5");
  CHECK(has(reader->odd().messages()[1].text, "indices that ascend"));
  CHECK(has(reader->odd().messages()[2].text, "label 'yes' is neither a number nor a class"));
  CHECK(reader->notes() ==
        std::vector<std::string>{
            "3 rows have labels that the model does not know (0, 3, 2): labels are not used; its classes: -1, +1",
            "3 values have indices that the model does not know, and count as 0: 7, 8"});
  CHECK(has(error_of([&] { read("label,a\n1,2\n", f, "new.svm"); }), "CSV"));
}

TEST_CASE("rows: libsvm lines come in blocks that memory is bounded by") {
  RowFormat f;
  f.sparse = true;
  std::string line = "1";
  for (int j = 0; j < 1000; ++j) f.features.push_back(std::to_string(j)), line += " " + std::to_string(j) + ":1";
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += line + "\n";
  const Read r = read(wide, f, "new.svm");
  CHECK(r.blocks == 3);  // 128 · 1024 values are those of 131.07 rows
  CHECK(r.x == std::vector<std::vector<double>>(300, std::vector<double>(1000, 1.0)));
  std::string narrow;
  for (int i = 0; i < 2500; ++i) narrow += "7:1\n";
  CHECK(read(narrow, f, "new.svm").blocks == 3);
}

TEST_CASE("rows: the same wherever a pipe is cut: quotes, line ends, a byte order mark, what is compressed") {
  RowFormat f = format();
  f.keep = {"id"};
  for (const std::string end : {"\n", "\r\n", "\r"})
    for (const bool open_end : {false, true})
      for (const bool packed : {false, true}) {
        std::string text = "\xEF\xBB\xBFid,\"a\", color ,b" + end + "\"x,\"\"1\",1,red , 2" + end + " \"y" + end +
                           "z\"  ,+3,\"blue\",4" + end + end + "w, 5 ,\"red\" ,\"6\" " + (open_end ? "" : end);
        if (packed) text = gzipped(text);
        CAPTURE(text);
        const Read whole = read(text, f);
        REQUIRE(whole.odd.empty());
        REQUIRE(whole.x == std::vector<std::vector<double>>{{2, 0, 1, 1}, {4, 1, 0, 3}, {6, 0, 1, 5}});
        REQUIRE(whole.kept == std::vector<std::string>{"x,\"1", "y" + end + "z", "w"});
        for (std::size_t cut = 1; cut <= text.size(); ++cut) {
          CAPTURE(cut);
          std::vector<std::string_view> pieces = {std::string_view(text).substr(0, cut)};
          if (cut < text.size()) pieces.push_back(std::string_view(text).substr(cut));
          const Input input(slow(pieces));
          const Read r = read_from("-", f);
          CHECK(r.x == whole.x);
          CHECK(r.kept == whole.kept);
          CHECK(r.odd.empty());
        }
        std::vector<std::string_view> bytes;
        for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(std::string_view(text).substr(i, 1));
        const Input input(slow(bytes));
        CHECK(read_from("-", f).x == whole.x);
      }
}

TEST_CASE("rows: libsvm lines are the same wherever a pipe is cut") {
  RowFormat f;
  f.sparse = true, f.features = {"2", "5"};
  const std::string text =
      "\xEF\xBB\xBF"
      "1 2:0.5 5:1 # one\r\n\n-1 2:3\n5:4";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    CAPTURE(cut);
    const Input input(slow({std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)}));
    const Read r = read_from("-", f);
    CHECK(r.x == std::vector<std::vector<double>>{{0.5, 1}, {3, 0}, {0, 4}});
    CHECK(r.odd.empty());
  }
}

TEST_CASE("rows: a signal that comes while a pipe is waited for loses nothing") {
  REQUIRE(::pipe(waiting_) == 0);
  const Input input(waiting_[0]);
  struct sigaction writing {
  }, before{};
  writing.sa_handler = write_and_close;  // no SA_RESTART: the read is interrupted
  REQUIRE(::sigaction(SIGALRM, &writing, &before) == 0);
  const itimerval soon{{0, 0}, {0, 50'000}};
  REQUIRE(::setitimer(ITIMER_REAL, &soon, nullptr) == 0);
  const Read r = read_from("-");
  ::sigaction(SIGALRM, &before, nullptr);
  CHECK(r.x == std::vector<std::vector<double>>{{1, 0, 1, 2}});
}

TEST_CASE("rows: a file that ends behind a delimiter lacks a cell") {
  const Read r = read("b,color,a\n1,red,2\n3,blue,");
  CHECK(r.good == std::vector<char>{1, 0});
  REQUIRE(r.odd.size() == 1);
  CHECK(has(r.odd[0], "3: column 'a': a missing value, ''"));
}

TEST_CASE("rows: of many values that the model knows the first are named") {
  RowFormat f = format();
  f.columns = {{"color", {"a", "b", "c", "d", "e", "f", "g", "h", "i"}}};
  const Read r = read("color\ni\nj\n", f);
  CHECK(r.good == std::vector<char>{1, 0});
  REQUIRE(r.odd.size() == 1);
  CHECK(r.odd[0] ==
        "3: column 'color': 'j' is none of the values that the model was trained with | a, b, c, d, e, f, g, h, … (9 "
        "in all)");
}

TEST_CASE("rows: a file that is not there, a folder") {
  CHECK(has(error_of([] { open_rows("/nothere/x.csv", format()); }), "'/nothere/x.csv': no such file"));
  CHECK(has(error_of([] { open_rows("/tmp", format()); }), "is a directory"));
  const Input closed(-1);
  CHECK(error_of([] { open_rows("-", format()); }) == "error: data file 'standard input': bad file descriptor");
}

}  // namespace holdout::data
