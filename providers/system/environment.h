// The environment: variables and names of this process, read here alone. Calls that come while
// another thread changes the environment are undefined; keytide never changes it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/secret_value.h"

namespace keytide {

using Environment = std::map<std::string, std::string>;

// Absent when it is not set; set and empty is an empty text.
std::optional<std::string> environment_variable(const std::string& name);

// A variable that holds a secret, without a copy outside of locked memory. Absent when it is not
// set or empty.
std::optional<SecretValue> secret_variable(const std::string& name);

// Those of `names` that are set: a child's environment is named variable by variable.
Environment environment_of(std::initializer_list<const char*> names);

// All variables, secrets among them: not for logs, not for children.
Environment environment_snapshot();

// Of such a map; empty where it is not set.
std::string value_of(const Environment& environment, const std::string& name);

// The host's name as the kernel has it; "localhost" when that is empty.
std::string host_name();

// The name of the effective user; "uid 1234" when the system knows none.
std::string user_name();

}  // namespace keytide
