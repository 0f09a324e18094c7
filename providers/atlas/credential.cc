#include "providers/atlas/credential.h"

#include <fmt/format.h>

namespace keytide {
namespace {

struct Describe {
  std::string operator()(const ServiceAccountCredential& one) const {
    return fmt::format("service account {}", one.client_id.str());
  }
  std::string operator()(const AccessTokenCredential&) const { return "access token"; }
  std::string operator()(const ApiKeyCredential& one) const {
    return fmt::format("API key {}", one.public_key);
  }
};

}  // namespace

std::string describe(const Credential& credential) { return std::visit(Describe{}, credential); }

}  // namespace keytide
