#include "core/manifest/shape_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/base/duration.h"
#include "core/manifest/redact.h"
#include "core/manifest/words.h"

namespace keytide {
namespace {

using Kind = ValueShape::Kind;

std::string_view kind_of(YamlValue value) {
  if (value.is_map()) return "a map";
  if (value.is_list()) return "a list";
  return value.is_null() ? "empty" : "a single value";
}

// What messages say about a value besides itself.
struct Here {
  std::string_view name;   // what it is called: its key, or the user's own name for it
  YamlValue at;            // where something is missing in it: its key, where it has one
  bool sensitive = false;  // under the key of a credential: nothing of it is shown
};

std::string shown_value(YamlValue value, const Here& here) {
  return here.sensitive ? std::string(kSensitive) : shown(value.text());
}

// A duration reads better without quotes, where it is a plain word.
std::string shown_word(YamlValue value, const Here& here) {
  const std::string_view text = value.text();
  const bool is_word =
      !text.empty() && text.size() < 16 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.';
      });
  return is_word && !value.quoted() && !here.sensitive ? std::string(text)
                                                       : shown_value(value, here);
}

// The user's own name for an entry, a profile, a credential.
std::string_view own_name(YamlValue key, const ValueShape& names) {
  return names.fits != nullptr && names.fits(key.text()) ? key.text() : names.what;
}

class Checker {
 public:
  explicit Checker(Report& report) : report_(report) {}

  void check(YamlValue value, const ValueShape& shape, const Here& here) {
    const bool may_be_word = shape.kind == Kind::object && !shape.choices.empty();
    if (may_be_word && value.is_scalar() && !value.is_null()) return check_text(value, shape, here);
    if (!has_right_kind(value, shape, here)) return;
    switch (shape.kind) {
      case Kind::text:
        return check_text(value, shape, here);
      case Kind::flag:
        return check_flag(value, here);
      case Kind::integer:
        return check_integer(value, shape, here);
      case Kind::duration:
        return check_duration(value, shape, here);
      case Kind::object:
        return check_object(value, shape, here);
      case Kind::map:
      case Kind::list:
        return check_items(value, shape, here);
    }
  }

 private:
  bool has_right_kind(YamlValue value, const ValueShape& shape, const Here& here) {
    const bool wants_map = shape.kind == Kind::object || shape.kind == Kind::map;
    const bool wants_list = shape.kind == Kind::list;
    if (wants_map ? value.is_map() : wants_list ? value.is_list() : value.is_scalar()) return true;
    // Quoted and null: an alias, which was refused.
    if (value.is_null() && (shape.may_be_null || value.quoted())) return false;
    if (value.is_null()) {
      report_.error(here.at, fmt::format("{} has no value", here.name),
                    fmt::format("{}, or remove the key", shape.way_out));
    } else {
      report_.error(value,
                    fmt::format("{} is {}, not {}", here.name == shape.what ? "this" : here.name,
                                kind_of(value), shape.what),
                    std::string(shape.way_out));
    }
    return false;
  }

  bool refuse_secret(YamlValue value, std::string_view name) {
    if (!holds_account_secret(value.text())) return false;
    report_.error(value, fmt::format("{} holds the value of a secret", name),
                  "remove it from this file, and rotate that secret: whoever could read the file "
                  "has it");
    return true;
  }

  void check_text(YamlValue value, const ValueShape& shape, const Here& here) {
    if (refuse_secret(value, here.name)) return;
    if (shape.is_template && value.text().find("{{") != std::string_view::npos) return;
    auto found = find_value_problem(value.text(), shape, here.name);
    const auto other = other_meaning(value.text());
    if (!found && other && !value.quoted() && !shape.is_id && shape.choices.empty()) {
      // Right as it stands, but another reader of YAML would not see a text.
      found =
          ValueProblem{fmt::format("{} {} is {} to YAML, not {}", here.name, shown(value.text()),
                                   *other, shape.what),
                       fmt::format("write it in quotes: {}: {}", here.name, shown(value.text()))};
    }
    if (!found) return;
    if (here.sensitive) {
      found = ValueProblem{fmt::format("{} {} is not {}", here.name, kSensitive, shape.what),
                           std::string(shape.way_out)};
    }
    report_.error(value, std::move(found->problem), std::move(found->way_out));
  }

