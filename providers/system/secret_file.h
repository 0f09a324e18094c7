// Files that hold one secret: a credential or a key that the configuration names.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/secret_value.h"

namespace keytide {

// The content without one newline at its end, straight into locked memory. Errors: those of
// read_file; invalid when it is empty, has several lines or more than 4,096 bytes.
Result<SecretValue> read_secret_file(const std::string& path);

}  // namespace keytide
