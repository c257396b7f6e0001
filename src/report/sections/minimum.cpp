#include "../sections.hpp"

#include <cmath>

#include <holdout/base/number.hpp>

namespace holdout::report {
namespace {

// A distance without a gap is one of an earlier version, which took the intercept for the best one.
bool shown(const train::MinimumFacts& facts) { return std::isfinite(facts.distance) && std::isfinite(facts.gap); }

}  // namespace

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
  text += facts.no_minimum ? "It has no minimum: the classes of the training rows can be separated, and without a "
                             "penalty J falls for ever as the weights grow. The result depends on where the training "
                             "ended; a small l2 gives J a minimum."
          : strongly       ? "It has exactly one minimum, so the result does not depend on the initialization."
          : convex         ? "Where it has a minimum, that is a global one; there may be several."
                           : "A training ends in one of several minima; another start may end in another.";
  section.blocks.emplace_back(Paragraph{plain(text)});
  List list;
  std::string norm = "‖∇J‖ at the end is " + to_text(facts.gradient_norm, 3);
  if (shown(facts))
    norm += ". The minimum is at most " + to_text(facts.distance, 3) +
            " away (norm of the weights' difference), and J at most " + to_text(facts.gap, 3) +
            " above it: shown with the intercept at its best and rounding counted";
  list.items.push_back(plain(norm + "."));
  if (std::isfinite(facts.largest_eigenvalue)) {
    const double condition = facts.largest_eigenvalue / facts.least_eigenvalue;
    std::string eigen = "The Hessian's eigenvalues go from " + to_text(facts.least_eigenvalue, 3) + " to " +
                        to_text(facts.largest_eigenvalue, 3);
    if (facts.least_eigenvalue > 0 && condition < 1e12) eigen += ": a condition number of " + to_text(condition, 3);
    eigen += ". Near this point gradient descent is stable with steps below 2/L";
    if (facts.largest_eigenvalue > 0) eigen += " = " + to_text(2 / facts.largest_eigenvalue, 3);
    list.items.push_back(plain(eigen + "."));
  }
  if (winner.rises > 0)
    list.items.push_back(plain("J rose in " + std::to_string(winner.rises) + " of " + std::to_string(winner.steps) +
                               " full-batch steps: the learning rate is too large."));
  section.blocks.emplace_back(std::move(list));
  return section;
}

}  // namespace holdout::report
