// The names of things. Formats are Atlas's: orgId, groupId and secretId match ^[a-f0-9]{24}$,
// clientId matches ^mdb_sa_id_[a-fA-F\d]{24}$ (parameters of createOrgServiceAccountSecret and
// deleteOrgServiceAccountSecret). Core treats them as opaque; the manifest decoder checks them.
#pragma once

#include <compare>
#include <string>

#include "core/base/strong_id.h"

namespace keytide {

using Address = StrongId<struct AddressTag>;    // an entry's name in the manifests
using ClientId = StrongId<struct ClientIdTag>;  // of a service account
using SecretId = StrongId<struct SecretIdTag>;
using SinkName = StrongId<struct SinkNameTag>;  // a sink's identity within its entry

// Where a service account lives: an organization, or a project ("group" in Atlas's paths).
struct Scope {
  enum class Kind { org, project };
  Kind kind = Kind::org;
  std::string id;

  friend auto operator<=>(const Scope&, const Scope&) = default;
  friend bool operator==(const Scope&, const Scope&) = default;
};

// The unit of every decision: slots, the cut and the 409 are per service account.
struct AccountKey {
  Scope scope;
  ClientId client_id;

  friend auto operator<=>(const AccountKey&, const AccountKey&) = default;
  friend bool operator==(const AccountKey&, const AccountKey&) = default;
};

// "org 32b6e34b3d91647abb20e7b8"
std::string describe(const Scope& scope);
// "mdb_sa_id_… in org 32b6…"
std::string describe(const AccountKey& key);

}  // namespace keytide
