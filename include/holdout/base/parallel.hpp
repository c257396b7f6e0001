// The only place that starts parallel work. oneTBB is behind it, and nobody else sees it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace holdout {

/// The threads that a run may use.
///
/// for_each calls body(0) … body(n − 1), each once, in any order and on any thread, and returns when all have ended.
/// An exception does not stop the others: all bodies run, then the one with the smallest index is thrown. Calls may
/// nest; a waiting body never runs a piece of other work on its stack. Which thread runs what is nobody's business:
/// results may not depend on it.
class Workers {
 public:
  /// Makes the threads, all at once, so that none is missed later.
  /// @param threads  1 … 1024; 0: as many as the CPUs this process may use, or as can be made of these
  /// @throws Error(Fault::failure) if so many as asked for cannot be made; says how many can, and the limits
  explicit Workers(int threads = 0);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }
  /// Which threads could not be made, of those that the CPUs would have liked; empty if none is missed.
  const std::string& shortage() const { return shortage_; }
  void for_each(std::size_t n, const std::function<void(std::size_t)>& body) const;

 private:
  void start_all() const;

  struct Arena;
  std::unique_ptr<Arena> arena_;
  int threads_;
  std::string shortage_;
};

}  // namespace holdout
