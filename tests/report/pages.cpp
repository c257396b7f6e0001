// Markdown and HTML: that hostile text never lives, and that the findings are there.
#include <regex>

#include <doctest/doctest.h>

#include <holdout/base/random.hpp>
#include <nlohmann/json.hpp>

#include "page/assets.hpp"
#include "plots.hpp"
#include "report/fake.hpp"
#include "sha256.hpp"
#include "text.hpp"
#include "trial_data.hpp"
#include "writers.hpp"

using namespace holdout;
using namespace holdout::report;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

std::string md(const FakeStorage& s) { return markdown(find(s), {}); }
std::string page(const FakeStorage& s) { return html(find(s), {}); }

constexpr const char* kPayload = "<script>alert(1)</script>'\"` onload=x | [a](javascript:b) &amp;\n# h";

// The payload wherever a user's words can get into a report.
FakeStorage hostile() {
  FakeStorage s = sample();
  s.record.name = s.record.metric = s.record.text = kPayload;
  std::vector<search::Parameter> parameters = s.record.space.parameters();
  for (auto& parameter : parameters) parameter.path += kPayload;
  parameters[3].values[1] = kPayload;
  s.record.space = search::SearchSpace(parameters);
  for (study::Trial& t : s.all) {
    if (t.configuration.values[4]) t.configuration.values[3] = Value(kPayload);
    t.outcome.end = kPayload;
    if (!t.outcome.reason.empty()) t.outcome.reason = kPayload;
  }
  s.all[2].outcome.metrics = {{kPayload, 0.3}};
  s.won->test = s.won->refit_test = {{kPayload, 0.3}};
  s.run->task = s.run->data_file = s.run->target = s.run->version = s.run->cpu_target = kPayload;
  s.run->classes = s.run->notices = {kPayload, kPayload};
  s.run->started = s.run->finished = kPayload;
  return s;
}

}  // namespace

TEST_CASE("hundreds of parameters: a page of them, and where the others are") {
  FakeStorage s = sample();
  std::vector<search::Parameter> parameters;
  for (int i = 0; i < 300; ++i)
    parameters.push_back({"model.l2.groups.x" + std::to_string(i), {}, search::Interval{.min = 1, .max = 2}, {}});
  s.record.space = search::SearchSpace(parameters);
  for (study::Trial& t : s.all) t.configuration.values.assign(parameters.size(), Value(1.5));
  for (const std::string& text : {md(s), page(s)}) {
    CHECK(has(text, "model.l2.groups.x39"));
    CHECK_FALSE(has(text, ">model.l2.groups.x40<"));
    CHECK_FALSE(has(text, "`model.l2.groups.x40`"));
  }
  CHECK(count(page(s), "<figure class=\"slice\">") == 24);
  CHECK(count(page(s), "Of 300 parameters the first 24:") == 1);
  CHECK(count(md(s), "And 260 more parameters, in `best.yaml`.") == 1);
  CHECK(count(md(s), "And 260 more parameters, in `report.json`.") == 1);
}