  void check_flag(YamlValue value, const Here& here) {
    if (!value.quoted() && (value.text() == "true" || value.text() == "false")) return;
    report_.error(value,
                  fmt::format("{} {} is not true or false", here.name, shown_word(value, here)),
                  "write true or false, without quotes");
  }

  void check_integer(YamlValue value, const ValueShape& shape, const Here& here) {
    const std::string_view text = value.text();
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool plain = problem == std::errc{} && end == text.data() + text.size();
    // A leading zero means octal to some readers of YAML.
    const bool octal = text.size() > 1 && text.front() == '0';
    if (plain && !octal && !value.quoted() && number >= shape.low && number <= shape.high) return;
    report_.error(value,
                  fmt::format("{} {} is not {}", here.name, shown_word(value, here), shape.what),
                  std::string(shape.way_out));
  }

  void check_duration(YamlValue value, const ValueShape& shape, const Here& here) {
    const std::string_view text = value.text();
    if (std::find(shape.choices.begin(), shape.choices.end(), text) != shape.choices.end()) return;
    const auto length = parse_duration(text);
    std::string problem;
    if (!length) {
      problem = "is not a duration";
    } else if (length->count() < shape.low || length->count() > shape.high) {
      problem = "is out of range";
    } else if (shape.whole_hours && length->count() % 3600 != 0) {
      problem = "is not a whole number of hours";
    } else {
      return;
    }
    report_.error(value, fmt::format("{} {} {}", here.name, shown_word(value, here), problem),
                  std::string(shape.way_out));
  }

  void check_object(YamlValue value, const ValueShape& shape, const Here& here) {
    for (const auto& [key, item] : value.pairs()) {
      const FieldSpec* field = find_field(shape, key.text());
      if (field == nullptr) {
        unknown_key(key, shape, here);
      } else if (!field->not_yet.empty()) {
        report_.error(key,
                      fmt::format("{} is refused in {}: {}", field->key, here.name, field->not_yet),
                      fmt::format("remove it; known here: {}", known_keys(shape)));
      } else {
        check(item, *field->shape,
              {field->key, key, here.sensitive || is_credential_key(field->key)});
      }
    }
    check_presence(value, shape, here);
  }

  void check_presence(YamlValue value, const ValueShape& shape, const Here& here) {
    for (const FieldSpec& field : shape.fields) {
      if (!field.required || value.find(field.key)) continue;
      report_.error(here.at, fmt::format("{} has no {}", here.name, field.key),
                    fmt::format("add {}: and {}", field.key, field.shape->way_out));
    }
    std::vector<std::string_view> given;
    for (const std::string_view key : shape.one_of) {
      if (value.find(key)) given.push_back(key);
    }
    const std::string all = fmt::format("{}", fmt::join(shape.one_of, ", "));
    if (given.size() > 1) {
      report_.error(here.at, fmt::format("{} has more than one of {}", here.name, all),
                    "keep one of them");
    } else if (given.empty() && !shape.one_of.empty() && !has_other_key(value, shape)) {
      report_.error(
          here.at,
          fmt::format("{} has {} {}", here.name, shape.one_of.size() == 1 ? "no" : "none of", all),
          std::string(shape.way_out));
    }
    check_pairs(value, shape, here);
  }

  // A key that is unknown, or of a later version, was refused already: it was meant as the missing
  // one.
  static bool has_other_key(YamlValue value, const ValueShape& shape) {
    for (const auto& [key, item] : value.pairs()) {
      const FieldSpec* field = find_field(shape, key.text());
      if (field == nullptr || !field->not_yet.empty()) return true;
    }
    return false;
  }

