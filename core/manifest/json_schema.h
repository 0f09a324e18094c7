// The JSON Schema (draft 2020-12) of a table of fields, for editors and for `keytide schema`. It
// says what a schema can say; the decoder, which reads the same table, checks that and more.
#pragma once

#include <string>
#include <string_view>

#include "core/manifest/value_shape.h"

namespace keytide {

// Ends in a newline. Equal tables give equal text.
std::string render_json_schema(const ValueShape& shape, std::string_view title);

// What `keytide schema` prints.
std::string manifest_json_schema();
std::string config_json_schema();

}  // namespace keytide
