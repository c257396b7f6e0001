// Pieces of the range of λ with a lower bound each, as a certificate refines them.
#pragma once

#include <cstddef>
#include <vector>

namespace holdout::study {

/// [low, high] of t = ln λ: nowhere there is the error below `bound`.
struct BandPiece {
  double low = 0, high = 0, bound = 0;
};

/// Neighbours joined, with the lesser of their bounds, until each is a share of the range that a picture can show.
/// @param pieces  ascending, side by side
std::vector<BandPiece> for_pictures(const std::vector<BandPiece>& pieces);

/// The pieces below a limit, neighbours joined.
std::vector<BandPiece> below(const std::vector<BandPiece>& pieces, double limit);

}  // namespace holdout::study
