#include <fmt/format.h>

#include "core/model/ids.h"

namespace keytide {

std::string describe(const Scope& scope) {
  return fmt::format("{} {}", scope.kind == Scope::Kind::org ? "org" : "project", scope.id);
}

std::string describe(const AccountKey& key) {
  return fmt::format("{} in {}", key.client_id.str(), describe(key.scope));
}

}  // namespace keytide
