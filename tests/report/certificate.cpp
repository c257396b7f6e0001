// A certificate in words, in report.json and on the page.
#include "certificate.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <holdout/report/report.hpp>

#include "report/fake.hpp"

using namespace holdout;
using namespace holdout::report;

namespace {

FakeStorage certified() {
  const search::SearchSpace space({{"model.l2", {}, search::Interval{1e-6, 10, true}, {}}});
  std::vector<study::Trial> trials;
  const double places[] = {1e-6, 1e-3, 0.01, 10}, values[] = {0.3, 0.0982, 0.11, 0.5};
  for (int i = 0; i < 4; ++i) trials.push_back(trial(i, values[i], {{Value(places[i])}}));
  FakeStorage s = storage("log_loss", false, std::move(trials));
  s.record.space = space;
  s.run->search = "gradient";
  study::Certificate c;
  c.metric = "log_loss", c.min = 1e-6, c.max = 10, c.tolerance = 0.001;
  c.best = 0.0982, c.lower_bound = 0.09810199, c.share = 1;
  c.anchors = {1e-6, 1e-3, 10}, c.added = 1, c.intervals = 9;
  c.at = {1e-6, 1e-4, 0.1, 10}, c.bound = {0.2, 0.09810199, 0.15};
  s.run->certificate = c;
  return s;
}

}  // namespace

TEST_CASE("certificate: what is proved, rounded to the safe side, and how") {
  FakeStorage s = certified();
  CHECK(certificate_text(find(s)) == "no λ in [1e-6, 10] has a hold-out log loss below 0.0981; found 0.0982");
  CHECK(certificate_method(find(s)) ==
        "From the minima of J at 3 λ, 1 added after the search, with 9 factorizations. Rounding is covered by an "
        "inflation, "
        "of radii by 1e-06 and of values by 1e-10, not by interval arithmetic.");
  CHECK(summary(find(s), "out")
            .find("certified: no λ in [1e-6, 10] has a hold-out log loss below 0.0981; found 0.0982\n") !=
        std::string::npos);
  s.run->certificate->lower_bound = 0.098199999, s.run->certificate->tolerance = 1e-5;
  CHECK(certificate_text(find(s)).ends_with("below 0.0981999; found 0.0982"));
  s.run->certificate->anchors.clear(), s.run->certificate->added = 0;
  CHECK(certificate_method(find(s)).starts_with("One eigendecomposition of the covariance"));
}

TEST_CASE("certificate: where it is not proved it says where and why, and the result stands") {
  FakeStorage s = certified();
  study::Certificate& c = *s.run->certificate;
  c.share = 0.9, c.reason = "the bounds do not reach it",
  c.open = {{0, 1e-6, 1e-5, 0.05, false}, {0, 1, 2, 0.09, false}};
  CHECK(
      certificate_text(find(s)) ==
      "not certified: on 10 % of ln λ in [1e-6, 10] a hold-out log loss below 0.0981 is not ruled out (λ from 1e-6 to "
      "1e-5, and 1 more interval): the bounds do not reach it; the search's result stands, 0.0982");
  c.open.resize(1), c.open[0].min = 0.5, c.open[0].max = 0.5 + 1e-9;
  CHECK(certificate_text(find(s)).find("is not ruled out (about λ = 0.5): the bounds") != std::string::npos);
  const std::string page = render(find(s), "markdown");
  CHECK(page.find("Not certified: on 10") != std::string::npos);
  CHECK(page.find("not the error on new data") != std::string::npos);
  c.parameter = 3;  // a file may name any parameter
  CHECK_FALSE(find(s).facts->certificate);
}

TEST_CASE("certificate: report.json has it, the page draws it") {
  const FakeStorage s = certified();
  const auto json = nlohmann::json::parse(render(find(s), "json"));
  const auto& c = json.at("certificate");
  CHECK(c.at("metric") == "log_loss");
  CHECK(c.at("parameter") == "model.l2");
  CHECK(c.at("min") == 1e-6);
  CHECK(c.at("max") == 10);
  CHECK(c.at("tolerance") == 0.001);
  CHECK(c.at("lower_bound") == 0.09810199);
  CHECK(c.at("best") == 0.0982);
  CHECK(c.at("share") == 1);
  CHECK(c.at("anchors") == 3);
  CHECK(c.at("proved") == true);
  CHECK(c.at("band").at("at").size() == 4);
  CHECK(render(find(s), "html").find("<figure class=\"certificate\">") != std::string::npos);
  FakeStorage without = certified();
  without.run->certificate.reset();
  CHECK_FALSE(nlohmann::json::parse(render(find(without), "json")).contains("certificate"));
}
