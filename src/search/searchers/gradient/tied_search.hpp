// Many λ of one penalty: first as one, then each by itself.
#pragma once

#include <memory>

#include "descent.hpp"

namespace holdout::search {

/// Which coordinates move together: [coordinate] number of its tie.
using Ties = std::vector<std::size_t>;

/// First all coordinates of a tie are one, and the best such point is found; then each goes its own way from there, in
/// a box around that point. With many λ the hold-out error becomes a training error: so the second part is guarded.
class TiedSearch final : public Descent {
 public:
  /// @param reach  of the second part, in each coordinate, to both sides
  /// @param guarded  whether the second part asks for guards
  TiedSearch(Box box, Ties ties, const DescentOptions& options, double reach, bool guarded);
  std::vector<Probe> next() override;
  void tell(std::span<const Sight> sights, const Incumbent& incumbent) override;
  std::vector<Candidate> candidates() const override;
  DescentEnd end() const override;

 private:
  std::vector<double> expanded(const std::vector<double>& reduced) const;
  Sight reduced(const Sight& sight) const;
  bool begin_second();

  Box box_;
  Ties ties_;
  DescentOptions options_;
  double reach_;
  bool guarded_;
  std::size_t count_ = 0;  // of ties
  std::unique_ptr<Descent> first_, second_;
  std::size_t first_probes_ = 0;
};

/// The descent that suits a box: along a line, or in several coordinates.
std::unique_ptr<Descent> make_descent(const Box& box, const DescentOptions& options);

}  // namespace holdout::search
