// What every searcher of the family keeps; a new one joins by its line in the list.
#include <holdout/search/searchers.hpp>

#include <doctest/doctest.h>

#include <map>

#include "spaces.hpp"

namespace holdout::search {
namespace {

template <class Body>
void for_each_searcher(Body body) {
  SearcherChoice choice = searchers();
  for (std::size_t i = 0; i < choice.alternatives().size(); ++i) {
    choice.select(i);
    CAPTURE(std::string(choice.info().name));
    body(choice);
  }
}

// An objective for any space: a value that follows from the configuration's text.
class Anything final : public Objective {
 public:
  /// @param interrupted_at  the trial at which it stops answering
  explicit Anything(int interrupted_at = 1'000'000) : end_(interrupted_at) {}
  std::vector<Evaluation> evaluate(std::span<const Request> requests) override {
    std::vector<Evaluation> out;
    for (const Request& request : requests) {
      if (static_cast<int>(asked.size()) == end_) break;
      double value = 0;
      for (const auto& v : request.configuration.values)
        for (const char c : v ? to_text(*v) : "-") value = value / 2 + c;
      Evaluation e{.trial = static_cast<int>(asked.size()), .value = value, .cost = 1};
      if (e.trial % 7 == 3) e.end = End::failed;
      if (request.want != Want::value) e.gradient.assign(request.configuration.values.size(), 0);
      asked.push_back(request.configuration);
      out.push_back(e);
    }
    return out;
  }
  std::vector<Configuration> asked;

 private:
  int end_;
};

constexpr std::size_t kMax = 500;  // trials of a wave looked at

}  // namespace

TEST_CASE("the list: grid is the default, names are unique") {
  CHECK(searchers().info().name == "grid");
  std::map<std::string_view, int> names;
  const SearcherChoice choice = searchers();
  for (const Info& info : choice.alternatives()) {
    ++names[info.name];
    CHECK_FALSE(info.help.empty());
  }
  for (const auto& [name, n] : names) CHECK(n == 1);
}

TEST_CASE("property: every configuration lies in the space, conditions kept, as many as planned") {
  for_each_searcher([](const SearcherChoice& choice) {
    for (const SearchSpace& space : {mixed_space(), lambda_space(), SearchSpace()}) {
      const auto searcher = choice.make(space, Seed{3});
      Anything objective;
      CHECK(search(*searcher, objective, 16));
      CHECK_FALSE(objective.asked.empty());
      for (const Configuration& c : objective.asked) CHECK(space.contains(c));
      if (searcher->planned() > 0) CHECK(searcher->planned() == static_cast<std::int64_t>(objective.asked.size()));
      CHECK(searcher->ask(5).empty());  // and the end is the end
    }
  });
}

TEST_CASE("property: what is asked before anything is told does not depend on how many at a time") {
  for_each_searcher([](const SearcherChoice& choice) {
    const SearchSpace space = mixed_space();
    const auto whole = configurations(wave(*choice.make(space, Seed{5}), 1000, kMax));
    for (const int n : {1, 2, 3, 7, 64}) {
      CAPTURE(n);
      CHECK(configurations(wave(*choice.make(space, Seed{5}), n, kMax)) == whole);
    }
  });
}

TEST_CASE("property: an interrupted search, told again what it was told, goes on as if nothing had happened") {
  for_each_searcher([](const SearcherChoice& choice) {
    const SearchSpace space = mixed_space();
    Anything undisturbed;
    search(*choice.make(space, Seed{9}), undisturbed, 6);
    for (const int end : {1, 6, 20, 33}) {
      CAPTURE(end);
      Anything interrupted(end), resumed;
      CHECK_FALSE(search(*choice.make(space, Seed{9}), interrupted, 6));
      search(*choice.make(space, Seed{9}), resumed, 6);
      CHECK(std::equal(interrupted.asked.begin(), interrupted.asked.end(), undisturbed.asked.begin()));
      CHECK(resumed.asked == undisturbed.asked);
    }
  });
}

TEST_CASE("property: a copy of the space is enough") {
  for_each_searcher([](const SearcherChoice& choice) {
    std::unique_ptr<Searcher> searcher;
    {
      const SearchSpace gone = lambda_space();
      searcher = choice.make(gone, Seed{2});
    }
    CHECK(lambda_space().contains(searcher->ask(1).at(0).configuration));
  });
}

// 61 grid points over ten decades are 1/6 apart. The nearest of 64 random draws is further than half a decade away with
// chance 0.9^64 = 0.1 %.
TEST_CASE("property: finds the bowl, to half a decade") {
  for_each_searcher([](const SearcherChoice& choice) {
    Bowl bowl;
    search(*choice.make(lambda_space(), Seed{1}), bowl, 8);
    CHECK(std::abs(bowl.where - Bowl::kBest) < 0.5);
    CHECK(bowl.trials <= 64);
  });
}

TEST_CASE("half a batch is not told") {
  struct Once final : Searcher {
    std::vector<Request> ask(int) override { return std::vector<Request>(4); }
    void tell(std::span<const Evaluation> e) override { told += e.size(); }
    std::int64_t planned() const override { return 0; }
    std::size_t told = 0;
  } searcher;
  Anything objective(6);
  CHECK_FALSE(search(searcher, objective, 4));
  CHECK(searcher.told == 4);
}

}  // namespace holdout::search
