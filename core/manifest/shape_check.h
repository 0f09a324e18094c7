// Checks a YAML value against its shape, and reports everything that is wrong with it at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/manifest/report.h"
#include "core/manifest/value_shape.h"
#include "core/manifest/yaml_tree.h"

namespace keytide {

// What is wrong with a value, and what to write.
struct ValueProblem {
  std::string problem;
  std::string way_out;
};

// `name` is what messages call the value: "lifetime".
void check_shape(YamlValue value, const ValueShape& shape, std::string_view name, Report& report);

// For one text that a shape of kind text must take; used again once {{name}} was put in.
std::optional<ValueProblem> find_value_problem(std::string_view text, const ValueShape& shape,
                                               std::string_view name);

}  // namespace keytide
