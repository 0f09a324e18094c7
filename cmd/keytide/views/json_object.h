// JsonObject: writes one JSON object, its members in the order in which they were added, on one
// line. Views only write JSON, so this is all that they need. Text that is not UTF-8 is made so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"

namespace keytide {

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& flag(std::string_view name, bool value);
  JsonObject& null(std::string_view name);
  // RFC 3339, or null.
  JsonObject& moment(std::string_view name, const std::optional<Instant>& value);
  JsonObject& object(std::string_view name, const JsonObject& value);
  JsonObject& objects(std::string_view name, const std::vector<JsonObject>& values);
  JsonObject& texts(std::string_view name, const std::vector<std::string>& values);

  // "{…}", no newline.
  std::string str() const { return "{" + members_ + "}"; }

 private:
  JsonObject& add(std::string_view name, std::string_view raw);

  std::string members_;
};

// "[\n  {…},\n  {…}\n]\n": an array that a person can read, too; "[]\n" where it is empty.
std::string json_array(const std::vector<JsonObject>& values);

}  // namespace keytide