  void check_pairs(YamlValue value, const ValueShape& shape, const Here& here) {
    std::optional<YamlValue> first;
    for (const std::string_view key : shape.not_both) {
      const auto found = value.find(key);
      if (found && first) {
        report_.error(*found,
                      fmt::format("{} has both {}", here.name, fmt::join(shape.not_both, " and ")),
                      "keep one of them");
      }
      if (found) first = found;
    }
    for (std::size_t i = 0; i + 1 < shape.together.size(); i += 2) {
      for (const auto& [one, other] : {std::pair{shape.together[i], shape.together[i + 1]},
                                       std::pair{shape.together[i + 1], shape.together[i]}}) {
        const auto found = value.find(one);
        if (!found || value.find(other)) continue;
        report_.error(*found, fmt::format("{} has {} but no {}", here.name, one, other),
                      fmt::format("add {}", other));
      }
    }
  }

  void unknown_key(YamlValue key, const ValueShape& shape, const Here& here) {
    std::vector<std::string_view> known;
    for (const FieldSpec& field : shape.fields) known.push_back(field.key);
    const std::string_view near = nearest_word(key.text(), known);
    const std::string way_out = key.text() == "<<" ? "use `defaults:` and `profiles:` instead"
                                : near.empty() ? fmt::format("known here: {}", known_keys(shape))
                                               : fmt::format("did you mean {}?", near);
    report_.error(key, fmt::format("unknown key {} in {}", shown(key.text()), here.name), way_out);
  }

  static std::string known_keys(const ValueShape& shape) {
    std::vector<std::string_view> known;
    for (const FieldSpec& field : shape.fields) {
      if (field.not_yet.empty()) known.push_back(field.key);
    }
    return fmt::format("{}", fmt::join(known, ", "));
  }

  void check_items(YamlValue value, const ValueShape& shape, const Here& here) {
    std::int64_t count = 0;
    if (shape.kind == Kind::list) {
      for (const YamlValue item : value.items()) {
        ++count;
        const bool is_object = shape.item->kind == Kind::object;
        check(item, *shape.item, {is_object ? shape.item->what : here.name, item, here.sensitive});
      }
    } else {
      for (const auto& [key, item] : value.pairs()) {
        ++count;
        check_name(key, *shape.names);
        check(item, *shape.item,
              {own_name(key, *shape.names), key, here.sensitive || is_credential_key(key.text())});
      }
    }
    if (count >= shape.low && count <= shape.high) return;
    report_.error(
        value,
        fmt::format("{} {}", here.name, count < shape.low ? "is empty" : "has too many items"),
        std::string(shape.way_out));
  }

  void check_name(YamlValue key, const ValueShape& names) {
    if (!key.is_scalar() || refuse_secret(key, "a key")) return;
    if (!names.fits(key.text())) {
      report_.error(key, fmt::format("{} is not {}", shown(key.text()), names.what),
                    std::string(names.way_out));
    }
  }

  Report& report_;
};

}  // namespace

const FieldSpec* find_field(const ValueShape& object, std::string_view key) {
  for (const FieldSpec& field : object.fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

void check_shape(YamlValue value, const ValueShape& shape, std::string_view name, Report& report) {
  Checker(report).check(value, shape, {name, value, false});
}

std::optional<ValueProblem> find_value_problem(std::string_view text, const ValueShape& shape,
                                               std::string_view name) {
  if (!shape.choices.empty()) {
    const auto& all = shape.choices;
    if (std::find(all.begin(), all.end(), text) != all.end()) return std::nullopt;
    return ValueProblem{fmt::format("{} {} is not known", name, shown(text)),
                        std::string(shape.way_out)};
  }
  if (text.empty()) {
    return ValueProblem{fmt::format("{} is empty", name), std::string(shape.way_out)};
  }
  if (shape.fits == nullptr || shape.fits(text)) return std::nullopt;
  return ValueProblem{fmt::format("{} {} is not {}", name, shown(text), shape.what),
                      std::string(shape.way_out)};
}

}  // namespace keytide
