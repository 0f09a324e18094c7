// JSON by appending: the listings of the simulator are on the hot path of every benchmark.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keytide::simulator {

void append_json_string(std::string& out, std::string_view text);

// Writes one object into `out`: `JsonObject o(out); o.text("a", "b"); o.end();`
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& boolean(std::string_view name, bool value);
  JsonObject& null(std::string_view name);
  JsonObject& raw(std::string_view name, std::string_view json);
  // Writes the name; the caller appends the value.
  std::string& begin(std::string_view name);
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

// The same document with line breaks and two blanks a level. `json` must be well-formed.
std::string pretty_json(std::string_view json);

}  // namespace keytide::simulator
