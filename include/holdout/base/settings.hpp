// Settings declared once. A struct of settings says in `fields` which keys it has, their ranges and their help; the
// study reader fills them, configurations set them, the reference prints them, --set resolves paths: all by one walk.
//
//   struct RandomOptions {
//     std::int64_t trials = 64;
//     void fields(FieldVisitor& f) { f({"trials", "configurations to draw"}, trials, at_least<std::int64_t>(1)); }
//   };
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace holdout {

/// A value that a setting can take, as a study and a report spell it.
using Value = std::variant<bool, std::int64_t, double, std::string>;

/// The value as text that reads back to it.
std::string to_text(const Value& value);

/// What may differ between the configurations of a study.
enum class Scope {
  fixed,   // one value for the whole study; cannot be searched
  cohort,  // can be searched; configurations are grouped by it, because it shapes the pass (batch size, epochs …)
  lane,    // can be searched; every lane has its own (learning rate, λ …)
};

/// A key of a section.
struct Field {
  std::string_view name;
  std::string_view help;  // one line, lower case, without a full stop
  Scope scope = Scope::fixed;
  bool required = false;
};

/// A word that stands for a number: `batch_size: batch`.
template <class T>
struct NamedNumber {
  std::string_view name;
  T value;
};

/// The numbers a setting accepts, and the words that stand for some.
template <class T>
struct Range {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
  bool open_min = false, open_max = false;  // whether the end itself is refused
  std::span<const NamedNumber<T>> words = {};

  bool contains(T x) const { return (open_min ? x > min : x >= min) && (open_max ? x < max : x <= max); }
  Range or_word(std::span<const NamedNumber<T>> w) const {
    Range range = *this;
    range.words = w;
    return range;
  }
};

template <class T>
Range<T> any_number() {
  return {};
}
template <class T>
Range<T> at_least(T min) {
  return {min};
}
template <class T>
Range<T> above(T min) {
  return {min, std::numeric_limits<T>::max(), true};
}
template <class T>
Range<T> between(T min, T max) {
  return {min, max};
}  // both ends allowed
template <class T>
Range<T> half_open(T min, T max) {
  return {min, max, false, true};
}  // min allowed, max not
template <class T>
Range<T> open(T min, T max) {
  return {min, max, true, true};
}

/// "a number > 0", "an integer from 1 to 10", "an integer >= 1 or batch, stochastic": for error messages and help.
std::string describe(const Range<double>& range);
std::string describe(const Range<std::int64_t>& range);

class FieldVisitor;

/// What a family member says about itself.
struct Info {
  std::string_view name;         // as studies spell it
  std::string_view help;         // one line
  std::string_view source = {};  // paper, or empty
};

/// One of several named alternatives, each with settings of its own: an optimizer, a searcher, a kind of split.
class Choice {
 public:
  virtual ~Choice() = default;
  virtual std::span<const Info> alternatives() const = 0;
  virtual std::size_t selected() const = 0;
  /// Chooses, and puts the settings of the alternative at their defaults.
  virtual void select(std::size_t alternative) = 0;
  /// The settings of the selected alternative.
  virtual void fields(FieldVisitor& f) = 0;
};

/// How a choice is spelled in a study.
struct ChoiceStyle {
  std::string_view
      key;  // names the alternative in a mapping: `optimizer: {name: adam, …}`, `search: {method: grid, …}`
  /// true: the settings' paths carry the alternative's name (training.optimizer.adam.beta1) and the path of the choice
  /// itself is the name (training.optimizer). false: the settings stand beside the key (search.method, search.trials).
  bool nested = false;
};

/// Walks settings. One overload for each kind of setting; `fields` functions call nothing else.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void operator()(const Field& field, bool& value) = 0;
  virtual void operator()(const Field& field, std::int64_t& value, const Range<std::int64_t>& range) = 0;
  virtual void operator()(const Field& field, double& value, const Range<double>& range) = 0;
  /// One of the given words; any text where `words` is empty.
  virtual void operator()(const Field& field, std::string& value, std::span<const std::string_view> words) = 0;
  /// A list of such words.
  virtual void operator()(const Field& field, std::vector<std::string>& values,
                          std::span<const std::string_view> words) = 0;
  /// A list of at least one integer, each in the range. Its items may be searched one by one: hidden.0, hidden.1.
  virtual void operator()(const Field& field, std::vector<std::int64_t>& values, const Range<std::int64_t>& range) = 0;
  virtual void operator()(const Field& field, Choice& choice, const ChoiceStyle& style) = 0;
  /// A section of its own. `shorthand` names the member that a plain value means: `learning_rate: 0.1` is
  /// `learning_rate: {start: 0.1}`; its path is then the section's.
  virtual void section(const Field& field, const std::function<void(FieldVisitor&)>& fields,
                       std::string_view shorthand) = 0;
  /// A section whose keys the study makes up: `groups: {NAME: …}`. `fields` walks those that there are; a reader first
  /// adds the keys that it finds.
  virtual void keyed(const Field& field, const std::function<void(std::string_view key)>& add,
                     const std::function<void(FieldVisitor&)>& fields) {
    static_cast<void>(add);
    section(field, fields, {});
  }

  template <class Settings>
  requires requires(Settings& s, FieldVisitor& f) {
    s.fields(f);
  } &&(!std::derived_from<Settings, Choice>)void operator()(const Field& field, Settings& settings,
                                                            std::string_view shorthand = {}) {
    section(
        field, [&settings](FieldVisitor& f) { settings.fields(f); }, shorthand);
  }
};

