#include "providers/system/environment.h"

#include <limits.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

#include "providers/system/users.h"

namespace keytide {

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::optional<SecretValue> secret_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return SecretValue(std::string_view(value));
}

Environment environment_of(std::initializer_list<const char*> names) {
  Environment out;
  for (const char* name : names) {
    if (auto value = environment_variable(name)) out.emplace(name, std::move(*value));
  }
  return out;
}

Environment environment_snapshot() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view assignment = *entry;
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos) continue;
    out.emplace(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  return out;
}

std::string value_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

std::string user_name() { return name_of_user(geteuid()); }

}  // namespace keytide
