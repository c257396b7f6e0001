// A walk over settings that knows the path of each.
#pragma once

#include <string>
#include <string_view>

#include <holdout/base/settings.hpp>

namespace holdout::study {

class PathVisitor : public FieldVisitor {
 public:
  void operator()(const Field& field, Choice& choice, const ChoiceStyle& style) final {
    const std::string path = path_of(field);
    chosen(field, style.nested ? path : path + "." + std::string(style.key), choice);
    inside(style.nested ? path + "." + std::string(choice.alternatives()[choice.selected()].name) : path, {},
           [&](FieldVisitor& f) { choice.fields(f); });
  }
  void section(const Field& field, const std::function<void(FieldVisitor&)>& fields, std::string_view shorthand) final {
    inside(path_of(field), shorthand, fields);
  }

 protected:
  std::string path_of(const Field& field) const {
    if (prefix_.empty()) return std::string(field.name);
    return field.name == shorthand_ ? prefix_ : prefix_ + "." + std::string(field.name);
  }

 private:
  /// Called before the settings of a choice are visited. May choose another alternative.
  /// @param path  of the name: training.optimizer, model.type
  virtual void chosen(const Field& field, const std::string& path, Choice& choice) = 0;

  void inside(std::string prefix, std::string_view shorthand, const std::function<void(FieldVisitor&)>& fields) {
    std::swap(prefix_, prefix);
    std::swap(shorthand_, shorthand);
    fields(*this);
    prefix_ = std::move(prefix), shorthand_ = shorthand;
  }

  std::string prefix_;
  std::string_view shorthand_;
};

}  // namespace holdout::study
