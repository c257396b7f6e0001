#include <holdout/update/schedule.hpp>

#include <cassert>

#include "coefficients.hpp"

namespace holdout::update {
namespace {

struct Entry {
  Info info;
  std::span<const Coefficient> coefficients;
  double (*share)(double epoch, double epochs, const double* coefficients);
};

template <class... Schedules>
constexpr auto entries(std::tuple<Schedules...>) {
  return std::array{Entry{Schedules::info.info, Schedules::info.coefficients, &Schedules::template share<double>}...};
}
template <class... Schedules>
constexpr auto names(std::tuple<Schedules...>) {
  return std::array{Schedules::info.info...};
}
constexpr auto kEntries = entries(ScheduleTuple());
constexpr auto kInfos = names(ScheduleTuple());

}  // namespace

std::span<const Info> ScheduleChoice::alternatives() const { return kInfos; }

void ScheduleChoice::select(std::size_t alternative) {
  assert(alternative < kEntries.size());
  schedule_ = alternative;
  coefficients_ = defaults(kEntries[alternative].coefficients);
}

void ScheduleChoice::fields(FieldVisitor& f) { visit(f, kEntries[schedule_].coefficients, coefficients_); }

double ScheduleChoice::share(double epoch, double epochs) const {
  return kEntries[schedule_].share(epoch, epochs, coefficients_.data());
}

}  // namespace holdout::update
