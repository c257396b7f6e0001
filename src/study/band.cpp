#include "band.hpp"

#include <algorithm>

namespace holdout::study {

std::vector<BandPiece> for_pictures(const std::vector<BandPiece>& pieces) {
  constexpr double kPieces = 200;
  std::vector<BandPiece> out;
  if (pieces.empty()) return out;
  const double width = (pieces.back().high - pieces.front().low) / kPieces;
  for (const BandPiece& piece : pieces)
    if (!out.empty() && piece.high - out.back().low <= width)
      out.back().high = piece.high, out.back().bound = std::min(out.back().bound, piece.bound);
    else
      out.push_back(piece);
  return out;
}

std::vector<BandPiece> below(const std::vector<BandPiece>& pieces, double limit) {
  std::vector<BandPiece> out;
  for (const BandPiece& piece : pieces) {
    if (piece.bound >= limit) continue;
    if (!out.empty() && out.back().high == piece.low)
      out.back().high = piece.high, out.back().bound = std::min(out.back().bound, piece.bound);
    else
      out.push_back(piece);
  }
  return out;
}

}  // namespace holdout::study
