#include "cmd/keytide/views/json_object.h"

#include <nlohmann/json.hpp>

namespace keytide {
namespace {

std::string escaped(std::string_view text) {
  using nlohmann::json;
  return json(std::string(text)).dump(-1, ' ', false, json::error_handler_t::replace);
}

template <class List, class ToText>
std::string joined(const List& list, std::string_view between, ToText to_text) {
  std::string out;
  for (const auto& one : list) {
    if (!out.empty()) out += between;
    out += to_text(one);
  }
  return out;
}

}  // namespace

JsonObject& JsonObject::add(std::string_view name, std::string_view raw) {
  if (!members_.empty()) members_ += ',';
  members_ += escaped(name);
  members_ += ':';
  members_ += raw;
  return *this;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  return add(name, escaped(value));
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
  return add(name, std::to_string(value));
}

JsonObject& JsonObject::flag(std::string_view name, bool value) {
  return add(name, value ? "true" : "false");
}

JsonObject& JsonObject::null(std::string_view name) { return add(name, "null"); }

JsonObject& JsonObject::moment(std::string_view name, const std::optional<Instant>& value) {
  return value ? text(name, format_instant(*value)) : null(name);
}

JsonObject& JsonObject::object(std::string_view name, const JsonObject& value) {
  return add(name, value.str());
}

JsonObject& JsonObject::objects(std::string_view name, const std::vector<JsonObject>& values) {
  const auto str = [](const JsonObject& one) { return one.str(); };
  return add(name, "[" + joined(values, ",", str) + "]");
}

JsonObject& JsonObject::texts(std::string_view name, const std::vector<std::string>& values) {
  return add(name, "[" + joined(values, ",", escaped) + "]");
}

std::string json_array(const std::vector<JsonObject>& values) {
  if (values.empty()) return "[]\n";
  const auto str = [](const JsonObject& one) { return "  " + one.str(); };
  return "[\n" + joined(values, ",\n", str) + "\n]\n";
}

}  // namespace keytide
