#include "separation.hpp"

#include <algorithm>

#include "minimum_bound.hpp"
#include "solvers/conditioning.hpp"
#include "solvers/newton.hpp"

namespace holdout::train {
namespace {

// Rows times features times classes: a few hundred passes over so many take seconds.
constexpr double kMaxWork = 3e7;

// The rows as those of one class (+1) and the others (−1). Rows that do not count are left out by weights of 0.
template <class T>
Design<double> against_others(const Design<T>& design, std::size_t label) {
  Design<double> out;
  out.features = design.features, out.classes = 2;
  Part<double>& part = out.train;
  const Part<T>& from = design.train;
  part.n = from.n, part.start = from.start, part.columns = from.columns, part.weights = from.weights;
  part.x.assign(from.x.begin(), from.x.end());
  for (std::size_t i = 0; i < from.n; ++i) {
    const bool own = design.classes == 2 ? from.y[i] > 0 : static_cast<std::size_t>(from.y[i]) == label;
    part.y.push_back(own ? 1 : -1), part.target.push_back(own);
  }
  return out;
}

// A squared hinge has a minimum whatever the rows; with hardly any penalty it is 0 but for that where they separate.
bool separates(const Design<double>& design) {
  constexpr double kPenalty = 1e-8, kTolerance = 1e-6;
  ModelSettings settings;
  settings.select(static_cast<std::size_t>(std::find_if(model_kinds().begin(), model_kinds().end(),
                                                        [](const ModelKind& k) { return k.info.name == "svm"; }) -
                                           model_kinds().begin()));
  const std::size_t loss = find_loss("squared_hinge");
  while (settings.loss.loss() != loss) settings.loss.select(settings.loss.selected() + 1);
  settings.l2 = kPenalty;
  const Conditioning conditioning(design);
  const Design<double> inner = conditioning.apply(design);
  const auto model = make_model<double>(settings, design.features, 2);
  const Problem problem{inner,
                        *model,
                        loss,
                        inner.train.weights.empty()
                            ? AlignedVector<double>()
                            : AlignedVector<double>(inner.train.weights.begin(), inner.train.weights.end()),
                        {conditioning.to_inner(Ridges{kPenalty})},
                        {0.0},
                        {0.0}};
  std::vector<LaneResult> result(1);
  result[0].theta.resize(model->parameters());
  NewtonSolver(problem).run(kTolerance, result, nullptr);
  conditioning.to_outer(result[0].theta);
  return minimum_bound(design, settings, result[0].theta).separated;
}

}  // namespace

template <class T>
bool separable(const Design<T>& design, const ModelSettings& model) {
  const double work = static_cast<double>(design.train.x.size()) * static_cast<double>(design.classes);
  if (design.classes < 2 || model.has_layers() || work > kMaxWork) return false;
  for (std::size_t label = 0; label < (design.classes == 2 ? 1 : design.classes); ++label)
    if (separates(against_others(design, label))) return true;
  return false;
}

template bool separable(const Design<float>&, const ModelSettings&);
template bool separable(const Design<double>&, const ModelSettings&);

}  // namespace holdout::train
