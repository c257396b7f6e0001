#include "finalists.hpp"

#include <algorithm>
#include <cmath>

#include "cohorts.hpp"
#include "objective.hpp"
#include "threshold.hpp"

namespace holdout::study {
namespace {

// What a cohort is trained on.
struct Ground {
  const Designs& designs;
  const train::Metric& metric;
  Seed seed;
  const Workers& workers;
  const std::atomic<bool>& interrupt;
};

void train_cohort(const Ground& ground, std::size_t fold, std::span<const std::size_t> members,
                  std::vector<Trained>& all) {
  std::vector<train::LaneConfig> lanes;
  for (const std::size_t i : members) lanes.push_back(all[i].config);
  auto results = train_lanes(ground.designs, fold, ground.metric, lanes, ground.seed, &ground.interrupt);
  for (std::size_t lane = 0; lane < members.size(); ++lane) all[members[lane]].folds[fold] = std::move(results[lane]);
}

// The members of a cohort one after another: what fails is found, and the others have their results.
void train_apart(const Ground& ground, std::size_t fold, std::span<const std::size_t> members,
                 std::vector<Trained>& all, std::vector<std::exception_ptr>& failures) {
  for (std::size_t i = 0; i < members.size(); ++i) try {
      train_cohort(ground, fold, members.subspan(i, 1), all);
    } catch (...) {
      failures[members[i]] = std::current_exception();
    }
}

void train_all(const Ground& ground, std::span<const std::vector<std::size_t>> cohorts, std::vector<Trained>& all) {
  const std::size_t folds = ground.designs.folds();
  std::vector<std::vector<std::exception_ptr>> failures(cohorts.size() * folds);
  ground.workers.for_each(failures.size(), [&](std::size_t task) {
    const std::vector<std::size_t>& members = cohorts[task / folds];
    try {
      train_cohort(ground, task % folds, members, all);
    } catch (...) {
      failures[task].resize(all.size());
      train_apart(ground, task % folds, members, all, failures[task]);
    }
  });
  for (const std::vector<std::exception_ptr>& of_task : failures)
    for (std::size_t i = 0; i < of_task.size(); ++i)
      if (of_task[i] && !all[i].failure) all[i].failure = of_task[i];
}

CohortSizes sizes(const Designs& designs, const data::Dataset& dataset, std::span<const Trained> all,
                  const Workers& workers) {
  std::size_t features = 0;  // of the widest
  for (const Trained& t : all) features = std::max(features, designs.features(DesignKey(t.config)));
  return {features, dataset.classes.size(), designs.folds(), workers.threads(), 0, dataset.is_sparse()};
}

std::vector<std::vector<std::size_t>> cut(std::span<const Trained> all, const CohortSizes& sizes) {
  std::vector<train::LaneConfig> configs;
  for (const Trained& t : all) configs.push_back(t.config);
  return cut_into_cohorts(configs, sizes);
}

train::LaneConfig refit_config(const Trained& trained) {
  double epochs = 0;
  for (const train::LaneResult& r : trained.folds)
    epochs += static_cast<double>(r.best_epoch) / static_cast<double>(trained.folds.size());
  train::LaneConfig config = trained.config;
  config.training.epochs = std::max<std::int64_t>(1, std::llround(epochs));
  config.training.stop.patience = 0;  // its hold-out rows are training rows now
  config.polynomial = 1;              // what the data have are all features
  return config;
}

}  // namespace

bool Trained::interrupted() const {
  return std::any_of(folds.begin(), folds.end(), [](const train::LaneResult& fold) {
    return fold.end == train::LaneEnd::interrupted || fold.end == train::LaneEnd::running;
  });
}

data::RowList refit_rows(const data::Split& split) {
  if (!split.refit.empty()) return split.refit;
  data::RowList rows = split.folds[0].train;
  rows.insert(rows.end(), split.folds[0].holdout.begin(), split.folds[0].holdout.end());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());  // leave-one-out: all do both
  return rows;
}

std::vector<Trained> train_on_folds(const Study& study, std::span<const train::LaneConfig> configs, Designs& designs,
                                    const data::Dataset& dataset, const train::Metric& metric, const Workers& workers,
                                    const std::atomic<bool>& interrupt) {
  std::vector<Trained> all;
  for (const train::LaneConfig& config : configs) {
    designs.make_for(workers, config);  // a resumed search may have trained nothing
    all.push_back({config, std::vector<train::LaneResult>(designs.folds()), {}});
  }
  const auto cohorts = cut(all, sizes(designs, dataset, all, workers));
  train_all({designs, metric, study.root(), workers, interrupt}, cohorts, all);
  return all;
}

std::vector<Trained> refit(const StudyFile& file, const data::Prepared& data, std::span<const Trained* const> trained,
                           const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt) {
  // What has trained measures nothing: then some rows will do, since there must be some.
  constexpr std::size_t kSome = 1024;
  const bool tested = !data.split.test.empty();
  data::RowList measured = tested ? data.split.test : data.split.folds[0].holdout;
  if (!tested) measured.resize(std::min(measured.size(), kSome));
  const data::Split split{{{refit_rows(data.split), std::move(measured)}}, data.split.test};
  Designs designs(data.dataset, split);
  std::vector<Trained> all;
  for (const Trained* t : trained) {
    all.push_back({refit_config(*t), std::vector<train::LaneResult>(1), {}});
    designs.make_for(workers, all.back().config);
  }
  const auto cohorts = cut(all, sizes(designs, data.dataset, all, workers));
  train_all({designs, metric, file.study.root(), workers, interrupt}, cohorts, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].threshold = trained[i]->threshold;
    if (all[i].threshold && !all[i].failure && !all[i].interrupted())
      all[i].folds[0].metrics = metrics_at(*all[i].threshold, designs, all[i].config, metric, 0, all[i].folds[0]);
  }
  return all;
}

}  // namespace holdout::study
