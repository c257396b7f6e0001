// Rows in memory, in a file, or both: the same numbers wherever they are.
#include <doctest/doctest.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <cmath>
#include <limits>
#include <string>

#include <holdout/data/row_store.hpp>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

constexpr std::size_t kWidth = 3, kBlockRows = 4, kRows = 103;
constexpr std::size_t kBlock = kWidth * kBlockRows * sizeof(double);

double value(std::size_t row, std::size_t column) {
  return static_cast<double>(row) * 10 + static_cast<double>(column);
}

RowStore filled(const Spill& spill, std::size_t rows = kRows) {
  RowStore store(kWidth, kBlockRows, spill);
  for (std::size_t i = 0; i < rows; ++i) {
    store.room()[0] = -1;  // a row that is not added
    const std::span<double> row = store.room();
    for (std::size_t j = 0; j < kWidth; ++j) row[j] = value(i, j);
    store.add();
  }
  return store;
}

std::size_t wrong_rows(const RowStore& store, std::size_t first = 0, std::size_t step = 1) {
  RowCursor cursor(store);
  std::size_t wrong = 0;
  for (std::size_t k = first; k < store.rows(); ++k) {
    const std::size_t i = k * step % store.rows();
    const std::span<const double> row = cursor.row(i);
    for (std::size_t j = 0; j < kWidth; ++j) wrong += row[j] != value(i, j);
  }
  return wrong;
}

// Whether files of the folder are on a disk; where they are in memory, all rows stay there.
bool on_disk(const Folder& folder) { return filled({folder.path(), 0}).spilled(); }

std::size_t files_in(const Folder& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

TEST_CASE("rows: the same numbers from memory, from a file without a name, or from both") {
  const Folder folder;
  for (const std::size_t limit : {std::size_t{0}, kBlock, 10 * kBlock, 100 * kBlock}) {
    CAPTURE(limit);
    RowStore store = filled({folder.path(), limit});
    CHECK(store.rows() == kRows);
    CHECK(wrong_rows(store) == 0);
    CHECK(wrong_rows(store, 0, 29) == 0);  // in any order
    const RowStore copy = store;
    CHECK(wrong_rows(copy) == 0);
    if (on_disk(folder)) {
      CHECK(store.problem() == "");
      CHECK(store.spilled() == (limit < 26 * kBlock));
      CHECK(store.bytes_in_memory() <= std::max(limit, kBlock));
    }
    store.forget_before(50);
    CHECK(wrong_rows(store, 50) == 0);
    CHECK(files_in(folder) == 0);
  }
  CHECK(wrong_rows(filled({})) == 0);
  CHECK_FALSE(filled({}).spilled());
}

TEST_CASE("rows: what is forgotten takes no memory") {
  RowStore store = filled({});
  CHECK(store.bytes_in_memory() == 26 * kBlock);
  store.forget_before(41);
  CHECK(store.bytes_in_memory() == 16 * kBlock);
  CHECK(wrong_rows(store, 41) == 0);
}

TEST_CASE("rows: where a file cannot be made, they stay in memory, and it is said why") {
  const Folder folder;
  const RowStore nowhere = filled({folder.path("no"), kBlock});
  CHECK(nowhere.problem() == folder.path("no") + ": No such file or directory");
  CHECK(wrong_rows(nowhere) == 0);
  struct statfs system {};
  if (::statfs("/dev/shm", &system) != 0 || system.f_type != 0x01021994) return;
  const RowStore shared = filled({"/dev/shm", kBlock});
  CHECK(shared.problem() == "/dev/shm keeps its files in memory");
  CHECK(wrong_rows(shared) == 0);
}

// The limit of a file's size stands for a full disk: writing fails somewhere on the way.
TEST_CASE("rows: a file that takes no more keeps what it has, and the others stay in memory") {
  const Folder folder;
  if (!on_disk(folder)) return;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10 * kBlock + 5, 10 * kBlock + 5};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(3);
    const RowStore store = filled({folder.path(), kBlock});
    const bool good = store.problem() == folder.path() + ": File too large" && store.spilled() &&
                      store.bytes_in_memory() == 16 * kBlock && wrong_rows(store) == 0;
    ::_exit(good ? 42 : 4);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

// Words, missing cells, weights and parts: all that reads cells of a table.
std::string mixed_table(int rows) {
  std::string text = "a,word,b,weight,part,y\n";
  for (int i = 0; i < rows; ++i)
    text += std::to_string(i * 7 % 101) + "." + std::to_string(i % 10) + "," + (i % 3 == 0 ? "red" : "blue") + "," +
            (i % 11 == 5 ? "" : std::to_string(i % 13)) + "," + std::to_string(1 + i % 4) + "," +
            (i % 5 == 0   ? "holdout"
             : i % 7 == 0 ? "test"
                          : "train") +
            "," + std::to_string(i % 17) + "\n";
  return text;
}

TEST_CASE("load: the same data wherever the rows are") {
  const Folder folder;
  folder.write("a.csv", mixed_table(6000));
  for (const char* missing : {"mean", "drop_row"})
    for (const std::string& spilled : {folder.path(), folder.path("no")}) {
      CAPTURE(missing);
      CAPTURE(spilled);
      DataSettings s = settings();
      s.missing = missing, s.weight.column = "weight";
      s.split.select(SplitSettings::column);
      s.split.column_name = "part";
      const Prepared a = load(s, folder.path(), Task::regression, Seed{1});
      const Prepared b = load(s, folder.path(), Task::regression, Seed{1}, {spilled, 1000});
      REQUIRE(a.dataset.rows == b.dataset.rows);
      CHECK(b.dataset.x.empty());
      CHECK(b.dataset.many.rows() == a.dataset.rows);
      DenseRows rows(b.dataset);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < a.dataset.rows; ++i)
        for (std::size_t j = 0; j < a.dataset.features; ++j) {
          const double x = a.dataset.row(i)[j], y = rows.row(i)[j];
          wrong += x != y && !(std::isnan(x) && std::isnan(y));
        }
      CHECK(wrong == 0);
      CHECK(a.dataset.y == b.dataset.y);
      CHECK(a.dataset.weights == b.dataset.weights);
      CHECK(a.split.folds[0].train == b.split.folds[0].train);
      CHECK(a.split.test == b.split.test);
      const Scaling one = fit_scaling(a.dataset, a.split.folds[0].train, true),
                    two = fit_scaling(b.dataset, b.split.folds[0].train, true);
      CHECK(one.mean == two.mean);
      CHECK(one.scale == two.scale);
      CHECK(one.fill == two.fill);
      CHECK(b.dataset.many.problem().empty() == (spilled == folder.path() && on_disk(folder)));
      CHECK(b.notices == a.notices);
    }
}

}  // namespace
}  // namespace holdout::data
