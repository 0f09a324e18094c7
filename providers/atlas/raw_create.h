// RawCreate: createOrgServiceAccountSecret and createGroupServiceAccountSecret as the public
// description has them, and Atlas's own reply. It serves `keytide api create-org-secret`, the one
// place where a plaintext is meant to be printed.
#pragma once

#include <string>

#include "providers/atlas/client.h"

namespace keytide {

struct RawCreate {
  AccountKey account;
  std::string hours;  // a whole number, as typed: Atlas judges how many are too many
  bool envelope = false;
  bool pretty = false;
  std::string version = "2024-08-05";  // of the Admin API, a date
};

// Errors: invalid for ids, hours and versions that can't be sent.
Result<void> check(const RawCreate& create);

// Sends one request, never a second one. A reply of any status is a value; its body may hold the
// plaintext, and is the caller's to wipe. An error that may have reached Atlas says so.
Result<HttpResponse> create_raw(AtlasClient& client, const RawCreate& create);

}  // namespace keytide
