// A study that has run, in memory and a scratch folder.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <holdout/study/fingerprint.hpp>
#include <holdout/study/runner.hpp>

#include "study/records.hpp"
#include "study/study_text.hpp"

namespace holdout::study::testing {

struct Silent final : Observer {
  void changed(const RunState&) override {}
};

struct Ran {
  Scratch scratch;
  StudyFile file;
  data::Prepared data;
  std::unique_ptr<Storage> storage;

  explicit Ran(const std::string& text) : file(read_text(text)), data(prepare(file)) {
    storage = Storage::create(scratch / "study.db", record_of(file, data));
    const std::atomic<bool> interrupt = false;
    Silent observer;
    run(file, data, *storage, Workers(2), interrupt, observer);
  }
};

}  // namespace holdout::study::testing
