#include <holdout/data/row_store.hpp>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <holdout/base/error.hpp>

#include "bytes.hpp"

namespace holdout::data {
namespace {

constexpr std::size_t kBlockBytes = at_once(1 << 20, 256);

// Nothing is gained by a file that is in memory itself.
bool is_in_memory(const std::string& folder) {
  struct statfs system {};
  if (::statfs(folder.c_str(), &system) != 0) return false;
  const auto type = static_cast<unsigned long>(system.f_type);
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
}

// A file that no name leads to. @return its number, or -1 and errno
int open_without_name(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  // Some file systems cannot do that, and say so in various ways.
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  std::string name = folder + "/.holdout-rows-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

// @return whether all of it was written; errno says why not
bool write_at(int fd, std::span<const double> values, std::size_t offset) {
  const char* from = reinterpret_cast<const char*>(values.data());
  for (std::size_t left = values.size_bytes(); left > 0;) {
    const ssize_t n = ::pwrite(fd, from, left, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    from += n, offset += static_cast<std::size_t>(n), left -= static_cast<std::size_t>(n);
  }
  return true;
}

// @return whether all of it was read; errno says why not, 0 that the file ends
bool read_at(int fd, std::span<double> values, std::size_t offset) {
  char* to = reinterpret_cast<char*>(values.data());
  for (std::size_t left = values.size_bytes(); left > 0;) {
    const ssize_t n = ::pread(fd, to, left, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = 0;
    if (n <= 0) return false;
    to += n, offset += static_cast<std::size_t>(n), left -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

RowStore::File::File(const File& other) : fd_(other.fd_ < 0 ? -1 : ::fcntl(other.fd_, F_DUPFD_CLOEXEC, 0)) {
  if (other.fd_ >= 0 && fd_ < 0)
    throw Error("the rows of the data cannot be opened again: " + std::string(std::strerror(errno)), {},
                Fault::failure);
}

RowStore::File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

std::size_t RowStore::usual_block(std::size_t width) {
  return std::max<std::size_t>(1, kBlockBytes / sizeof(double) / std::max<std::size_t>(width, 1));
}

RowStore::RowStore(std::size_t width, std::size_t block_rows, Spill spill)
    : width_(width), block_rows_(block_rows), spill_(std::move(spill)) {}

std::span<double> RowStore::room() {
  if (rows_ == blocks_.size() * block_rows_) {
    spill();
    blocks_.emplace_back(block_rows_ * width_);
  }
  return {blocks_.back().data() + rows_ % block_rows_ * width_, width_};
}

// All blocks are full: they go to the file, if they are many.
void RowStore::spill() {
  if (spill_.folder.empty() || !problem_.empty()) return;
  if (!spilled()) {
    if ((blocks_.size() + 1) * block_bytes() <= spill_.bytes) return;
    if (is_in_memory(spill_.folder)) {
      problem_ = spill_.folder + " keeps its files in memory";
      return;
    }
    file_ = File(open_without_name(spill_.folder));
    if (!spilled()) problem_ = spill_.folder + ": " + std::strerror(errno);
  }
  for (; problem_.empty() && written_ < blocks_.size(); ++written_) {
    if (!write_at(file_.fd(), blocks_[written_], written_ * block_bytes())) {
      problem_ = spill_.folder + ": " + std::strerror(errno);
      return;
    }
    std::vector<double>().swap(blocks_[written_]);
  }
}

void RowStore::forget_before(std::size_t row) {
  const std::size_t end = std::min(row / block_rows_, blocks_.size());
  if (end <= gone_) return;
  for (std::size_t b = gone_; b < end; ++b) std::vector<double>().swap(blocks_[b]);
  // Only saves room on the disk: it does not matter where it cannot be done.
  if (spilled())
    ::fallocate(file_.fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(gone_ * block_bytes()),
                static_cast<off_t>((end - gone_) * block_bytes()));
  gone_ = end;
}

std::size_t RowStore::bytes_in_memory() const {
  std::size_t bytes = 0;
  for (const std::vector<double>& block : blocks_) bytes += block.size() * sizeof(double);
  return bytes;
}

std::span<const double> RowCursor::row(std::size_t i) {
  const std::size_t block = i / store_.block_rows_, place = i % store_.block_rows_ * store_.width_;
  if (const std::vector<double>& there = store_.blocks_[block]; !there.empty())
    return {there.data() + place, store_.width_};
  if (buffer_.empty() || block != block_) {
    buffer_.resize(store_.block_rows_ * store_.width_);
    block_ = block;
    if (!read_at(store_.file_.fd(), buffer_, block * store_.block_bytes())) {
      const std::string why = errno == 0 ? "its end is missing" : std::strerror(errno);
      buffer_.clear();
      throw Error("rows of the data cannot be read back from the disk of " + quoted(store_.spill_.folder) + ": " + why,
                  "check the disk, or choose another with --out", Fault::failure);
    }
  }
  return {buffer_.data() + place, store_.width_};
}

}  // namespace holdout::data
