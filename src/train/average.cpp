#include <holdout/train/average.hpp>

namespace holdout::train {
namespace {

constexpr Info kAverages[] = {
    {"none", "the last parameters"},
    {"polyak", "the mean of the parameters after every step, from an epoch on",
     "Polyak and Juditsky, SIAM J. Control Optim. 30, 1992"},
    {"exponential", "their exponential moving average, free of the start's bias",
     "Kingma and Ba, Adam, ICLR 2015, § 7.2"},
};

}  // namespace

std::span<const Info> AverageChoice::alternatives() const { return kAverages; }

void AverageChoice::select(std::size_t alternative) {
  *this = AverageChoice();
  kind_ = alternative;
}

void AverageChoice::fields(FieldVisitor& f) {
  if (kind_ == polyak)
    f({"from", "epochs whose parameters do not count", Scope::lane}, from, between<std::int64_t>(0, 100'000'000));
  if (kind_ == exponential)
    f({"decay", "what an older step's weight is multiplied by in every step", Scope::lane}, decay, half_open(0.0, 1.0));
}

double AverageWeight::next(const AverageChoice& average, std::int64_t epoch) {
  if (average.selected() == AverageChoice::polyak) return epoch < average.from ? 1 : 1 / ++count_;
  power_ *= average.decay;
  return (1 - average.decay) / (1 - power_);
}

}  // namespace holdout::train
