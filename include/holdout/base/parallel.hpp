// The only place that starts parallel work. oneTBB is behind it, and nobody else sees it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace holdout {

/// The threads that a run may use.
///
/// for_each calls body(0) … body(n − 1), each once, in any order and on any thread, and returns when all have ended.
/// An exception does not stop the others: all bodies run, then the one with the smallest index is thrown. Calls may
/// nest; a waiting body never runs a piece of other work on its stack. Which thread runs what is nobody's business:
/// results may not depend on it.
class Workers {
 public:
  /// @param threads  1 … 1024; 0: as many as the CPUs this process may use
  explicit Workers(int threads = 0);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }
  void for_each(std::size_t n, const std::function<void(std::size_t)>& body) const;

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
  int threads_;
};

}  // namespace holdout
