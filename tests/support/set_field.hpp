// Gives one field of some settings a value by name, as the study reader would, for tests of single layers.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <holdout/base/settings.hpp>

namespace holdout::testing {

class FieldSetter final : public FieldVisitor {
 public:
  FieldSetter(std::string_view name, double value) : name_(name), value_(value) {}
  bool found = false;

  void operator()(const Field& f, bool& v) override {
    if (match(f)) v = value_ != 0;
  }
  void operator()(const Field& f, std::int64_t& v, const Range<std::int64_t>& range) override {
    const std::int64_t given = static_cast<std::int64_t>(value_);
    if (match(f)) v = range.contains(given) ? given : throw std::out_of_range(std::string(name_));
  }
  void operator()(const Field& f, double& v, const Range<double>& range) override {
    if (match(f)) v = range.contains(value_) ? value_ : throw std::out_of_range(std::string(name_));
  }
  void operator()(const Field&, std::string&, std::span<const std::string_view>) override {}
  void operator()(const Field&, std::vector<std::string>&, std::span<const std::string_view>) override {}
  void operator()(const Field&, std::vector<std::int64_t>&, const Range<std::int64_t>&) override {}
  void operator()(const Field&, Choice&, const ChoiceStyle&) override {}
  void section(const Field&, const std::function<void(FieldVisitor&)>& fields, std::string_view) override {
    fields(*this);
  }

 private:
  bool match(const Field& f) {
    const bool same = f.name == name_;
    found = found || same;
    return same;
  }
  std::string_view name_;
  double value_;
};

/// @throws std::invalid_argument for a name that is no field, std::out_of_range for a value out of the field's range
template <class Settings>
void set_field(Settings& settings, std::string_view name, double value) {
  FieldSetter setter(name, value);
  settings.fields(setter);
  if (!setter.found) throw std::invalid_argument(std::string(name));
}

}  // namespace holdout::testing
