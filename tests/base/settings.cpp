#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <holdout/base/settings.hpp>

namespace holdout {
namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual double area(double scale) const = 0;
};

struct Square final : Shape {
  static constexpr Info info{"square", "four equal sides"};
  struct Options {
    double side = 2;
    void fields(FieldVisitor& f) { f({"side", "length of a side", Scope::lane}, side, above(0.0)); }
  };
  Square(double unit, const Options& o) : side(unit * o.side) {}
  double area(double scale) const override { return scale * side * side; }
  double side;
};

struct Cross final : Shape {
  static constexpr Info info{"cross", "equal squares in a cross"};
  struct Options {
    std::int64_t squares = 5;
    bool hollow = false;
    void fields(FieldVisitor& f) {
      f({"squares", "how many squares"}, squares, at_least<std::int64_t>(1));
      f({"hollow", "without the middle"}, hollow);
    }
  };
  Cross(double unit, const Options& o) : area_(unit * unit * static_cast<double>(o.squares - (o.hollow ? 1 : 0))) {}
  double area(double scale) const override { return scale * area_; }
  double area_;
};

const std::vector<Entry<Shape, double>> kShapes{entry<Shape, Square, double>(), entry<Shape, Cross, double>()};
constexpr std::string_view kColours[] = {"red", "green"};

struct Rate {
  double start = 0.1;
  void fields(FieldVisitor& f) { f({"start", "first value"}, start, above(0.0)); }
};

struct Drawing {
  Rate rate;
  std::string colour = "red";
  std::vector<std::string> layers{"red"};
  std::vector<std::int64_t> dashes{3};
  Selection<Shape, double> shape{kShapes};
  void fields(FieldVisitor& f) {
    f({"rate", "speed", Scope::lane}, rate, "start");
    f({"colour", "of the line"}, colour, kColours);
    f({"layers", "from below"}, layers, kColours);
    f({"dashes", "and gaps"}, dashes, at_least<std::int64_t>(1));
    f({"shape", "what is drawn", Scope::cohort, true}, shape, {"kind", true});
  }
};

// Writes each field as a line, and doubles the numbers on its way.
struct Walker final : FieldVisitor {
  std::string seen, path;
  void line(const Field& f, const std::string& what) {
    seen += path + std::string(f.name) + " " + what + (f.required ? " required\n" : "\n");
  }
  void operator()(const Field& f, bool& v) override { line(f, "bool " + to_text(Value(v))), v = !v; }
  void operator()(const Field& f, std::int64_t& v, const Range<std::int64_t>& r) override {
    line(f, describe(r) + " " + to_text(Value(v))), v *= 2;
  }
  void operator()(const Field& f, double& v, const Range<double>& r) override {
    line(f, describe(r) + " " + to_text(Value(v))), v *= 2;
  }
  void operator()(const Field& f, std::string& v, std::span<const std::string_view> words) override {
    line(f, "word of " + std::to_string(words.size()) + " " + v);
  }
  void operator()(const Field& f, std::vector<std::string>& v, std::span<const std::string_view>) override {
    line(f, "list of " + std::to_string(v.size()));
  }
  void operator()(const Field& f, std::vector<std::int64_t>& v, const Range<std::int64_t>& r) override {
    line(f, "list, each " + describe(r) + ", of " + std::to_string(v.size())), v.push_back(2);
  }
  void operator()(const Field& f, Choice& choice, const ChoiceStyle& style) override {
    line(f, std::string(style.key) + " " + std::string(choice.alternatives()[choice.selected()].name));
    path += std::string(f.name) + ".";
    choice.fields(*this);
    path.clear();
  }
  void section(const Field& f, const std::function<void(FieldVisitor&)>& fields, std::string_view shorthand) override {
    line(f, "section, short for " + std::string(shorthand));
    path += std::string(f.name) + ".";
    fields(*this);
    path.clear();
  }
};

}  // namespace

TEST_CASE("property: one walk sees every field, in order, and can change it") {
  Drawing drawing;
  Walker walker;
  drawing.fields(walker);
  CHECK(walker.seen ==
        "rate section, short for start\n"
        "rate.start a number > 0 0.1\n"
        "colour word of 2 red\n"
        "layers list of 1\n"
        "dashes list, each an integer >= 1, of 1\n"
        "shape kind square required\n"
        "shape.side a number > 0 2\n");
  CHECK(drawing.rate.start == 0.2);
  CHECK(drawing.dashes == std::vector<std::int64_t>{3, 2});
  CHECK(drawing.shape.make(1.0)->area(1) == 16);

  drawing.shape.select(1);
  Walker cross;
  drawing.shape.fields(cross);
  CHECK(cross.seen == "squares an integer >= 1 5\nhollow bool false\n");
  CHECK(drawing.shape.make(2.0)->area(10) == 10 * 4 * 9);
}

TEST_CASE("property: a selection is a value") {
  Selection<Shape, double> a(kShapes);
  CHECK(a.info().name == "square");
  CHECK(a.alternatives().size() == 2);
  Walker doubling;
  a.fields(doubling);
  Selection<Shape, double> b(a);
  b.fields(doubling);
  CHECK(a.make(1.0)->area(1) == 16);
  CHECK(b.make(1.0)->area(1) == 64);
  b.select(0);
  CHECK(b.make(1.0)->area(1) == 4);  // back at its defaults
  b.select(1);
  a = b;
  b.select(0);
  CHECK(a.selected() == 1);
  CHECK(a.info().name == "cross");
}

TEST_CASE("property: ranges contain their ends as they say") {
  CHECK((at_least(1.0).contains(1) && !at_least(1.0).contains(0.999)));
  CHECK((above(0.0).contains(5e-324) && !above(0.0).contains(0)));
  CHECK((between(0.0, 1.0).contains(0) && between(0.0, 1.0).contains(1) && !between(0.0, 1.0).contains(1.5)));
  CHECK((half_open(0.0, 1.0).contains(0) && !half_open(0.0, 1.0).contains(1)));
  CHECK((!open(0.0, 1.0).contains(0) && !open(0.0, 1.0).contains(1) && open(0.0, 1.0).contains(0.5)));
  CHECK(any_number<double>().contains(-1e308));
  CHECK_FALSE(at_least(0.0).contains(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("reference: ranges say what they accept") {
  constexpr NamedNumber<std::int64_t> words[] = {{"batch", 0}, {"stochastic", 1}};
  CHECK(describe(above(0.0)) == "a number > 0");
  CHECK(describe(between<std::int64_t>(1, 10)) == "an integer from 1 to 10");
  CHECK(describe(half_open(0.0, 1.0)) == "a number >= 0 and < 1");
  CHECK(describe(open(0.0, 0.5)) == "a number > 0 and < 0.5");
  CHECK(describe(any_number<double>()) == "a number");
  CHECK(describe(at_least<std::int64_t>(1).or_word(words)) == "an integer >= 1 or 'batch' or 'stochastic'");
  CHECK(to_text(Value(true)) == "true");
  CHECK(to_text(Value(std::int64_t{-3})) == "-3");
  CHECK(to_text(Value(0.1)) == "0.1");
  CHECK(to_text(Value(std::string("a b"))) == "a b");
}

}  // namespace holdout
