// Rows of numbers, all of one width: in memory, or, once they are many, in a file that has no name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace holdout::data {

/// Where rows go that are too many to stay in memory.
struct Spill {
  /// For files without a name: they are gone with the process, however it ends. Empty: all rows stay in memory.
  std::string folder;
  /// Rows that take more go there. With less, a second copy of them does not matter beside the program itself.
  std::size_t bytes = std::size_t{64} << 20;
};

/// Grows row by row; what is there never changes. Where the file cannot be made or takes no more (a full disk), rows
/// stay in memory from there on, and `problem` says why.
class RowStore {
 public:
  RowStore() = default;
  RowStore(std::size_t width, Spill spill) : RowStore(width, usual_block(width), std::move(spill)) {}
  /// @param block_rows  rows that are set aside, written and read together
  RowStore(std::size_t width, std::size_t block_rows, Spill spill);

  std::size_t rows() const { return rows_; }
  std::size_t width() const { return width_; }
  /// Room for one more row, which counts once it is added; until then the room stays the same.
  std::span<double> room();
  void add() { ++rows_; }
  /// Rows before this one will not be read again: gives back what they take, block by block.
  void forget_before(std::size_t row);

  /// Whether rows are in the file.
  bool spilled() const { return file_.fd() >= 0; }
  /// Bytes of the rows that are in memory.
  std::size_t bytes_in_memory() const;
  /// Why rows are in memory that should be in the file; empty: none is.
  const std::string& problem() const { return problem_; }

 private:
  friend class RowCursor;
  // Closed when it goes; a copy is the same file.
  class File {
   public:
    explicit File(int fd = -1) : fd_(fd) {}
    File(const File& other);
    File(File&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    File& operator=(File other) noexcept {
      std::swap(fd_, other.fd_);
      return *this;
    }
    ~File();
    int fd() const { return fd_; }

   private:
    int fd_;
  };

  static std::size_t usual_block(std::size_t width);
  std::size_t block_bytes() const { return block_rows_ * width_ * sizeof(double); }
  void spill();

  std::size_t width_ = 0, block_rows_ = 1, rows_ = 0;
  std::size_t gone_ = 0;                     // blocks that were forgotten
  std::vector<std::vector<double>> blocks_;  // [block][row in block][column]; empty: it is in the file, or forgotten
  std::size_t written_ = 0;                  // blocks that are in the file: the first ones
  Spill spill_;
  File file_;
  std::string problem_;
};

/// Reads rows of a store; ascending order is fast. Each thread needs its own.
class RowCursor {
 public:
  /// @param store  must outlive the cursor, and stay where it is
  explicit RowCursor(const RowStore& store) : store_(store) {}
  /// Valid until the next call.
  /// @throws Error if the file cannot be read
  std::span<const double> row(std::size_t i);

 private:
  const RowStore& store_;
  std::size_t block_ = 0;       // in the buffer
  std::vector<double> buffer_;  // empty: none
};

}  // namespace holdout::data