TEST_CASE("html: the escape covers what can end text or an attribute") {
  CHECK(html_escaped("a&b<c>d\"e'f`g") == "a&amp;b&lt;c&gt;d&quot;e&#39;f&#96;g");
  CHECK(html_escaped(std::string_view("\0\x1b\n", 3)) == "\uFFFD\uFFFD\n");
  // What XML has no character for, and bytes that are none: an SVG file of a page is read as XML.
  CHECK(html_escaped("\u0085\uFFFE\uFFFF\xFF") == "\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(html_escaped("é😀\u2028") == "é😀\u2028");
}

TEST_CASE("markdown: text has no meaning, in a line and at its beginning") {
  CHECK(markdown_escaped("a|b`c*d_e[f](g)~h$i\\j<k>&") == "a\\|b\\`c\\*d\\_e\\[f\\](g)\\~h\\$i\\\\j&lt;k&gt;&amp;");
  CHECK(markdown_escaped("a\nb\u2028c\u0085d\xFF") == "a b c d\uFFFD");
  CHECK(markdown_escaped("see https://x and www.y.z") == "see https\\://x and www\\.y.z");
  for (const char* begins : {"# h", "- i", "+ i", "= h"}) CHECK(markdown_line(begins) == "\\" + std::string(begins));
  CHECK(markdown_line("12. item") == "12\\. item");
  CHECK(markdown_line("7) item") == "7\\) item");
  CHECK(markdown_line("    code") == "code");
  CHECK(markdown_line("12 rows.") == "12 rows.");
  CHECK(markdown_line("3.5 is a number") == "3\\.5 is a number");
  CHECK(markdown_line("").empty());
}

TEST_CASE("html: a payload is text everywhere, and only known tags and attributes are in the page") {
  std::string out = page(hostile());
  CHECK(count(out, "&lt;script&gt;alert(1)&lt;/script&gt;") > 20);
  CHECK(count(out, "<script") == 2);  // the data and the page's own
  CHECK_FALSE(has(out, "'\"` onload"));
  // The script says nothing of the study; it is looked at below.
  out.erase(out.find("<script>"), out.rfind("</script>") - out.find("<script>"));
  out.erase(out.rfind("</script>"), 9);
  // Every tag, by a pattern that knows nothing of the writer.
  const std::regex tag("<(/?)([a-zA-Z0-9!]+)([^>]*)>"), attribute("([a-zA-Z-]+)=\"[^\"<]*\"");
  const std::string tags =
      " !DOCTYPE html head meta link title style body main h1 h2 p ul li div b span table thead tbody tr th td section "
      "code wbr figure figcaption svg circle rect path polyline line text details summary pre nav a script ";
  const std::string attributes =
      " lang charset http-equiv content name class role viewBox width height x y x1 x2 y1 y2 cx cy r d points "
      "transform "
      "text-anchor tabindex data-t data-tip id href rel aria-label type ";
  std::size_t seen = 0;
  for (std::sregex_iterator it(out.begin(), out.end(), tag), end; it != end; ++it, ++seen) {
    CAPTURE(it->str());
    CHECK(has(tags, " " + (*it)[2].str() + " "));
    const std::string inside = (*it)[3];
    for (std::sregex_iterator a(inside.begin(), inside.end(), attribute); a != end; ++a)
      CHECK(has(attributes, " " + (*a)[1].str() + " "));
  }
  CHECK(seen > 100);
  CHECK(count(out, "<") == seen);  // no other < anywhere
}

TEST_CASE("html: nothing is loaded, and only the page's script runs") {
  const std::string out = page(sample());
  const std::string_view script = kPageScript;
  CHECK(has(out, "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" +
                     sha256_base64(script) + "'; img-src data:\""));
  CHECK(has(out, "<script>" + std::string(script) + "</script>"));
  for (const char* word : {"http://", "https://", "src=", "url(", "@import", "innerHTML", "eval("}) {
    CAPTURE(word);
    CHECK_FALSE(has(out, word));
  }
  CHECK(count(out, "href=") == count(out, "href=\"#s") + count(out, "href=\"data:,\""));
}

TEST_CASE("html: the hash of a script, by the examples of FIPS 180-4") {
  // ba7816bf…15ad, 248d6a61…06c1 and e3b0c442…b855 (the empty text) in base64
  CHECK(sha256_base64("abc") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  CHECK(sha256_base64("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=");
  CHECK(sha256_base64("") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST_CASE("html: the trials as JSON that cannot end its element, in the order of the ranking") {
  FakeStorage s = hostile();
  s.all[2].outcome.end = "</script>\u2028&";
  const std::string data = trial_data(find(s));
  for (const char* bad : {"<", ">", "&", "\u2028"}) CHECK_FALSE(has(data, bad));
  const auto json = nlohmann::json::parse(data);
  REQUIRE(json["rows"].size() == 5);
  CHECK(json["rows"][0][0] == 1);
  CHECK(json["rows"][0][1] == 2);
  CHECK(json["rows"][0].back() == "</script>\u2028&");
  CHECK(json["rows"][4][0].is_null());
  CHECK(json["columns"].size() == json["rows"][0].size());
  CHECK(json["columns"][4]["name"] == "model.l2" + std::string(kPayload));
  CHECK(json["columns"][4]["number"] == true);
  CHECK_FALSE(json["columns"][7].contains("number"));  // the optimizer
}

TEST_CASE("html: a dot for each complete trial, the best marked, a line for the best so far") {
  const std::string out = page(sample());
  const std::string first = out.substr(0, out.find("</svg>"));  // values by trial
  CHECK(count(first, "<circle class=\"dot") == 2);
  CHECK(count(first, "<circle class=\"best\"") == 1);
  CHECK(count(first, "data-t=") == 3);
  CHECK(count(first, "<polyline") == 1);
  CHECK_FALSE(has(out, "nan"));
}

TEST_CASE("html: a few very bad values do not press the others into a line") {
  std::vector<study::Trial> trials;
  for (int i = 0; i < 20; ++i) trials.push_back(trial(i, 0.5 + 0.01 * i));
  CHECK_FALSE(has(page(storage("r2", true, trials)), "outside\""));
  trials.push_back(trial(20, -1e6));
  const std::string out = page(storage("r2", true, trials));
  CHECK(count(out, "class=\"dot outside\"") == 1);
  CHECK(has(out, "Hollow dots lie beyond the axis."));
}

TEST_CASE("html: many trials do not make a page of any size") {
  std::vector<study::Trial> trials;
  std::vector<search::Parameter> parameters;
  for (int p = 0; p < 8; ++p) parameters.push_back({"training.p" + std::to_string(p), {}, search::Interval{0, 1}, {}});
  Stream draw = stream(Seed{1}, "test");
  for (int i = 0; i < 10'000; ++i) {
    search::Configuration c;
    for (int p = 0; p < 8; ++p) c.values.emplace_back(draw.uniform());
    trials.push_back(trial(i, 1 + (i * 7919) % 10'000, c));
  }
  FakeStorage s = storage("mse", false, trials);
  s.record.space = search::SearchSpace(parameters);
  const std::string out = page(s);
  CHECK(out.size() < 5'000'000);
  CHECK(has(out, "1000 of 10000 trials are drawn"));
  while (s.all.size() < 25'000) s.all.push_back(trial(static_cast<int>(s.all.size()), 2e4, s.all[0].configuration));
  CHECK(has(page(s), "\"left_out\":5000"));
}

TEST_CASE("markdown: a payload keeps to its cell and its line") {
  const std::string out = md(hostile());
  CHECK_FALSE(has(out, "<script"));
  CHECK_FALSE(has(out, "\n# h"));
  CHECK_FALSE(std::regex_search(out, std::regex("[^\\\\]\\]\\(javascript")));
  // Rows of one table have as many unescaped bars as its header.
  std::size_t bars = 0, tables = 0;
  std::size_t start = 0;
  for (std::size_t stop = out.find('\n'); stop != std::string::npos; start = stop + 1, stop = out.find('\n', start)) {
    std::size_t n = 0;
    for (std::size_t i = start; i < stop; ++i) n += out[i] == '|' && (i == start || out[i - 1] != '\\');
    if (out[start] != '|')
      bars = 0;
    else if (bars == 0)
      bars = n, ++tables;
    else
      CHECK(n == bars);
    if (out[start] != '|') CHECK(n == 0);
  }
  CHECK(tables >= 6);
}

TEST_CASE("markdown: what the run showed") {
  const std::string out = md(sample());
  CHECK(has(out, "# Report: sample\n"));
  CHECK(has(out, "Trial 2 is the best of 3 complete trials: "));
  CHECK(has(out, "Its hold-out log\\_loss is 0.3 ± 0.03."));
  CHECK(has(out, "| `training.learning_rate` | 0.0999 |"));
  CHECK(has(out, "| log\\_loss | 0.3 ± 0.03 | 0.33 ± 0.02 | 0.31 |"));
  CHECK(has(out, "The best configuration is 0.36 (54.5 %) lower."));  // 0.66 − 0.3; 0.36 / 0.66
  CHECK(has(out, "`training.learning_rate` = 0.0999 is at the upper end of its range (0.1)."));
  CHECK(has(out, "widen the range, for instance to 1."));
  CHECK(has(out, "| `model.l2` | 0, or 1e-06 to 10 | log |"));
  CHECK(has(out, "`training.optimizer` = momentum"));
  CHECK(has(out, "| 1 | failed | diverged at epoch 3 | 0.09 |"));
  CHECK(has(out, "- column 'a' is constant"));
  CHECK_FALSE(has(out, "did not come to its end"));
}

TEST_CASE("both pages: an interruption stands on top") {
  FakeStorage s = sample();
  s.all[4].outcome.state = study::TrialState::running;
  const std::string sentence = "The results cover 4 of 5 trials that had begun";
  const std::string m = md(s), h = page(s);
  CHECK(m.find(sentence) < m.find("## "));
  CHECK(h.find(sentence) < h.find("<h2>"));
}

TEST_CASE("both pages: no complete trial") {
  FakeStorage s = storage("mse", false, {failure(0, "diverged at epoch 1"), failure(1, "diverged at epoch 4")});
  for (const std::string& out : {md(s), page(s)}) {
    CHECK(has(out, "None of 2 trials gave a value"));
    CHECK(has(out, "diverged at epoch 1–4"));
  }
}

TEST_CASE("both pages: not better than the constant model") {
  FakeStorage s = sample();
  s.run->baseline = 0.25;
  CHECK(has(md(s), "No configuration is better than that."));
  CHECK(has(md(s), "does not beat the constant model"));
}
