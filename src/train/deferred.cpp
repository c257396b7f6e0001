#include "deferred.hpp"

#include <algorithm>
#include <cstring>

namespace holdout::train {
namespace {

// Steps that may wait at most: their factors are kept, and should stay in the cache.
constexpr std::uint32_t kWindow = 512;

}  // namespace

template <class T>
Deferred<T>::Deferred(const Part<T>& part, std::size_t features, std::size_t outputs, std::size_t rule, bool from_zeros)
    : part_(part),
      features_(features),
      outputs_(outputs),
      rule_(rule),
      since_(features, from_zeros ? kNever : 0),
      stamps_(features) {}

template <class T>
bool Deferred<T>::pays(const Part<T>& part, std::size_t features, std::size_t batch, std::size_t stride) {
  constexpr std::size_t kBytes = 128;  // bench/sparse: below, the plain passes are as fast
  if (stride * sizeof(T) < kBytes) return false;
  if (part.start.empty() || batch > kRowBlock) return false;  // sums of several row blocks need whole tables
  return part.x.size() / std::max<std::size_t>(part.n, 1) * batch < features / 2;
}

template <class T>
DeferredPass<T> Deferred<T>::pass(Cohort<T>& cohort, const std::vector<std::uint32_t>& list) const {
  return {cohort.update_pass(features_ * outputs_),
          cohort.gradient.row(0),
          cohort.l2.row(0),
          cohort.l2.rows() == 1 ? 0 : cohort.l2.stride(),
          features_,
          outputs_,
          list.data(),
          list.size(),
          since_.data(),
          history_.data(),
          slots_.data(),
          now_,
          cohort.ahead.rows() > 0 ? cohort.ahead.row(0) : nullptr};
}

// Where nothing changes from step to step, as without schedules, all steps share one slot.
template <class T>
void Deferred<T>::remember_factors(const Cohort<T>& cohort) {
  const std::size_t size = cohort.factors.rows() * cohort.factors.stride();
  const T* const factors = cohort.factors.row(0);
  const bool known =
      !slots_.empty() && std::memcmp(history_.data() + slots_.back() * size, factors, size * sizeof(T)) == 0;
  if (!known) history_.insert(history_.end(), factors, factors + size);
  slots_.push_back(static_cast<std::uint32_t>(history_.size() / size - 1));
}

template <class T>
void Deferred<T>::prepare(const Batch& batch, Cohort<T>& cohort) {
  if (now_ == kWindow) finish(cohort);
  ++stamp_;
  list_.clear();
  for (std::size_t i = 0; i < batch.n; ++i)
    for (std::size_t k = part_.start[batch.order[i]]; k < part_.start[batch.order[i] + 1]; ++k)
      if (const std::uint32_t feature = part_.columns[k]; stamps_[feature] != stamp_)
        stamps_[feature] = stamp_, list_.push_back(feature);
  catch_up(rule_, pass(cohort, list_));
  remember_factors(cohort);
  if (!clear_) std::fill_n(cohort.gradient.row(0), cohort.gradient.rows() * cohort.gradient.stride(), T{0});
  clear_ = true;
}

template <class T>
void Deferred<T>::step(Cohort<T>& cohort) {
  step_some(rule_, pass(cohort, list_));
  ++now_;
  for (const std::uint32_t feature : list_) since_[feature] = now_;
}

template <class T>
void Deferred<T>::finish(Cohort<T>& cohort) {
  list_.clear();
  for (std::uint32_t feature = 0; feature < features_; ++feature)
    if (since_[feature] < now_) list_.push_back(feature);
  DeferredPass<T> all = pass(cohort, list_);
  all.ahead = nullptr;
  catch_up(rule_, all);
  for (std::uint32_t& since : since_) since = since == kNever ? kNever : 0;
  now_ = 0;
  clear_ = false;  // who calls may use the gradient for something else
  slots_.clear(), history_.clear();
}

template class Deferred<float>;
template class Deferred<double>;

}  // namespace holdout::train