/// Settings of a family member at work: they can be walked, copied, and make the member.
template <class Base, class... Args>
class Draft {
 public:
  virtual ~Draft() = default;
  virtual void fields(FieldVisitor& f) = 0;
  virtual std::unique_ptr<Draft> clone() const = 0;
  virtual std::unique_ptr<Base> make(Args... args) const = 0;
};

/// A family's member: who it is, and its settings at their defaults.
template <class Base, class... Args>
struct Entry {
  Info info;
  std::unique_ptr<Draft<Base, Args...>> (*draft)();
};

/// Thing: a class derived from Base with `static constexpr Info info`, a type `Options` with `fields`, and a
/// constructor Thing(args…, options).
template <class Base, class Thing, class... Args>
constexpr Entry<Base, Args...> entry() {
  struct ThingDraft final : Draft<Base, Args...> {
    typename Thing::Options options;
    void fields(FieldVisitor& f) override { options.fields(f); }
    std::unique_ptr<Draft<Base, Args...>> clone() const override { return std::make_unique<ThingDraft>(*this); }
    std::unique_ptr<Base> make(Args... args) const override { return std::make_unique<Thing>(args..., options); }
  };
  return {Thing::info, []() -> std::unique_ptr<Draft<Base, Args...>> { return std::make_unique<ThingDraft>(); }};
}

/// One member of a family, chosen by name, with its settings. A value: copies are independent.
template <class Base, class... Args>
class Selection final : public Choice {
 public:
  /// @param entries  the family's list; must outlive the selection. The first is selected.
  explicit Selection(std::span<const Entry<Base, Args...>> entries) : entries_(entries) {
    for (const auto& e : entries) infos_.push_back(e.info);
    select(0);
  }
  Selection(const Selection& other)
      : entries_(other.entries_), infos_(other.infos_), selected_(other.selected_), draft_(other.draft_->clone()) {}
  Selection& operator=(Selection other) {
    std::swap(entries_, other.entries_), std::swap(infos_, other.infos_);
    std::swap(selected_, other.selected_), std::swap(draft_, other.draft_);
    return *this;
  }
  Selection(Selection&&) noexcept = default;
  ~Selection() override = default;

  std::span<const Info> alternatives() const override { return infos_; }
  std::size_t selected() const override { return selected_; }
  void select(std::size_t alternative) override {
    assert(alternative < entries_.size());
    selected_ = alternative;
    draft_ = entries_[alternative].draft();
  }
  void fields(FieldVisitor& f) override { draft_->fields(f); }
  const Info& info() const { return infos_[selected_]; }
  std::unique_ptr<Base> make(Args... args) const { return draft_->make(args...); }

 private:
  std::span<const Entry<Base, Args...>> entries_;
  std::vector<Info> infos_;
  std::size_t selected_ = 0;
  std::unique_ptr<Draft<Base, Args...>> draft_;
};

}  // namespace holdout
