#include <holdout/train/preconditioner.hpp>

namespace holdout::train {

bool takes_preconditioner(const LaneConfig& config, std::size_t features, bool sparse) {
  // The decomposition grows with the cube of the features: for 400 it costs some hundred passes over a few thousand
  // rows, for 1000 fifteen times as much.
  constexpr std::size_t kMaxFeatures = 512;
  const ModelSettings& model = config.model;
  return !sparse && features > 0 && features <= kMaxFeatures && config.training.optimizer.is_solver() &&
         !model.has_layers() && model.lasso() == 0 && model.l2_groups.empty() && !model.loss.info().quadratic;
}

void add_preconditioners(std::span<Design<double>> designs) {
  for (std::size_t k = 0; k < designs.size(); ++k) {
    if (designs[k].ridge) continue;
    if (k > 0 && designs[k].classes > 0)
      designs[k].ridge = designs[0].ridge;
    else
      designs[k].ridge = ridge_basis_of(designs[k]);
  }
}

}  // namespace holdout::train
