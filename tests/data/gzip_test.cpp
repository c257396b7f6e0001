#include <doctest/doctest.h>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

DataSettings packed() { return settings("a.csv.gz"); }

std::string numbers(int rows) {
  std::string text = "a,y\n";
  for (int i = 0; i < rows; ++i) text += std::to_string(i * 7919 % 10007) + "," + std::to_string(i) + "\n";
  return text;
}

TEST_CASE("gzip: the same data as unpacked, whatever the name") {
  const std::string text = numbers(50'000);
  const Dataset plain = load_text(text).dataset;
  for (const std::string name : {"a.csv.gz", "a.csv"}) {
    const Dataset got = load_text(gzipped(text), Task::regression, settings(name)).dataset;
    CHECK(got.x == plain.x);
    CHECK(got.y == plain.y);
  }
}

TEST_CASE("gzip: members behind one another are one file, at every offset of the reader's chunks") {
  // Stored, not compressed, so that the first member's end can be put anywhere near a chunk's end (256 KiB).
  const std::string head = numbers(20'000);
  for (int shift = -3; shift <= 3; ++shift) {
    const std::size_t want = static_cast<std::size_t>((256 << 10) + shift);
    std::string first;
    for (std::size_t pad = 0; gzipped(first, 0).size() != want; pad += want - gzipped(first, 0).size())
      first = head + "1,1" + std::string(pad, ' ') + "\n";
    CAPTURE(gzipped(first, 0).size());
    REQUIRE(gzipped(first, 0).size() == want);
    const std::string second = "123,456\n";
    const Dataset got = load_text(gzipped(first, 0) + gzipped(second), Task::regression, packed()).dataset;
    CHECK(got.rows == load_text(first).dataset.rows + 1);
    CHECK(got.x.back() == 123);
  }
  CHECK(load_text(gzipped(numbers(50)) + std::string(512, '\0'), Task::regression, packed()).dataset.rows ==
        50);  // tape
}

TEST_CASE("gzip: cut anywhere, it is an error") {
  const std::string whole = gzipped(numbers(200));
  for (std::size_t n = 2; n < whole.size(); ++n) {
    CAPTURE(n);
    const std::string error = error_of([&] { load_text(whole.substr(0, n), Task::regression, packed()); });
    CHECK(has(error, "a.csv.gz: "));
    CHECK(has(error, "truncated"));
  }
}

TEST_CASE("gzip: damaged contents, a wrong checksum, and what follows the end are errors") {
  const std::string whole = gzipped(numbers(200));
  for (std::size_t back = 1; back <= 8; ++back) {  // RFC 1952: CRC32 and ISIZE are the last eight bytes
    std::string bad = whole;
    bad[bad.size() - back] = static_cast<char>(bad[bad.size() - back] ^ 1);
    CHECK(has(error_of([&] { load_text(bad, Task::regression, packed()); }), "corrupt"));
  }
  CHECK(has(error_of([&] { load_text(whole + "1,2\n", Task::regression, packed()); }), "a.csv.gz: "));
}

TEST_CASE("gzip: a bomb is refused before it fills the memory") {
  std::string bomb = "a,y\n1,2\n";
  bomb.resize(std::size_t{80} << 20, '\n');
  const std::string small = gzipped(bomb, 9);
  REQUIRE(bomb.size() / small.size() > 1000);
  CHECK(has(error_of([&] { load_text(small, Task::regression, packed()); }), "gzip"));
  bomb.resize(std::size_t{60} << 20);  // below 64 MiB files may be as repetitive as they like
  bomb += "3,4\n5,6\n7,8\n";
  CHECK(load_text(gzipped(bomb, 9), Task::regression, packed()).dataset.rows == 4);
}

}  // namespace
}  // namespace holdout::data
