#include "../sections.hpp"

#include <cmath>

#include <holdout/base/number.hpp>

namespace holdout::report {
// What the convexity of J says about the result, in the words of a lecture.
Section minimum_section(const study::Winner& winner) {
  Section section{"Is it the minimum?", {}};
  const train::MinimumFacts& facts = *winner.minimum;
  const bool convex = facts.convexity != train::Convexity::none,
             strongly = facts.convexity == train::Convexity::strongly;
  std::string text = std::string("The objective J of the best configuration is ") +
                     (strongly ? "strongly convex"
                      : convex ? "convex"
                               : "not convex") +
                     ": " + facts.reason + ". ";
  text += strongly ? "It has exactly one minimum, so nothing hangs on the start of the training."
          : convex ? "Every minimum is a global one; there may be several."
                   : "A training ends in one of several minima; another start may end in another.";
  section.blocks.emplace_back(Paragraph{plain(text)});
  List list;
  std::string norm = "‖∇J‖ at the end is " + to_text(facts.gradient_norm, 3);
  if (std::isfinite(facts.distance))
    norm += ", which proves that the minimum is at most " + to_text(facts.distance, 3) +
            " away (norm of the weights' difference)";
  list.items.push_back(plain(norm + "."));
  if (std::isfinite(facts.largest_eigenvalue)) {
    const double condition = facts.largest_eigenvalue / facts.least_eigenvalue;
    std::string eigen = "The Hessian's eigenvalues go from " + to_text(facts.least_eigenvalue, 3) + " to " +
                        to_text(facts.largest_eigenvalue, 3);
    if (facts.least_eigenvalue > 0 && condition < 1e12) eigen += ": a condition number of " + to_text(condition, 3);
    list.items.push_back(plain(eigen + ". Gradient descent is stable with steps below 2/L = " +
                               to_text(2 / facts.largest_eigenvalue, 3) + "."));
  }
  if (winner.rises > 0)
    list.items.push_back(plain("J rose in " + std::to_string(winner.rises) + " of " + std::to_string(winner.steps) +
                               " full-batch steps: the learning rate is above 2/L."));
  section.blocks.emplace_back(std::move(list));
  return section;
}

}  // namespace holdout::report
