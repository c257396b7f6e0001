// A race on purpose: two bodies of parallel work add to one number. A set-up of the thread sanitizer that sees nothing
// here sees nothing anywhere.
#include <cstdio>

#include <holdout/base/parallel.hpp>

int main() {
  constexpr int kThreads = 4, kSteps = 20'000;
  const holdout::Workers workers(kThreads);
  long sum = 0;
  workers.for_each(kThreads, [&](std::size_t) {
    for (int i = 0; i < kSteps; ++i) sum += i;
  });
  std::printf("%ld\n", sum);
}
