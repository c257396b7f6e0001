#include "bytes.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>

namespace holdout::data {
namespace {

constexpr std::size_t kChunk = at_once(256 * 1024, 24);

}  // namespace

Bytes::Bytes(const std::string& path, const std::string& name, const std::string& setting) {
  mark_.path = name;
  Input input = open_input(path);
  if (!input.problem.empty())
    throw Error(Message{{},
                        "data file " + holdout::quoted(name) + ": " + input.problem,
                        "tried " + absolute_path(path) + "; file names are relative to the study's folder",
                        {},
                        setting});
  begin(std::move(input));
}

Bytes::Bytes(const std::string& path) {
  const bool standard = path == "-";
  mark_.path = standard ? "standard input" : path;
  Input input = standard ? standard_input() : open_input(path, Accept::streams);
  if (!input.problem.empty())
    throw Error("data file " + holdout::quoted(mark_.path) + ": " + input.problem,
                standard ? "" : "tried " + absolute_path(path));
  begin(std::move(input));
}

// Looks at the first bytes. A pipe may hand them out one by one.
void Bytes::begin(Input input) {
  file_ = std::move(input.file), size_ = input.size;
  raw_.resize(kChunk);
  std::size_t count = 0, got = 0;
  do count += got = read_disk(raw_.data() + count, kChunk - count);
  while (got > 0 && count < 2);
  raw_.resize(count);
  compressed_ = raw_.size() >= 2 && raw_[0] == '\x1f' && raw_[1] == '\x8b';
  if (compressed_) {
    constexpr int kGzip = 16 + MAX_WBITS;
    inflateInit2(&stream_, kGzip);
    stream_.next_in = reinterpret_cast<Bytef*>(raw_.data());
    stream_.avail_in = static_cast<uInt>(raw_.size());
  }
}

Bytes::~Bytes() {
  if (compressed_) inflateEnd(&stream_);
}

void Bytes::fail(const std::string& what, const std::string& hint) const {
  throw Error(Message{{mark_.path, 0, 0}, what, hint});
}

std::size_t Bytes::read_disk(char* to, std::size_t n) {
  ssize_t got = 0;
  do got = ::read(file_.fd(), to, n);
  while (got < 0 && errno == EINTR);
  if (got < 0) throw Error(Message{{mark_.path, 0, 0}, "cannot be read: " + system_words(errno)}, Fault::failure);
  mark_.bytes += static_cast<std::uint64_t>(got);
  mark_.crc32 =
      static_cast<std::uint32_t>(crc32(mark_.crc32, reinterpret_cast<const Bytef*>(to), static_cast<uInt>(got)));
  return static_cast<std::size_t>(got);
}

std::size_t Bytes::read(char* to, std::size_t n) {
  if (compressed_) return inflate_some(to, n);
  if (raw_.empty()) return read_disk(to, n);
  const std::size_t count = std::min(n, raw_.size());  // the first chunk, read to see what the file is
  std::memcpy(to, raw_.data(), count);
  raw_.erase(0, count);
  return count;
}

// Whether there are compressed bytes to go on with.
bool Bytes::more_raw() {
  if (stream_.avail_in > 0) return true;
  raw_.resize(kChunk);
  raw_.resize(read_disk(raw_.data(), kChunk));
  stream_.next_in = reinterpret_cast<Bytef*>(raw_.data());
  stream_.avail_in = static_cast<uInt>(raw_.size());
  return !raw_.empty();
}

std::size_t Bytes::inflate_some(char* to, std::size_t n) {
  constexpr std::size_t kFree = 64 * 1024 * 1024, kMaxRatio = 1000;  // tables of zeros compress well, but not so well
  if (ended_) return 0;
  stream_.next_out = reinterpret_cast<Bytef*>(to);
  stream_.avail_out = static_cast<uInt>(n);
  while (stream_.avail_out == n) {
    if (!more_raw()) fail("the gzip file is truncated: unexpected end", "copy it again; gzip -t FILE tests it");
    const int state = inflate(&stream_, Z_NO_FLUSH);
    if (state == Z_STREAM_END) {
      // gzip files may be glued together, and padded with zeros (tapes).
      while (more_raw() && *stream_.next_in == 0) ++stream_.next_in, --stream_.avail_in;
      if (stream_.avail_in == 0) {
        ended_ = true;
        break;
      }
      if (*stream_.next_in != 0x1f)
        fail("the gzip file is corrupt: something else follows its end", "gzip -t FILE tests it");
      inflateReset(&stream_);
      continue;
    }
    if (state != Z_OK) fail("the gzip file is corrupt", "copy it again; gzip -t FILE tests it");
  }
  const std::size_t count = n - stream_.avail_out;
  inflated_ += count;
  if (inflated_ > kFree && inflated_ / kMaxRatio > mark_.bytes)
    fail("the gzip file grows more than a thousandfold: it is no data", "decompress and look at it");
  return count;
}

}  // namespace holdout::data
