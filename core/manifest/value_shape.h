// ValueShape: what may stand where in a file that people write. The tables in manifest_fields.cc
// and config_fields.cc are the one place that says so: the checker, its messages and the JSON
// Schema are all read off them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace keytide {

struct ValueShape;

// A key of an object.
struct FieldSpec {
  std::string_view key;
  const ValueShape* shape = nullptr;
  std::string_view doc;  // one sentence, for the JSON Schema
  bool required = false;
  std::string_view not_yet{};  // why it is refused in this version; such a field has no shape
};

struct ValueShape {
  enum class Kind {
    text,      // with a pattern or choices, or any
    flag,      // true or false
    integer,   // low … high
    duration,  // "90d"; low … high in seconds
    object,    // known keys
    map,       // names of the user's own, all of one shape
    list
  };
  Kind kind = Kind::text;
  std::string_view what;     // in a message: "an organization id"
  std::string_view way_out;  // what to write instead

  // text
  std::string_view pattern{};                // of the JSON Schema; empty: anything but ""
  bool (*fits)(std::string_view) = nullptr;  // says the same as `pattern`
  // The only values; a duration and an object take them as well.
  std::span<const std::string_view> choices{};
  bool is_id = false;        // may be plain even where YAML sees a number: its text is exact
  bool is_template = false;  // may hold {{name}}: `fits` is asked after that was put in

  // integer, duration; map and list: how many
  std::int64_t low = 0;
  std::int64_t high = INT64_MAX;
  bool whole_hours = false;

  // object
  std::span<const FieldSpec> fields{};
  std::span<const std::string_view> one_of{};    // exactly one of these keys
  std::span<const std::string_view> not_both{};  // at most one of these keys
  // Either key asks for the other: "client_id", "client_secret", "public_key", "private_key" …
  std::span<const std::string_view> together{};

  // map, list
  const ValueShape* item = nullptr;
  const ValueShape* names = nullptr;  // map: the text that a name has to be
  bool may_be_null = false;           // object, map: a key with nothing behind it is an empty one
};

// The field of that key, or nullptr.
const FieldSpec* find_field(const ValueShape& object, std::string_view key);

}  // namespace keytide
