#include "core/manifest/json_schema.h"

#include <fmt/format.h>

#include <vector>

#include "core/manifest/config.h"
#include "core/manifest/manifest_fields.h"

namespace keytide {
namespace {

using Kind = ValueShape::Kind;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

std::string list_of(std::span<const std::string_view> words) {
  std::vector<std::string> parts;
  for (const std::string_view word : words) parts.push_back(quoted(word));
  return fmt::format("[{}]", joined(parts, ", "));
}

class Renderer {
 public:
  // The members of the schema of a shape, without the braces around them.
  std::string members(const ValueShape& shape, int depth) {
    switch (shape.kind) {
      case Kind::text:
        return text(shape);
      case Kind::flag:
        return "\"type\": \"boolean\"";
      case Kind::integer:
        return fmt::format("\"type\": \"integer\", \"minimum\": {}, \"maximum\": {}", shape.low,
                           shape.high);
      case Kind::duration:
        return duration(shape);
      case Kind::object:
        return shape.choices.empty() ? object(shape, depth) : word_or_object(shape, depth);
      case Kind::map:
        return map(shape, depth);
      case Kind::list:
        return list(shape, depth);
    }
    return "";
  }

 private:
  static std::string pad(int depth) {
    return std::string(static_cast<std::size_t>(depth) * 2, ' ');
  }

  std::string braced(const ValueShape& shape, int depth) {
    return fmt::format("{{{}}}", members(shape, depth));
  }

  static std::string text(const ValueShape& shape) {
    if (!shape.choices.empty()) {
      return fmt::format("\"type\": \"string\", \"enum\": {}", list_of(shape.choices));
    }
    if (shape.pattern.empty()) return "\"type\": \"string\", \"minLength\": 1";
    // Before {{name}} is put in, such a text can't be judged.
    if (shape.is_template) {
      return fmt::format(
          "\"type\": \"string\", \"anyOf\": [{{\"pattern\": {}}}, "
          "{{\"pattern\": \"[{{][{{]\"}}]",
          quoted(shape.pattern));
    }
    return fmt::format("\"type\": \"string\", \"pattern\": {}", quoted(shape.pattern));
  }

  static std::string duration(const ValueShape& shape) {
    std::string pattern = "^[0-9]+[smhdw]$";
    for (const std::string_view choice : shape.choices) pattern += fmt::format("|^{}$", choice);
    return fmt::format("\"type\": \"string\", \"pattern\": {}", quoted(pattern));
  }

  static std::string type(std::string_view name, const ValueShape& shape) {
    if (shape.may_be_null) return fmt::format("\"type\": [\"{}\", \"null\"]", name);
    return fmt::format("\"type\": \"{}\"", name);
  }

  std::string word_or_object(const ValueShape& shape, int depth) {
    return fmt::format("\"anyOf\": [{{{}}}, {{{}}}]", text(shape), object(shape, depth));
  }

  std::string object(const ValueShape& shape, int depth) {
    std::vector<std::string> properties;
    std::vector<std::string_view> required;
    for (const FieldSpec& field : shape.fields) {
      if (!field.not_yet.empty()) continue;  // refused by additionalProperties
      if (field.required) required.push_back(field.key);
      properties.push_back(fmt::format("{}{}: {{\"description\": {}, {}}}", pad(depth + 1),
                                       quoted(field.key), quoted(field.doc),
                                       members(*field.shape, depth + 1)));
    }
    std::string out = type("object", shape) + ", \"additionalProperties\": false";
    if (!required.empty()) out += fmt::format(", \"required\": {}", list_of(required));
    out += alternatives(shape);
    out += pairs(shape);
    return out +
           fmt::format(", \"properties\": {{\n{}\n{}}}", joined(properties, ",\n"), pad(depth));
  }

  static std::string alternatives(const ValueShape& shape) {
    std::string out;
    if (!shape.one_of.empty()) {
      std::vector<std::string> parts;
      for (const std::string_view key : shape.one_of) {
        parts.push_back(fmt::format("{{\"required\": [{}]}}", quoted(key)));
      }
      out += fmt::format(", \"oneOf\": [{}]", joined(parts, ", "));
    }
    if (!shape.not_both.empty()) {
      // With a type: `required` alone says yes to whatever is no object, such as null.
      out += fmt::format(", \"not\": {{\"type\": \"object\", \"required\": {}}}",
                         list_of(shape.not_both));
    }
    return out;
  }

  static std::string pairs(const ValueShape& shape) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i + 1 < shape.together.size(); i += 2) {
      const std::string one = quoted(shape.together[i]);
      const std::string other = quoted(shape.together[i + 1]);
      parts.push_back(fmt::format("{}: [{}], {}: [{}]", one, other, other, one));
    }
    if (parts.empty()) return "";
    return fmt::format(", \"dependentRequired\": {{{}}}", joined(parts, ", "));
  }

  static std::string counts(std::string_view what, const ValueShape& shape) {
    std::string out;
    if (shape.low > 0) out += fmt::format(", \"min{}\": {}", what, shape.low);
    if (shape.high < INT64_MAX) out += fmt::format(", \"max{}\": {}", what, shape.high);
    return out;
  }

  std::string map(const ValueShape& shape, int depth) {
    return fmt::format("{}{}, \"propertyNames\": {{\"pattern\": {}}}, \"additionalProperties\": {}",
                       type("object", shape), counts("Properties", shape),
                       quoted(shape.names->pattern), braced(*shape.item, depth));
  }

  std::string list(const ValueShape& shape, int depth) {
    return fmt::format("\"type\": \"array\"{}, \"items\": {}", counts("Items", shape),
                       braced(*shape.item, depth));
  }
};

}  // namespace

std::string render_json_schema(const ValueShape& shape, std::string_view title) {
  return fmt::format(
      "{{\n\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n\"title\": "
      "{},\n{}\n}}\n",
      quoted(title), Renderer().members(shape, 0));
}

std::string manifest_json_schema() {
  return render_json_schema(manifest_shape(), "keytide manifest");
}

std::string config_json_schema() {
  return render_json_schema(config_shape(), "keytide configuration");
}

}  // namespace keytide
