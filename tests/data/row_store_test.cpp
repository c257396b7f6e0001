// Rows in memory, in a file, or both: the same numbers wherever they are.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <thread>

#include <holdout/data/row_store.hpp>

#include "data_files.hpp"
#include "table.hpp"

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
class FullDisk {
 public:
  explicit FullDisk(std::size_t bytes) : limit_(RLIMIT_FSIZE, bytes), before_(::signal(SIGXFSZ, SIG_IGN)) {}
  ~FullDisk() { ::signal(SIGXFSZ, before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  Limit limit_;
  sighandler_t before_;
};

TEST_CASE("rows: a file that takes no more keeps what it has, and the others stay in memory") {
  const Folder folder;
  if (!on_disk(folder)) return;
  RowStore store;
  {
    const FullDisk full(10 * kBlock + 5);
    store = filled({folder.path(), kBlock});
  }
  CHECK(store.problem() == folder.path() + ": File too large");
  CHECK(store.spilled());
  CHECK(store.bytes_in_memory() == 16 * kBlock);
  CHECK(wrong_rows(store) == 0);
}

// Its number; -1: there is none.
int file_without_name(const Folder& folder) {
  for (int fd = 0; fd < 1024; ++fd) {
    std::error_code none;
    const auto name = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), none).string();
    if (name.starts_with(folder.path())) return fd;
  }
  return -1;
}

TEST_CASE("rows: a disk that fails, or loses what it had, is an error of the machine") {
  const Folder folder;
  const RowStore store = filled({folder.path(), 0});
  if (!store.spilled()) return;
  const int file = file_without_name(folder);
  REQUIRE(file >= 0);
  const auto said = [&](std::size_t row) {
    RowCursor cursor(store);
    CHECK(cursor.row(1)[2] == value(1, 2));
    const auto read = [&] { cursor.row(row); };
    CHECK(fault_of(read) == Fault::failure);
    const std::string error = error_of(read);
    CHECK(cursor.row(2)[0] == value(2, 0));  // what is there can still be read
    return error;
  };
  REQUIRE(::ftruncate(file, 3 * kBlock + 8) == 0);
  const std::string start =
      "error: rows of the data cannot be read back from the disk of '" + folder.path().substr(0, 40);
  CHECK(said(4 * kBlockRows).starts_with(start));
  CHECK(has(said(4 * kBlockRows), ": its end is missing\n"));
  CHECK(has(said(3 * kBlockRows), ": its end is missing\n"));
  CHECK(has(said(3 * kBlockRows), "check the disk, or choose another with --out"));
  const int broken = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);  // there is no memory at its start
  REQUIRE(::dup2(broken, file) == file);
  ::close(broken);
  RowCursor cursor(store);
  CHECK(has(error_of([&] { cursor.row(0); }), ": Input/output error\n"));
}

TEST_CASE("rows: a copy that cannot open the file again says so") {
  const Folder folder;
  const RowStore store = filled({folder.path(), 0});
  if (!store.spilled()) return;
  const int next = ::dup(STDOUT_FILENO);  // the lowest number that is free
  ::close(next);
  const Limit full(RLIMIT_NOFILE, static_cast<rlim_t>(next));
  const auto copy = [&] { const RowStore again = store; };
  CHECK(error_of(copy) == "error: the rows of the data cannot be opened again: Too many open files");
  CHECK(fault_of(copy) == Fault::failure);
  CHECK(wrong_rows(store) == 0);
}

// From here on this thread opens no files without a name: the error is that of a file system. False: it cannot be.
bool refuse_files_without_name(int error) {
  static_assert(std::endian::native == std::endian::little);
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_TMPFILE & ~O_DIRECTORY, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(rules)), rules};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_CASE("rows: where files have names, the file loses its name at once") {
  const Folder folder;
  if (!on_disk(folder)) return;
  for (const int error : {EOPNOTSUPP, EISDIR, EINVAL, EACCES}) {
    CAPTURE(error);
    RowStore store, nowhere;
    bool refused = false;
    std::thread([&] {
      refused = refuse_files_without_name(error);
      store = filled({folder.path(), kBlock}), nowhere = filled({folder.path("no"), kBlock});
    }).join();
    if (!refused) return;
    CHECK(files_in(folder) == 0);
    CHECK(wrong_rows(store) == 0);
    CHECK(wrong_rows(nowhere) == 0);
    CHECK(store.spilled() == (error != EACCES));
    if (error == EACCES) {  // nor would it allow one with a name
      CHECK(store.problem() == folder.path() + ": Permission denied");
      continue;
    }
    CHECK(store.problem() == "");
    const std::string file = "/proc/self/fd/" + std::to_string(file_without_name(folder));
    CHECK(has(std::filesystem::read_symlink(file).string(), ".holdout-rows-"));
    CHECK(nowhere.problem() == folder.path("no") + ": No such file or directory");
  }
}

TEST_CASE("load: rows on the disk need no memory, until the disk is full") {
  const Folder folder;
  if (!on_disk(folder)) return;
  std::string text = "a,y\n";
  for (int i = 0; i < 1'300'000; ++i) text += "1,2\n";  // 21 MB, and nearly as much before the memory is looked at
  folder.write("a.csv", text);
  std::size_t rows = 0;
  const auto read = [&] {
    FileMark mark;
    const TableOptions options{',', {}, "data.file", 1e6, {folder.path(), 1000}};
    rows = read_table(folder.path("a.csv"), "a.csv", options, mark).rows();
  };
  CHECK(error_of(read) == "(none)");
  CHECK(rows == 1'300'000);
  const FullDisk full(5'000'000);
  const std::string error = error_of(read);
  CAPTURE(error);
  CHECK(error.starts_with("a.csv: error: about 1."));
  CHECK(has(error, "e+06 rows of 2 columns need 0.0"));
  CHECK(has(error, " GB; the machine has 0.001\n"));
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
      s.missing.usual = missing, s.weight.column = "weight";
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
      const Scaling one = fit_scaling(a.dataset, a.split.folds[0].train, Standardize::deviation),
                    two = fit_scaling(b.dataset, b.split.folds[0].train, Standardize::deviation);
      CHECK(one.mean == two.mean);
      CHECK(one.scale == two.scale);
      CHECK(one.fill == two.fill);
      CHECK(b.dataset.many.problem().empty() == (spilled == folder.path() && on_disk(folder)));
      CHECK(b.notices == a.notices);
    }
}

}  // namespace
}  // namespace holdout::data
