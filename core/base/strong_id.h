// StrongId: a string that can't be mistaken for another string. `Address` and `ClientId` are both
// text, and the compiler keeps them apart.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace keytide {

template <class Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string text) : text_(std::move(text)) {}

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend auto operator<=>(const StrongId&, const StrongId&) = default;
  friend bool operator==(const StrongId&, const StrongId&) = default;

 private:
  std::string text_;
};

}  // namespace keytide

template <class Tag>
struct std::hash<keytide::StrongId<Tag>> {
  std::size_t operator()(const keytide::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
