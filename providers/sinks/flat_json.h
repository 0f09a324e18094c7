// JSON of one flat object, without copies: nlohmann/json would leave the secret in several heap
// blocks that nobody wipes, and costs ten times as much on the path of `plan`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace keytide {

struct JsonMember {
  std::string_view key;
  std::string_view value;  // of a text: its characters; else the literal: 3, true, null
  bool is_text = false;
};

// Adds the text with quotes and escapes.
void append_json_string(std::string& out, std::string_view text);

// The members of one object whose values are texts, numbers, true, false or null. Escapes are
// resolved in the content itself. Absent for anything else: nested values, a key that comes twice,
// text after the object.
std::optional<std::vector<JsonMember>> parse_flat_json(std::span<char> content);

}  // namespace keytide
